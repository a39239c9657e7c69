import { creditRules, sustainableCpu } from "./credits.ts";
import { resourcesOf } from "./instance-types.ts";
import { memoryBound } from "./memory-bound.ts";
import { erlangC, type WaitingTail, waitingTail } from "./queue.ts";
import type { Service } from "./service.ts";
import type { Stretch } from "./service-time.ts";

/** Requests a second at which a task stops keeping up, whatever the queue; infinite where nothing is known. */
export interface TaskBounds {
  /** Its vCPUs are busy all the time. */
  readonly cpu: number;
  /** Its requests outgrow its memory once a month. */
  readonly memory: number;
  /** It spends CPU credits faster than it earns them, and will slow down. */
  readonly credits: number;
}

/** The bounds that a task's vCPUs, memory and CPU credits set. */
export function taskBounds(service: Service): TaskBounds {
  return { cpu: cpuBound(service), memory: memoryBound(service), credits: creditBound(service) };
}

function cpuBound({ compute, capacity: { cpuTime } }: Service): number {
  const vcpus = resourcesOf(compute)?.vcpus;
  return cpuTime === undefined || vcpus === undefined ? Number.POSITIVE_INFINITY : vcpus / cpuTime;
}

function creditBound({ compute, capacity }: Service): number {
  const rules = creditRules(compute);
  if (rules === undefined || rules.mode === "unlimited") return Number.POSITIVE_INFINITY;
  return rateAtCpu({ compute, capacity }, sustainableCpu(rules));
}

/**
 * CPU utilization, of all vCPUs, of a task whose slots do all the work that they can at the declared service times. Without
 * a declared CPU time the CPU is taken to be as busy as the slots.
 */
export function cpuShare({ compute, capacity }: Pick<Service, "compute" | "capacity">): number {
  const { cpuTime, concurrency, serviceTime } = capacity;
  const vcpus = resourcesOf(compute)?.vcpus;
  return cpuTime === undefined || vcpus === undefined
    ? 1
    : (cpuTime * concurrency) / (vcpus * serviceTime.mean);
}

/** Requests a second for each task that keep its CPU at a utilization, as a ratio. */
export function rateAtCpu(service: Pick<Service, "compute" | "capacity">, utilization: number): number {
  const { concurrency, serviceTime } = service.capacity;
  return (utilization * concurrency) / (cpuShare(service) * serviceTime.mean);
}

/** Requests a second for each task at which a metric of its load has a value. */
export function rateAt(
  service: Pick<Service, "compute" | "capacity">,
  metric: "requestRatePerTask" | "cpuUtilization",
  value: number,
): number {
  return metric === "requestRatePerTask" ? value : rateAtCpu(service, value);
}

/** The pace of a request that shares nothing. */
const ALONE: Stretch = { mean: 1, scv: 0 };

/**
 * How many times as long a request takes at `rate` requests a second in each of `tasks` tasks, because it shares the vCPUs: declared
 * service times are those of an idle task, and its CPU time grows as in processor sharing. The mean is that of M/M/c (which does not depend on
 * the distribution with one vCPU), less by as much as round robin shortens a queue's wait (`queue.ts`). A request finds all vCPUs
 * busy with the probability of waiting, and then a geometric number of others: so unlike are the factors of one and another. Infinite from the CPU bound on.
 */
export function cpuStretch({ compute, capacity }: Service, tasks: number, rate: number): Stretch {
  const vcpus = resourcesOf(compute)?.vcpus;
  const { cpuTime, serviceTime } = capacity;
  if (cpuTime === undefined || vcpus === undefined || rate === 0) return ALONE;
  const busy = (rate * cpuTime) / vcpus;
  if (busy >= 1) return { mean: Number.POSITIVE_INFINITY, scv: 0 };
  const servers = Math.max(1, Math.floor(vcpus));
  if (capacity.concurrency <= servers) return ALONE; // there are never more requests than vCPUs
  const queue = { servers, serviceTime: 1, serviceScv: serviceTime.cv ** 2 };
  const shared = waitingTail({ ...queue, arrivalScv: 1 / tasks }, busy);
  if (shared.probability === 0) return ALONE;
  const calmer = meanWait(shared) / meanWait(waitingTail({ ...queue, arrivalScv: 1 }, busy));
  const wait = (calmer * erlangC(servers, busy * servers)) / (servers * (1 - busy)); // in CPU times of one request
  const met = servers === 1 ? wait / (1 + wait) : shared.probability; // with one vCPU the mean of the geometric number says how often it is none
  const variance = wait ** 2 * (2 / met - 1) - wait / servers;
  const share = (cpuTime * servers) / (vcpus * serviceTime.mean);
  const mean = 1 + share * wait;
  return { mean, scv: inSteps(Math.max(0, variance) * (share / mean) ** 2) };
}

/** Steps of ln(1 + scv) in which stretches are told apart: waits are worked out for each shape of service times (`walk-table.ts`). */
const STEP = 0.02;

function inSteps(scv: number): number {
  return Math.expm1(STEP * Math.round(Math.log1p(scv) / STEP));
}

function meanWait({ probability, decay }: WaitingTail): number {
  return probability / decay;
}
