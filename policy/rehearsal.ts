import { awsAutoscaler } from "./autoscaler.ts";
import { AWS_LOOP } from "./aws-loop.ts";
import { initialTasks, steadyPlant } from "./backtest.ts";
import { type Candidate, controlsFor, type Standing } from "./candidate.ts";
import { type Replay, type ReplayMinutes, replay } from "./replay.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import type { Trace } from "./trace.ts";

/** How a candidate did on the history. */
export interface Rehearsal {
  readonly candidate: Candidate;
  readonly taskHours: number;
  /** Error budget used, as a ratio, in all but the worst windows; over all SLOs. */
  readonly budgetUse: number;
}

/** What candidates are rehearsed on. */
export interface Stage {
  readonly service: Service;
  readonly trace: Trace;
  readonly max: number;
  /** Share of the windows that must keep within the budget. */
  readonly kept: number;
  /** Offered load ÷ slots above which no candidate goes: the SLO would break in the long run. */
  readonly ceiling: number;
}

/** Windows judged one by one, in minutes: two days, one beginning every twelve hours. */
export const WINDOW = 2 * 1440;
const STRIDE = 720;

/** Share of the error budget that the rehearsal may use: the rest is for what the model does not know. */
export const ALLOWED = 0.65;

/** Undefined when the candidate takes `cheapest` task-hours or more: what it costs is then all there is to know. */
export function rehearse(
  stage: Stage,
  candidate: Candidate,
  cheapest = Number.POSITIVE_INFINITY,
): Rehearsal | undefined {
  const controls = controlsFor(candidate, stage.service.capacity, stage.max);
  const { taskHours, budgetUse } = judgedReplay(stage, controls, cheapest);
  return taskHours < cheapest ? { candidate, taskHours, budgetUse } : undefined;
}

/** The task-hours of any controls on the stage's trace, and the error budget they use; cut off at `limit` task-hours. */
function judgedReplay(
  { service, trace, kept }: Stage,
  controls: ScalingControls,
  limit: number,
): Omit<Rehearsal, "candidate"> {
  const { taskHours, minutes } = replayed(service, trace, controls, limit);
  const uses = windows(service, minutes).map((window) => window.budgetUse);
  uses.sort((a, b) => a - b);
  return { taskHours, budgetUse: uses[Math.ceil(kept * uses.length) - 1] ?? 0 };
}

/** The replay of any controls on a trace of minutes, cut off at `limit` task-hours. */
export function replayed(
  service: Service,
  trace: Trace,
  controls: ScalingControls,
  limit = Number.POSITIVE_INFINITY,
): Replay {
  const initial = initialTasks(service, trace, controls.min, controls.max);
  const { startup } = service.capacity;
  return replay(awsAutoscaler(controls), steadyPlant(service), trace, startup, initial, AWS_LOOP, limit);
}

/** Utilizations among which the highest is sought, and how finely. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly precision: number;
}

/**
 * The highest utilization of a range that keeps within the budget for one floor and surge, by bisection;
 * undefined when none does, or when all that do take `cheapest` task-hours or more.
 */
export function busiestRehearsal(
  stage: Stage,
  standing: Standing,
  surge: number,
  range: Range,
  cheapest = Number.POSITIVE_INFINITY,
): Rehearsal | undefined {
  const at = (utilization: number) => rehearse(stage, { utilization, surge, standing }, cheapest);
  let { low, high } = range;
  const busiest = at(high);
  if (!busiest) return undefined;
  if (busiest.budgetUse <= ALLOWED) return busiest;
  let found: Rehearsal | undefined;
  while (high - low > range.precision) {
    const middle = (low + high) / 2;
    const tried = at(middle);
    if (!tried)
      low = middle; // dearer than what is known: only higher ones are of use
    else if (tried.budgetUse <= ALLOWED) [low, found] = [middle, tried];
    else high = middle;
  }
  return found;
}

/** One window of a replay: the error budget used, over all SLOs, and the task-hours. */
export interface Window {
  readonly budgetUse: number;
  readonly taskHours: number;
  /** Requests a second, at most. */
  readonly peak: number;
}

export function windows(service: Service, minutes: ReplayMinutes): readonly Window[] {
  const { count } = minutes;
  const length = Math.min(WINDOW, count);
  const arrived = cumulative(minutes.arrived);
  const tasks = cumulative(minutes.capacity);
  let latency = 0;
  const bad = service.slos.map((slo) => ({
    sums: cumulative(slo.kind === "latency" ? minutes.late[latency++]! : minutes.refused),
    budget: 1 - slo.objective,
  }));
  const found: Window[] = [];
  for (let from = 0; from + length <= count; from += STRIDE) {
    const to = from + length;
    const total = Math.max(Number.MIN_VALUE, arrived[to]! - arrived[from]!);
    const uses = bad.map(({ sums, budget }) => (sums[to]! - sums[from]!) / total / budget);
    const peak =
      minutes.arrived.subarray(from, to).reduce((most, requests) => Math.max(most, requests), 0) / 60;
    found.push({ budgetUse: Math.max(...uses), taskHours: (tasks[to]! - tasks[from]!) / 60, peak });
  }
  return found;
}

function cumulative(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i]! + values[i]!;
  return sums;
}
