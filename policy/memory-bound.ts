import { HOURS_A_MONTH } from "./month.ts";
import { memoryFor } from "./packing.ts";
import type { Service } from "./service.ts";

/** Seconds in which a task outgrows its memory once on average, at the most that it is given: a month. */
const SELDOM = HOURS_A_MONTH * 3600;

/** Halvings of the interval in which a bound lies: a millionth of it is left. */
const HALVINGS = 20;

/** Requests that the memory of a task, or what of an instance's is left for them, holds at once; undefined where it holds one in every slot, or is not declared. */
export function fittingRequests({
  compute,
  capacity,
}: Pick<Service, "compute" | "capacity">): number | undefined {
  const whole = memoryFor(compute);
  const { memory, concurrency } = capacity;
  if (memory === undefined || whole === undefined) return undefined;
  const fitting = Math.floor((whole - memory.base) / memory.perRequest + 1e-9);
  return fitting >= concurrency ? undefined : Math.max(0, fitting);
}

/**
 * The rate of requests a second that a task outgrows its memory at once a month, all in it lost, if each takes as long as declared; infinite where it
 * never does.
 */
export function memoryBound(service: Pick<Service, "compute" | "capacity">): number {
  const fitting = fittingRequests(service);
  if (fitting === undefined) return Number.POSITIVE_INFINITY;
  const { mean } = service.capacity.serviceTime;
  let [seldom, often] = [0, fitting];
  for (let i = 0; i < HALVINGS; i++) {
    const inService = (seldom + often) / 2;
    if (outgrowth(inService / mean, inService, fitting) * SELDOM <= 1) seldom = inService;
    else often = inService;
  }
  return seldom / mean;
}

/**
 * Times a second that a task gets one request more than the `fitting` that its memory holds, and begins again with none, at `rate` requests a second
 * of which `inService` would be in service on average. In M/M/∞ it takes 1 ÷ (rate × Erlang's B for k servers) from k in service to one more, on
 * average; from none to one too many takes the sum of them. Round robin over several tasks makes it less often.
 */
export function outgrowth(rate: number, inService: number, fitting: number): number {
  let [arrivals, inverse] = [1, 1];
  for (let k = 1; k <= fitting; k++) {
    inverse = 1 + (k / inService) * inverse; // 1 ÷ B
    arrivals += inverse;
  }
  return rate / arrivals;
}
