import { duration, figure, percent, rate, sharePercent, whole } from "../cli/figures.ts";
import { surplusOf } from "../policy/backtest.ts";
import type { Feasibility } from "../policy/scaling-plan.ts";
import type { Slo } from "../policy/service.ts";
import { shareServedWithin } from "../policy/service-time.ts";
import type { CapacityTrial } from "./capacity-trial.ts";
import { badByMinute, indexOfMost, worstHour } from "./worst-hour.ts";

/** What a failed test must know of a trial: each SLO, the worst hour of the one most overspent, and the cost. */
export function findings(trial: CapacityTrial): string {
  return rows([...outcomes(trial), ["worst hour", worst(trial)], ["cost", cost(trial)]]);
}

/** The same, the minute with the most tasks in place of the worst hour. */
export function peakFindings(trial: CapacityTrial): string {
  return rows([["peak", peak(trial)], ...outcomes(trial), ["cost", cost(trial)]]);
}

export function dollars(amount: number): string {
  return `${figure(amount)} USD`;
}

/** What whoever reads them must know, a line each. */
export function noteLines(notes: readonly string[]): string {
  return notes.map((note) => `\n  note: ${note}`).join("");
}

/** Why promises cannot be kept, each with every way out. */
export function obstacleFindings(feasibility: Feasibility): string {
  if (feasibility.possible) return "  it can keep its promises";
  return feasibility.obstacles
    .flatMap(({ why, waysOut }) => [`  ${why}`, ...waysOut.map((way) => `    way out: ${way}`)])
    .join("\n");
}

/** From when to when a trace goes. */
export function span({ trace }: CapacityTrial): string {
  const seconds = trace.step * trace.rates.length;
  return `${date(trace.start)} to ${date(trace.start + seconds)} UTC`;
}

function rows(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`).join("\n");
}

type Row = readonly [label: string, text: string];

function outcomes(trial: CapacityTrial): readonly Row[] {
  return trial.service.slos.map(({ name }, i) => [name, outcome(trial, i)]);
}

function outcome(trial: CapacityTrial, slo: number): string {
  const { objective, goodShare, met } = trial.backtest.outcomes[slo]!;
  const bad = badByMinute(trial, slo).reduce((sum, count) => sum + count, 0);
  const used = Math.round(1e6 * ((1 - goodShare) / (1 - objective))) / 1e6; // below, it is rounding
  return `${met ? "✓" : "✗"} ${sharePercent(goodShare, objective)} good${within(trial.service.slos[slo]!)}, ${percent(objective)} promised: ${figure(100 * used)} % of the error budget spent (${whole(bad)} of ${whole(trial.replay.arrived)} requests were bad)`;
}

function within(slo: Slo): string {
  return slo.kind === "latency" ? ` within ${duration(slo.threshold)}` : "";
}

function worst(trial: CapacityTrial): string {
  const spent = trial.backtest.outcomes.map(({ goodShare, objective }) => (1 - goodShare) / (1 - objective));
  const most = spent.indexOf(Math.max(...spent));
  const hour = worstHour(trial, most);
  if (hour === undefined) return "none: no request was bad";
  const { minute } = hour;
  const share = figure((100 * hour.bad) / hour.arrived);
  const starting = minute.starting > 0 ? ` and ${whole(minute.starting)} starting` : "";
  const full = minute.serving + minute.starting >= trial.controls.max ? ", the plan's ceiling" : "";
  const needed = Number.isFinite(minute.needed) ? `${whole(minute.needed)} needed` : noNumber(trial);
  const of = spent.length > 1 ? `of ${trial.service.slos[most]!.name}, ` : ""; // each SLO has other bad requests
  return `${of}from ${date(hour.start)} UTC: ${whole(hour.bad)} of ${whole(hour.arrived)} requests bad (${share} %); at its worst, ${date(minute.start).slice(11)}, ${rate(minute.rate)} met ${tasks(trial, minute.serving)} ready${starting}${full}; ${needed}`;
}

/** Why more of them would not help, where it is that one alone is too slow. */
function noNumber({ service }: CapacityTrial): string {
  const { serviceTime } = service.capacity;
  const slow = service.slos.flatMap((slo) => {
    const idle = slo.kind === "latency" ? shareServedWithin(serviceTime, slo.threshold) : 1;
    return idle < slo.objective
      ? [`even an idle one serves only ${sharePercent(idle, slo.objective)}${within(slo)}`]
      : [];
  });
  return ["no number is enough", ...slow.slice(0, 1)].join(": ");
}

function peak(trial: CapacityTrial): string {
  const { capacity, ready } = trial.replay.minutes;
  const at = indexOfMost(capacity);
  const starting = capacity[at]! - ready[at]!;
  return `${tasks(trial, capacity[at]!)}, ${whole(starting)} of them starting, at ${date(trial.trace.start + 60 * at)} UTC for ${rate(trial.trace.rates[at]!)}`;
}

function cost(trial: CapacityTrial): string {
  const { dollarsPerMonth, taskHours, hours, peakCapacity } = trial.backtest;
  const unit = trial.service.compute.type === "ec2" ? "instance" : "task";
  const surplus = surplusOf(trial.service, trial.backtest);
  const credits = surplus === 0 ? "" : `, and ${dollars(surplus)} a month for surplus CPU credits`;
  return `${dollars(dollarsPerMonth)} a month: ${figure(taskHours)} ${unit}-hours in ${figure(hours)} h at ${trial.service.price.toPrecision(3)} USD${credits}, at most ${tasks(trial, peakCapacity)}`;
}

function tasks({ service }: CapacityTrial, count: number): string {
  const unit = service.compute.type === "ec2" ? "instance" : "task";
  return `${whole(count)} ${unit}${count === 1 ? "" : "s"}`;
}

function date(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ");
}
