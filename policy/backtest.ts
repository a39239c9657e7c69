import type { Autoscaler } from "./autoscaler.ts";
import { controlsAutoscaler } from "./controls-autoscaler.ts";
import { asMeasured } from "./counting.ts";
import { tasksNeeded } from "./demand-curve.ts";
import { fittingRequests } from "./memory-bound.ts";
import { byMinute } from "./minutes.ts";
import { HOURS_A_MONTH } from "./month.ts";
import { type Replay, replay } from "./replay.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { steadyPlant } from "./steady-plant.ts";
import type { Trace } from "./trace.ts";

/** How one SLO fared: the share of good requests against its objective. */
export interface SloOutcome {
  readonly slo: string;
  readonly objective: number;
  readonly goodShare: number;
  readonly met: boolean;
}

/** What happened when an autoscaler met the traffic of a trace. */
export interface Backtest {
  readonly outcomes: readonly SloOutcome[];
  /** Every SLO was met. */
  readonly met: boolean;
  readonly hours: number;
  readonly taskHours: number;
  /** Task-hours at the service's price and surplus CPU credits, for a month of 730 hours. */
  readonly dollarsPerMonth: number;
  readonly scaleOuts: number;
  readonly scaleIns: number;
  readonly peakCapacity: number;
  /** Times that a task ran out of memory, on average over chance; of a service whose tasks may. */
  readonly outOfMemory?: number;
}

/** US dollars a month of a back-test's cost that are for CPU credits beyond those earned; 0 below a cent. */
export function surplusOf({ price }: Service, { taskHours, hours, dollarsPerMonth }: Backtest): number {
  const surplus = dollarsPerMonth - (taskHours / hours) * price * HOURS_A_MONTH;
  return surplus < 0.005 ? 0 : surplus;
}

/** Replays `trace` against the autoscaler that `controls` configures. */
export function backtest(service: Service, controls: ScalingControls, trace: Trace): Backtest {
  const minutes = asMeasured(trace, service.capacity.serviceTime);
  const initial = firstTasks(service, controls, minutes);
  const autoscaler = controlsAutoscaler(service, controls, minutes.start);
  return backtestOf(service, autoscaler, minutes, initial);
}

/** Replays `trace` against any autoscaler, from `initial` ready tasks. */
export function backtestOf(
  service: Service,
  autoscaler: Autoscaler,
  trace: Trace,
  initial: number,
): Backtest {
  const { startup, serviceTime } = service.capacity;
  return judged(
    service,
    replay(autoscaler, steadyPlant(service), asMeasured(trace, serviceTime), startup, initial),
  );
}

/** What the first ten minutes of a trace need, within the bounds. */
export function initialTasks(service: Service, trace: Trace, min: number, max: number): number {
  return Math.max(min, Math.min(max, tasksNeeded(service, initialRate(trace))));
}

/** The highest rate of the first ten minutes of a trace, requests per second. */
export function initialRate(trace: Trace): number {
  return Math.max(...byMinute(trace).rates.slice(0, 10));
}

/**
 * Tasks that a plan is replayed from: what the first ten minutes need, as whatever scales, or a schedule, would have it by then; the
 * min where nothing moves capacity.
 */
export function firstTasks(service: Service, controls: ScalingControls, trace: Trace): number {
  return moves(controls) ? initialTasks(service, trace, controls.min, controls.max) : controls.min;
}

/** Whether anything moves capacity. */
export function moves({ tracking, steps, schedule, predictive }: ScalingControls): boolean {
  return tracking.length + steps.length + schedule.length > 0 || predictive?.mode === "forecastAndScale";
}

/** Holds a replay against the service's SLOs and price. */
export function judged(service: Service, result: Replay): Backtest {
  let next = 0;
  const outcomes = service.slos.map((slo): SloOutcome => {
    const bad = slo.kind === "latency" ? result.late[next++]! : result.refused;
    const badShare = result.arrived > 0 ? bad / result.arrived : 0;
    return {
      slo: slo.name,
      objective: slo.objective,
      goodShare: 1 - badShare,
      met: badShare <= 1 - slo.objective,
    };
  });
  const hours = result.minutes.count / 60;
  return {
    outcomes,
    met: outcomes.every((outcome) => outcome.met),
    hours,
    taskHours: result.taskHours,
    dollarsPerMonth: ((result.taskHours * service.price + result.charged) / hours) * HOURS_A_MONTH,
    scaleOuts: result.scaleOuts,
    scaleIns: result.scaleIns,
    peakCapacity: result.minutes.capacity.reduce((most, tasks) => Math.max(most, tasks), 0),
    ...(fittingRequests(service) === undefined ? {} : { outOfMemory: result.outOfMemory }),
  };
}
