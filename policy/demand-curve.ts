import { peakTasks, scaleUp, slowdown } from "./contention.ts";
import type { Service, Slo } from "./service.ts";
import { stretched } from "./service-time.ts";
import { steadyState } from "./steady-state.ts";
import { cpuStretch, taskBounds } from "./task-bounds.ts";

/** The latency thresholds of a service's SLOs, seconds; an availability SLO only counts refusals. */
export function thresholdsOf(service: Service): readonly number[] {
  return service.slos.flatMap((slo) => (slo.kind === "latency" ? [slo.threshold] : []));
}

/** Whether `tasks` tasks keep every SLO, CPU, memory and CPU credits in the long run at `rate` requests a second. */
export function keepsSlos(service: Service, tasks: number, rate: number): boolean {
  const { capacity } = service;
  const each = rate / tasks;
  const { cpu, memory, credits } = taskBounds(service);
  const shared = capacity.contention === undefined ? 1 : slowdown(capacity.contention, tasks);
  const { mean, scv } = cpuStretch(service, tasks, each);
  const longer = shared * mean; // whatever makes requests take longer keeps more of them in memory
  if (rate > 0 && (each >= cpu || each * longer > memory || each > credits)) return false;
  const serviceTime = stretched(capacity.serviceTime, { mean: longer, scv });
  const utilization = (each * serviceTime.mean) / capacity.concurrency;
  const thresholds = thresholdsOf(service);
  const state = steadyState({ ...capacity, serviceTime }, tasks, thresholds, utilization);
  let next = 0;
  return service.slos.every((slo) => {
    const bad = slo.kind === "latency" ? state.late[next++]! : state.refused;
    return bad <= 1 - slo.objective;
  });
}

/** The same service for as long as its CPU credits last: it never slows down for want of them. */
export function bursting(service: Service): Service {
  const { compute } = service;
  return compute.type === "ec2" ? { ...service, compute: { ...compute, credits: "unlimited" } } : service;
}

/** The fewest tasks that keep every SLO in the long run at `rate` requests a second; infinite when none do. */
export function tasksNeeded(service: Service, rate: number): number {
  const { capacity } = service;
  const offeredLoad = (rate * capacity.serviceTime.mean) / capacity.concurrency;
  if (capacity.contention !== undefined) return tasksAmongContention(service, rate, offeredLoad);
  let enough = Math.max(1, Math.ceil(offeredLoad));
  let step = 1;
  let few = enough - 1;
  while (!keepsSlos(service, enough, rate)) {
    few = enough;
    enough += step;
    step *= 2;
    if (step > 1e7) return Number.POSITIVE_INFINITY;
  }
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (keepsSlos(service, middle, rate)) enough = middle;
    else few = middle;
  }
  return enough;
}

/** No fleet is searched beyond this: a service runs 5,000 tasks by default. */
const LARGEST = 20_000;

/**
 * With contention every further task slows the others, so that more tasks may break an SLO again: one after the other
 * is tried, from the fewest that serve the load at all to the peak of the scalability law.
 */
function tasksAmongContention(service: Service, rate: number, offeredLoad: number): number {
  const contention = service.capacity.contention!;
  const last = Math.min(LARGEST, peakTasks(contention));
  let tasks = fewestServing(contention, offeredLoad, last);
  while (tasks <= last && !keepsSlos(service, tasks, rate)) {
    if (!keepsSlos(service, tasks, 0)) return Number.POSITIVE_INFINITY; // so slow that even idle it is late
    tasks++;
  }
  return tasks <= last ? tasks : Number.POSITIVE_INFINITY;
}

/** The fewest tasks up to `last` whose slots carry `offeredLoad`, else one more; what tasks serve together rises to the peak. */
function fewestServing(
  contention: NonNullable<Service["capacity"]["contention"]>,
  offeredLoad: number,
  last: number,
): number {
  let [few, enough] = [0, last + 1];
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (scaleUp(contention, middle) >= offeredLoad) enough = middle;
    else few = middle;
  }
  return enough;
}

/** The most that any number of tasks serves, requests a second, and that number; infinite without contention. */
export function fleetLimit({ capacity }: Service): { readonly tasks: number; readonly rate: number } {
  const { contention, concurrency, serviceTime } = capacity;
  const tasks = contention === undefined ? Number.POSITIVE_INFINITY : peakTasks(contention);
  if (contention === undefined) return { tasks, rate: Number.POSITIVE_INFINITY };
  const times = Number.isFinite(tasks) ? scaleUp(contention, tasks) : 1 / contention.alpha; // Amdahl's limit
  return { tasks, rate: (times * concurrency) / serviceTime.mean };
}

/** Tasks enough for arrivals at one of them to be as regular as they get. */
export const MANY = 32;

/**
 * The highest utilization (offered load ÷ slots, at declared service times) at which one of so many tasks, by default of a large fleet,
 * keeps every SLO, its CPU and its memory in the long run; 0 when none does. What tasks share and CPU credits are left aside.
 */
export function busiestUtilization(service: Service, tasks = MANY): number {
  const { contention: _, ...capacity } = service.capacity;
  const alone = bursting({ ...service, capacity });
  const slots = tasks * capacity.concurrency;
  let [kept, broken] = [0, 1];
  while (broken - kept > 1e-4) {
    const utilization = (kept + broken) / 2;
    if (keepsSlos(alone, tasks, (utilization * slots) / capacity.serviceTime.mean)) kept = utilization;
    else broken = utilization;
  }
  return kept;
}

/** The number of tasks that keeps the SLOs at the highest rate, and that rate: what a fleet carries rises to one top and then falls. */
export function mostCarried(service: Service): { readonly tasks: number; readonly rate: number } {
  let [from, to] = [1, Math.min(LARGEST, fleetLimit(service).tasks)];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (busiestRate(service, middle) < busiestRate(service, middle + 1)) from = middle + 1;
    else to = middle;
  }
  return { tasks: from, rate: busiestRate(service, from) };
}

/** The highest rate at which `tasks` tasks keep every SLO. */
export function busiestRate(service: Service, tasks: number): number {
  const slotRate = (tasks * service.capacity.concurrency) / service.capacity.serviceTime.mean;
  let [kept, broken] = [0, Math.max(1, busiestUtilization(service) * 2) * slotRate];
  for (let i = 0; i < 40; i++) {
    const rate = (kept + broken) / 2;
    if (keepsSlos(service, tasks, rate)) kept = rate;
    else broken = rate;
  }
  return kept;
}

/** Where an SLO allows tasks to be no busier than this, what they did would be a thousandth of what they cost: no plan. */
export const LEAST_UTILIZATION = 0.001;

/** Whether an idle task just keeps an SLO of latency, and one with anything to do does not, for want of time to wait. */
export function leavesNoTime(service: Service, slo: Slo): boolean {
  if (slo.kind !== "latency") return false;
  const { memory: _, cpuTime: __, ...capacity } = service.capacity;
  return busiestUtilization({ ...service, capacity, slos: [slo] }) < LEAST_UTILIZATION;
}

/** How busy a task may be, and what it is that would break beyond. */
export interface Ceiling {
  /** Offered load ÷ slots, at declared service times. */
  readonly utilization: number;
  readonly bound: "queue" | "cpu" | "memory" | "credits";
}

/** The busiest utilization, as far as CPU credits last, and what binds it. */
export function burstCeiling(service: Service): Ceiling {
  const { cpuTime: _, memory: __, ...queue } = service.capacity;
  const { cpuTime, memory } = service.capacity;
  const among = (more: object) => busiestUtilization({ ...service, capacity: { ...queue, ...more } });
  const ceilings: readonly Ceiling[] = [
    { bound: "queue", utilization: among({}) },
    ...(cpuTime === undefined ? [] : [{ bound: "cpu" as const, utilization: among({ cpuTime }) }]),
    ...(memory === undefined ? [] : [{ bound: "memory" as const, utilization: among({ memory }) }]),
  ];
  const { bound } = ceilings.reduce((tightest, next) =>
    next.utilization < tightest.utilization - NOTICED ? next : tightest,
  );
  return { bound, utilization: busiestUtilization(service) };
}

/** Differences in utilization below this are the search's own. */
const NOTICED = 1e-3;

/** The busiest utilization that lasts for ever, CPU credits included: a t2.small sustains a fifth of its vCPU. */
export function sustainedCeiling(service: Service): Ceiling {
  const { concurrency, serviceTime } = service.capacity;
  const burst = burstCeiling(service);
  const utilization = (taskBounds(service).credits * serviceTime.mean) / concurrency;
  return utilization < burst.utilization ? { bound: "credits", utilization } : burst;
}
