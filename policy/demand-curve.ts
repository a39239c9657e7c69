import type { Service } from "./service.ts";
import { steadyState } from "./steady-state.ts";

/** The latency thresholds of a service's SLOs, seconds; an availability SLO only counts refusals. */
export function thresholdsOf(service: Service): readonly number[] {
  return service.slos.flatMap((slo) => (slo.kind === "latency" ? [slo.threshold] : []));
}

/** Whether `tasks` tasks keep every SLO in the long run at `rate` requests a second. */
export function keepsSlos(service: Service, tasks: number, rate: number): boolean {
  const { capacity } = service;
  const utilization = (rate * capacity.serviceTime.mean) / (tasks * capacity.concurrency);
  const thresholds = thresholdsOf(service);
  const state = steadyState(capacity, tasks, thresholds, utilization);
  let next = 0;
  return service.slos.every((slo) => {
    const bad = slo.kind === "latency" ? state.late[next++]! : state.refused;
    return bad <= 1 - slo.objective;
  });
}

/** The fewest tasks that keep every SLO in the long run at `rate` requests a second; infinite when none do. */
export function tasksNeeded(service: Service, rate: number): number {
  const offeredLoad = (rate * service.capacity.serviceTime.mean) / service.capacity.concurrency;
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

/** Tasks enough for arrivals at one of them to be as regular as they get. */
const MANY = 32;

/** The highest utilization at which a task of a large fleet keeps every SLO in the long run; 0 when none does. */
export function busiestUtilization(service: Service): number {
  const slots = MANY * service.capacity.concurrency;
  let [kept, broken] = [0, 1];
  while (broken - kept > 1e-4) {
    const utilization = (kept + broken) / 2;
    if (keepsSlos(service, MANY, (utilization * slots) / service.capacity.serviceTime.mean))
      kept = utilization;
    else broken = utilization;
  }
  return kept;
}
