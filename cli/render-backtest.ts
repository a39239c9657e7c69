import type { Backtest, SloOutcome } from "../policy/backtest.ts";
import { REHEARSED_DAYS } from "../policy/choice.ts";
import type { Contender } from "../policy/comparison.ts";
import type { Service } from "../policy/service.ts";
import { taskBounds } from "../policy/task-bounds.ts";
import type { Trace } from "../policy/trace.ts";
import type { Judged } from "./backtest.ts";
import { percent, rate, sharePercent, whole } from "./figures.ts";
import { type Column, columns, hanging, padded, table } from "./layout.ts";
import { obstacleLines } from "./render-plan.ts";
import { bold, green, warning } from "./terminal.ts";
import type { Trial } from "./trial.ts";
import { verdict } from "./verdict.ts";

/** SLOs that fit beside the figures; further ones go into tables of their own. */
const BESIDE = 2;

/** A back-test as a table: one contender a row, ours first. */
export function backtestText({ trial, feasibility, contenders, bound }: Judged): string {
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
    ...(bound.possible ? [bound.taskHours, bound.dollarsPerMonth].map(whole) : ["∞", "∞"]),
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
    ...[...trial.notes, ...memoryNotes(service, contenders)].map((note) => hanging("  note: ", note)),
    "",
    verdict(contenders),
  ].join("\n");
}

/** Whose tasks may have run out of memory, which the figures above leave aside. */
function memoryNotes(service: Service, contenders: readonly Contender[]): readonly string[] {
  if (contenders[0]!.backtest.minutesShortOfMemory === undefined) return [];
  const minutes = contenders.map(
    ({ name, backtest }) => `${name}: ${whole(backtest.minutesShortOfMemory ?? 0)}`,
  );
  const { memory } = taskBounds(service);
  return [
    `no replay follows memory, which holds what ${rate(memory)} a task keep in service and three standard deviations more: beyond that a task may run out of it and lose what it serves, which no figure above has. Minutes beyond: ${minutes.join("; ")}`,
  ];
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
  return ` The plan was made on it${rehearsed ? `, its newest ${REHEARSED_DAYS} days counting most` : ""}: --holdout judges on unseen days.`;
}

function lengthOf({ step, rates }: Trace): number {
  return step * rates.length;
}
