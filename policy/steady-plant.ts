import { type Cohort, type Cohorts, TaskCohorts } from "./cohorts.ts";
import { CreditedCohorts } from "./credited-cohorts.ts";
import { creditRules } from "./credits.ts";
import { thresholdsOf } from "./demand-curve.ts";
import { fittingRequests, outgrowth } from "./memory-bound.ts";
import { baselinePace, fullPace, type Pace } from "./pace.ts";
import type { Plant, Slice } from "./replay.ts";
import type { Service } from "./service.ts";
import { cpuShare } from "./task-bounds.ts";
import { type TaskPool, taskPool } from "./task-pool.ts";

/** The tasks as the queueing model sees them, one mean task standing for all that have the same queue. */
export function steadyPlant(service: Service): Plant {
  const plant = new SteadyPlant(service);
  return (tasks, rate, seconds) => plant.serve(tasks, rate, seconds);
}

type MutableSlice = { -readonly [K in keyof Required<Slice>]: K extends "late" ? Float64Array : number };

/** A class for the reason that `SteadyPool` is one (task-pool.ts). */
class SteadyPlant {
  private readonly cohorts: Cohorts<Cohort>;
  private readonly share: number;
  private readonly thresholds: number;
  /** Requests that a task's memory holds, where they may be more. */
  private readonly fitting: number | undefined;
  private readonly slice: MutableSlice;

  constructor(service: Service) {
    this.cohorts = cohortsOf(service);
    this.share = cpuShare(service);
    this.thresholds = thresholdsOf(service).length;
    this.fitting = fittingRequests(service);
    this.slice = {
      arrived: 0,
      late: new Float64Array(this.thresholds),
      refused: 0,
      busy: 0,
      idle: 1,
      responseTime: 0,
      charged: 0,
      outOfMemory: 0,
    };
  }

  serve(tasks: number, rate: number, seconds: number): Slice {
    if (tasks === 0) return this.nobody(rate, seconds);
    const { cohorts, slice, thresholds } = this;
    const served = cohorts.serve(tasks, rate, seconds);
    const arrived = rate * seconds;
    const busy = served.busy * this.share;
    for (let i = 0; i < thresholds; i++) slice.late[i] = served.late[i]! * arrived;
    slice.arrived = arrived;
    slice.refused = served.refused * arrived;
    slice.busy = busy < 1 ? busy : 1;
    slice.idle = served.idle;
    slice.charged = cohorts.charged;
    // Little's law over the accepted requests.
    const accepted = Math.max(1e-9, (rate / tasks) * (1 - served.refused));
    slice.responseTime = rate > 0 ? served.inSystem / accepted : 0;
    if (this.fitting !== undefined) this.outgrow(this.fitting, tasks, rate, seconds);
    return slice;
  }

  /** A task that gets one request more than its memory holds loses them all. */
  private outgrow(fitting: number, tasks: number, rate: number, seconds: number): void {
    const { slice } = this;
    let times = 0; // a second
    for (const { count, inSystem } of this.cohorts.all)
      times += count * outgrowth(rate / tasks, inSystem, fitting);
    slice.outOfMemory = times * seconds;
    const lost = slice.outOfMemory * (fitting + 1);
    for (let i = 0; i < this.thresholds; i++) slice.late[i] = Math.min(slice.arrived, slice.late[i]! + lost);
    slice.refused = Math.min(slice.arrived, slice.refused + lost);
  }

  /** With no task every request fails at once; instances that ended pay what they owe, and take their credits with them. */
  private nobody(rate: number, seconds: number): Slice {
    const { cohorts, slice } = this;
    cohorts.serve(0, rate, seconds);
    slice.arrived = slice.refused = rate * seconds;
    slice.late.fill(rate * seconds);
    slice.busy = slice.responseTime = slice.outOfMemory = 0;
    slice.idle = 1;
    slice.charged = cohorts.charged;
    return slice;
  }
}

/** Tables of the queueing model are the same for every replay of a service: made once. */
const pools = new WeakMap<Service, TaskPool>();
const throttledPools = new WeakMap<Service, TaskPool>();

/** The newest of them by what they were made from: services that differ in how tasks start alone share them. */
const made = new Map<string, TaskPool>();
const REMEMBERED = 8;

/** The pool that serves for a service at full speed, CPU credits aside; its tables are made once. */
export function poolOf(service: Service): TaskPool {
  return remembered(pools, service, "full", () => fullPace(service));
}

/** The service's tasks; where its instances live on credits, with balances of their own. */
function cohortsOf(service: Service): Cohorts<Cohort> {
  const pool = poolOf(service);
  const rules = creditRules(service.compute);
  if (rules === undefined) return new TaskCohorts(pool);
  return new CreditedCohorts(rules, cpuShare(service), pool, throttledPool(service) ?? pool);
}

function throttledPool(service: Service): TaskPool | undefined {
  const pace = baselinePace(service);
  return pace && remembered(throttledPools, service, "throttled", () => pace);
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
