import type { Backtest, SloOutcome } from "../policy/backtest.ts";
import type { Contender } from "../policy/comparison.ts";
import { REHEARSED_DAYS } from "../policy/search.ts";
import type { Trace } from "../policy/trace.ts";
import type { Judged } from "./backtest.ts";
import { percent, sharePercent, whole } from "./figures.ts";
import { type Column, columns, hanging, padded, table } from "./layout.ts";
import { obstacleLines } from "./render-plan.ts";
import { bold, green, warning } from "./terminal.ts";
import type { Trial } from "./trial.ts";

/** SLOs that fit beside the figures; further ones go into tables of their own. */
const BESIDE = 2;

/** A back-test as a table: one contender a row, ours first. */
export function backtestText(judged: Judged): string {
  const { trial, feasibility, contenders, bound } = judged;
  const { service, trace } = trial;
  const unit = service.compute.type === "fargate" ? "task" : "instance";
  const slos = service.slos.map(({ name, objective }) => `${name}\n${percent(objective)}`);
  const [beside, further] = [slos.slice(0, BESIDE), slos.slice(BESIDE)];
  const rows = contenders.map(({ name, backtest }, i) => [
    i === 0 ? bold(name) : name,
    ...backtest.outcomes.slice(0, BESIDE).map(outcome),
    ...figures(backtest),
  ]);
  const below = [
    "clairvoyant bound",
    ...beside.map(() => ""),
    "",
    whole(bound.taskHours),
    whole(bound.dollarsPerMonth),
  ];
  const more = further.map((_, i) => BESIDE + i);
  return [
    bold(`${service.name}: back-test`),
    hanging("  ", `On ${trial.traffic}: ${span(trace)}.${provenance(trial)}`),
    ...(feasibility.possible ? [] : obstacleLines(service.name, feasibility.obstacles)),
    "",
    table(
      [CONTENDER, ...beside.map(left), ...[`most\n${unit}s`, ...FIGURES].map(right)],
      [...rows, below],
      "  ",
    ),
    ...more.map((slo) =>
      table(
        [CONTENDER, left(slos[slo]!)],
        contenders.map(({ name, backtest }) => [name, outcome(backtest.outcomes[slo]!)]),
        "  ",
      ),
    ),
    ...trial.notes.map((note) => hanging("  note: ", note)),
    "",
    verdict(judged),
  ].join("\n");
}

const CONTENDER = left("");

const FIGURES = ["task-\nhours", "USD a\nmonth", "scale-\nouts", "scale-\nins"];

function left(title: string): Column {
  return { title, align: "left" };
}

function right(title: string): Column {
  return { title, align: "right" };
}

/** In words and mark, as color alone tells some readers nothing. */
function outcome({ goodShare, objective, met }: SloOutcome): string {
  const share = padded(sharePercent(goodShare, objective), columns(sharePercent(1, objective)), "right");
  return met ? `${share} ${green("✓ met")}` : `${share} ${warning("✗ missed")}`;
}

function figures({
  peakCapacity,
  taskHours,
  dollarsPerMonth,
  scaleOuts,
  scaleIns,
}: Backtest): readonly string[] {
  return [peakCapacity, taskHours, dollarsPerMonth, scaleOuts, scaleIns].map(whole);
}

function span({ start, step, rates }: Trace): string {
  const date = (time: number) => new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ");
  return `${date(start)} to ${date(start + step * rates.length)} UTC`;
}

function provenance({ unseen, trace, service: { demand } }: Trial): string {
  if (unseen === undefined) return "";
  if (unseen || demand.kind === "peak") return " The plan has not seen it.";
  const seconds = lengthOf(trace);
  if (trace.start !== demand.trace.start || seconds !== lengthOf(demand.trace))
    return " The plan was made on a history that has days of it.";
  const rehearsed = seconds > 86_400 * REHEARSED_DAYS;
  return ` The plan was made on it${rehearsed ? `, mostly on its newest ${REHEARSED_DAYS} days` : ""}: --holdout judges on unseen days.`;
}

function lengthOf({ step, rates }: Trace): number {
  return step * rates.length;
}

function verdict({ contenders }: Judged): string {
  const [ours, ...usual] = contenders;
  const missed = ours!.backtest.outcomes.filter(({ met }) => !met).map(({ slo }) => slo);
  const [onAws, onKubernetes] = [cheapestOn(usual, "AWS"), cheapestOn(usual, "Kubernetes")];
  const mark = missed.length === 0 ? green("✓") : warning("✗");
  const first =
    missed.length === 0 ? `${ours!.name} met every SLO` : `${ours!.name} missed ${missed.join(" and ")}`;
  const second =
    onAws === undefined
      ? "none of AWS's usual settings met them all"
      : `the cheapest of AWS's usual settings that met them all (${onAws.name}) costs ${against(ours!.backtest, onAws.backtest)}`;
  const cheaper =
    onKubernetes !== undefined &&
    onKubernetes.backtest.dollarsPerMonth < (onAws?.backtest.dollarsPerMonth ?? Number.POSITIVE_INFINITY);
  const third = cheaper
    ? `, on Kubernetes ${onKubernetes.name} ${against(ours!.backtest, onKubernetes.backtest)}`
    : "";
  return hanging(`  ${mark} `, `${first}; ${second}${third}.`);
}

/** Of the settings that met every SLO. */
function cheapestOn(usual: readonly Contender[], platform: Contender["platform"]): Contender | undefined {
  return usual
    .filter((each) => each.backtest.met && each.platform === platform)
    .toSorted((a, b) => a.backtest.dollarsPerMonth - b.backtest.dollarsPerMonth)[0];
}

function against(ours: Backtest, theirs: Backtest): string {
  const more = theirs.dollarsPerMonth / ours.dollarsPerMonth - 1;
  const dollars = `${whole(theirs.dollarsPerMonth)} USD/month`;
  if (Math.abs(more) < 0.005) return `as much (${dollars})`;
  return `${Math.round(Math.abs(more) * 100)} % ${more > 0 ? "more" : "less"} (${dollars})`;
}
