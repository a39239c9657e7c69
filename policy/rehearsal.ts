import { awsAutoscaler } from "./autoscaler.ts";
import { AWS_LOOP } from "./aws-loop.ts";
import { initialTasks, steadyPlant } from "./backtest.ts";
import { type Candidate, controlsFor, type Standing } from "./candidate.ts";
import { type ReplayMinute, replay } from "./replay.ts";
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
  /** Offered load ÷ slots above which no candidate goes: the SLO would break in the long run. */
  readonly ceiling: number;
}

/** Windows judged one by one, in minutes: two days, one beginning every twelve hours. */
export const [WINDOW, STRIDE] = [2 * 1440, 720];

/** Share of the windows that must keep within the budget: a single incident in two weeks may break it. */
const KEPT = 0.9;

/** Share of the error budget that the rehearsal may use: the rest is for what the model does not know. */
export const ALLOWED = 0.8;

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
export function judgedReplay(
  { service, trace }: Pick<Stage, "service" | "trace">,
  controls: ScalingControls,
  limit = Number.POSITIVE_INFINITY,
): Omit<Rehearsal, "candidate"> {
  const initial = initialTasks(service, trace, controls.min, controls.max);
  const { startup } = service.capacity;
  const autoscaler = awsAutoscaler(controls);
  const result = replay(autoscaler, steadyPlant(service), trace, startup, initial, AWS_LOOP, limit);
  return { taskHours: result.taskHours, budgetUse: windowedUse(service, result.minutes) };
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

function windowedUse(service: Service, minutes: readonly ReplayMinute[]): number {
  const length = Math.min(WINDOW, minutes.length);
  const arrived = cumulative(minutes, (minute) => minute.rate * 60);
  let [most, latency] = [0, 0];
  for (const slo of service.slos) {
    const index = slo.kind === "latency" ? latency++ : -1;
    const bad = cumulative(minutes, (minute) => (index < 0 ? minute.refused : minute.late[index]!));
    const shares: number[] = [];
    for (let from = 0; from + length <= minutes.length; from += STRIDE) {
      const total = arrived[from + length]! - arrived[from]!;
      if (total > 0) shares.push((bad[from + length]! - bad[from]!) / total / (1 - slo.objective));
    }
    shares.sort((a, b) => a - b);
    most = Math.max(most, shares[Math.ceil(KEPT * shares.length) - 1] ?? 0);
  }
  return most;
}

function cumulative(minutes: readonly ReplayMinute[], value: (minute: ReplayMinute) => number): Float64Array {
  const sums = new Float64Array(minutes.length + 1);
  minutes.forEach((minute, i) => {
    sums[i + 1] = sums[i]! + value(minute);
  });
  return sums;
}
