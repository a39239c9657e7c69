import type { Backtest, SloOutcome } from "../policy/backtest.ts";
import { REHEARSED_DAYS } from "../policy/choice.ts";
import type { Contender } from "../policy/comparison.ts";
import { LOOKED_AT } from "../policy/demand.ts";
import { fittingRequests } from "../policy/memory-bound.ts";
import type { Service } from "../policy/service.ts";
import type { Trace } from "../policy/trace.ts";
import { figure } from "../policy/words.ts";
import type { Judged } from "./backtest.ts";
import { percent, sharePercent, whole } from "./figures.ts";
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

/** Whose tasks ran out of memory, and how often. */
function memoryNotes(service: Service, contenders: readonly Contender[]): readonly string[] {
  const fitting = fittingRequests(service);
  if (fitting === undefined) return [];
  const times = contenders.map(({ name, backtest }) => `${name}: ${timesOf(backtest.outOfMemory ?? 0)}`);
  return [
    `a task's memory holds ${fitting} requests at once, and loses them all, and the next, where one more comes: they are among the bad ones above, the time until it serves again is not. Tasks that ran out of memory, on average over chance: ${times.join("; ")}`,
  ];
}

/** Less than a twentieth is as good as none. */
function timesOf(times: number): string {
  return times < 0.05 ? "none" : times < 10 ? figure(times) : whole(times);
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
  const made = seconds > 60 * LOOKED_AT ? `on the newest ${LOOKED_AT / 1440} days of it` : "on it";
  return ` The plan was made ${made}${rehearsed ? `, its newest ${REHEARSED_DAYS} days counting most` : ""}: --holdout judges on unseen days.`;
}

function lengthOf({ step, rates }: Trace): number {
  return step * rates.length;
}
