import { slowdown } from "./contention.ts";
import { creditRules } from "./credits.ts";
import type { Service, TaskProfile } from "./service.ts";
import { type Stretch, slowed } from "./service-time.ts";
import { cpuStretch } from "./task-bounds.ts";

/** How many times as long as declared a request takes: the product of two factors. */
export interface Pace {
  /** By what tasks share, with so many of them; undefined where they share nothing. */
  readonly shared: ((tasks: number) => number) | undefined;
  /** By sharing vCPUs, at so many requests a second in each of so many tasks, infinite from the CPU bound on; undefined where CPU is not known. */
  readonly cpu: ((tasks: number, rate: number) => Stretch) | undefined;
}

/** Requests take as long as declared. */
export const AS_DECLARED: Pace = { shared: undefined, cpu: undefined };

/** The pace of a service whose vCPUs run at full speed. */
export function fullPace(service: Service): Pace {
  const { contention, cpuTime } = service.capacity;
  return {
    shared: contention === undefined ? undefined : (tasks) => slowdown(contention, tasks),
    cpu: cpuTime === undefined ? undefined : (tasks, rate) => cpuStretch(service, tasks, rate),
  };
}

/**
 * The pace of a burstable instance in standard mode that has no credits left: its vCPUs run at their baseline, so that the
 * CPU time in a request takes 1 ÷ baseline times as long. Where it is not declared the CPU is taken to be as busy as the
 * slots, and the whole of the service time to be slower.
 */
export function baselinePace(service: Service): Pace | undefined {
  const rules = creditRules(service.compute);
  if (rules?.mode !== "standard") return undefined;
  const { shared } = fullPace(service);
  const { cpuTime, serviceTime } = service.capacity;
  if (cpuTime === undefined) return { shared, cpu: () => ({ mean: 1 / rules.baseline, scv: 0 }) };
  const slower = 1 + (cpuTime * (1 / rules.baseline - 1)) / serviceTime.mean;
  const slow: TaskProfile = {
    ...service.capacity,
    cpuTime: cpuTime / rules.baseline,
    serviceTime: slowed(serviceTime, slower),
  };
  const throttled = { ...service, capacity: slow };
  const cpu = (tasks: number, rate: number) => {
    const { mean, scv } = cpuStretch(throttled, tasks, rate);
    return { mean: slower * mean, scv };
  };
  return { shared, cpu };
}

/**
 * The requests a second at which all slots of one of `tasks` tasks are busy. With more no further request shares the
 * vCPUs, so that each takes as long as at this rate.
 */
export function fullRate(
  { concurrency, serviceTime }: TaskProfile,
  { shared, cpu }: Pace,
  tasks: number,
): number {
  const alone = concurrency / serviceTime.mean / (shared?.(tasks) ?? 1);
  if (cpu === undefined) return alone;
  const longer = (rate: number) => cpu(tasks, rate).mean;
  let [idle, full] = [0, alone];
  if (full * longer(full) <= alone) return full;
  for (let i = 0; i < 50; i++) {
    const rate = (idle + full) / 2;
    if (rate * longer(rate) < alone) idle = rate;
    else full = rate;
  }
  return idle;
}
