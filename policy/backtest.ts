import type { Autoscaler } from "./autoscaler.ts";
import { controlsAutoscaler } from "./controls-autoscaler.ts";
import { asCounted } from "./counting.ts";
import { type CreditedPool, creditedPool } from "./credited-pool.ts";
import { creditRules } from "./credits.ts";
import { tasksNeeded, thresholdsOf } from "./demand-curve.ts";
import { byMinute } from "./minutes.ts";
import { baselinePace, fullPace, type Pace } from "./pace.ts";
import { type Plant, type Replay, replay, type Slice } from "./replay.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { cpuShare } from "./task-bounds.ts";
import { type TaskPool, taskPool } from "./task-pool.ts";
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
}

export const HOURS_A_MONTH = 730;

/** US dollars a month of a back-test's cost that are for CPU credits beyond those earned; 0 below a cent. */
export function surplusOf({ price }: Service, { taskHours, hours, dollarsPerMonth }: Backtest): number {
  const surplus = dollarsPerMonth - (taskHours / hours) * price * HOURS_A_MONTH;
  return surplus < 0.005 ? 0 : surplus;
}

/** Replays `trace` against the autoscaler that `controls` configures. */
export function backtest(service: Service, controls: ScalingControls, trace: Trace): Backtest {
  const minutes = asCounted(trace);
  const initial = firstTasks(service, controls, minutes);
  const autoscaler = controlsAutoscaler(service, controls, minutes.start);
  return judged(
    service,
    replay(autoscaler, steadyPlant(service), minutes, service.capacity.startup, initial),
  );
}

/** Replays `trace` against any autoscaler, from `initial` ready tasks. */
export function backtestOf(
  service: Service,
  autoscaler: Autoscaler,
  trace: Trace,
  initial: number,
): Backtest {
  return judged(
    service,
    replay(autoscaler, steadyPlant(service), asCounted(trace), service.capacity.startup, initial),
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

type MutableSlice = { -readonly [K in keyof Required<Slice>]: K extends "late" ? Float64Array : number };

/** The tasks as the queueing model sees them, one mean task standing for all. */
export function steadyPlant(service: Service): Plant {
  const plant = new SteadyPlant(service);
  return (tasks, rate, seconds) => plant.serve(tasks, rate, seconds);
}

class SteadyPlant {
  private readonly pool: CreditedPool;
  private readonly share: number;
  private readonly thresholds: number;
  private readonly slice: MutableSlice;
  private inSystem = 0;
  private before = 0;

  constructor(service: Service) {
    this.pool = pooled(service);
    this.share = cpuShare(service);
    this.thresholds = thresholdsOf(service).length;
    this.slice = {
      arrived: 0,
      late: new Float64Array(this.thresholds),
      refused: 0,
      busy: 0,
      responseTime: 0,
      charged: 0,
    };
  }

  serve(tasks: number, rate: number, seconds: number): Slice {
    if (tasks === 0) return this.nobody(rate * seconds);
    // Tasks that join are empty; tasks that leave finish what they hold.
    const { pool, slice, before, thresholds } = this;
    const start = tasks > before && before > 0 ? (this.inSystem * before) / tasks : this.inSystem;
    const served = pool.serve(tasks, rate, seconds, start);
    const arrived = rate * seconds;
    const busy = served.busy * this.share;
    for (let i = 0; i < thresholds; i++) slice.late[i] = served.late[i]! * arrived;
    slice.arrived = arrived;
    slice.refused = served.refused * arrived;
    slice.busy = busy < 1 ? busy : 1;
    slice.charged = pool.charged === undefined ? 0 : pool.charged();
    // Little's law over the accepted requests.
    const accepted = Math.max(1e-9, (rate / tasks) * (1 - served.refused));
    slice.responseTime = rate > 0 ? served.inSystem / accepted : 0;
    this.before = tasks;
    this.inSystem = served.inSystem;
    return slice;
  }

  /** With no task every request fails at once. */
  private nobody(arrived: number): Slice {
    const { slice } = this;
    this.inSystem = this.before = 0;
    slice.arrived = slice.refused = arrived;
    slice.late.fill(arrived);
    slice.busy = slice.responseTime = slice.charged = 0;
    return slice;
  }
}

/** Tables of the queueing model are the same for every replay of a service: made once. */
const pools = new WeakMap<Service, TaskPool>();
const throttledPools = new WeakMap<Service, TaskPool>();

/** The newest of them by what they were made from: services that differ in how tasks start alone share them. */
const made = new Map<string, TaskPool>();
const REMEMBERED = 8;

/** The service's pool; where its instances live on credits, with balances of its own. */
function pooled(service: Service): CreditedPool {
  const pool = poolOf(service);
  const rules = creditRules(service.compute);
  return rules === undefined
    ? pool
    : creditedPool(rules, cpuShare(service), pool, throttledPool(service) ?? pool);
}

function throttledPool(service: Service): TaskPool | undefined {
  const pace = baselinePace(service);
  return pace && remembered(throttledPools, service, "throttled", () => pace);
}

export function poolOf(service: Service): TaskPool {
  return remembered(pools, service, "full", () => fullPace(service));
}

function remembered(
  known: WeakMap<Service, TaskPool>,
  service: Service,
  speed: string,
  pace: () => Pace,
): TaskPool {
  const found = known.get(service);
  if (found !== undefined) return found;
  const { startup: _, warmup: __, ...profile } = service.capacity;
  const thresholds = thresholdsOf(service);
  const key = JSON.stringify([speed, profile, service.compute, thresholds]);
  const pool = made.get(key) ?? taskPool(service.capacity, thresholds, pace());
  made.delete(key);
  made.set(key, pool);
  if (made.size > REMEMBERED) made.delete(made.keys().next().value!);
  known.set(service, pool);
  return pool;
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
  };
}
