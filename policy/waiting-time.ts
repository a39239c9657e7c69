import { power } from "./power.ts";
import { erlangC, type Queue, waitingTail } from "./queue.ts";
import type { TaskProfile } from "./service.ts";
import { walkWait } from "./walk-table.ts";

/**
 * P(W > x), x ≥ 0 in seconds, with unlimited patience, in one task of `tasks` behind a round-robin balancer at a
 * utilization below 1. With one slot it is that of the random walk (`walk-table.ts`). With several the waiting
 * probability is Whitt's (`queue.ts`), put right by part of what is wrong with it for one. Of those who wait the random
 * walk overrates the tail of variable services by about as much as Whitt's exponential underrates it, as a long request
 * holds up one slot of many: a geometric mean of the two. The weights were found by simulation (docs/capacity-accuracy.md).
 * Near saturation, where waits are made of many requests, Whitt's alone.
 */
export function waitingTime(
  { concurrency, serviceTime }: TaskProfile,
  tasks: number,
  utilization: number,
): (x: number) => number {
  const { mean, cv } = serviceTime;
  const queue = { servers: concurrency, serviceTime: mean, serviceScv: cv ** 2, arrivalScv: 1 / tasks };
  const { probability, decay } = waitingTail(queue, utilization);
  const certainty = calm(queue, utilization);
  const weight = certainty * walkWeight(concurrency, cv);
  if (weight === 0 || probability === 0) return (x) => probability * Math.exp(-decay * x);
  const walk = walkWait(serviceTime, concurrency, tasks, utilization);
  const single = waitingTail({ ...queue, servers: 1 }, utilization).probability;
  const corrected = probability * power(walk.probability / single, certainty / Math.sqrt(concurrency));
  // Arrivals more regular than Poisson's never make more requests wait than those; and not all do below saturation.
  const waiting = Math.min(erlangC(concurrency, utilization * concurrency), corrected);
  const pace = concurrency / mean;
  return (x) => waiting * Math.exp(weight * walk.logTail(x * pace) - (1 - weight) * decay * x);
}

/**
 * Of waits up to so many mean service times ÷ slots the random walk is sure, beyond the second number they outgrow its
 * lattice: the mean in heavy traffic, (ca² + cs²) ÷ 2(1 − ρ).
 */
const [SHORT, LONG] = [20, 40];

/** How much of the random walk counts; the exponential takes over as waits grow. */
function calm({ arrivalScv, serviceScv }: Queue, utilization: number): number {
  const wait = (arrivalScv + serviceScv) / (2 * (1 - utilization));
  return Math.min(1, Math.max(0, (LONG - wait) / (LONG - SHORT)));
}

/** The weight of the random walk in the geometric mean: slots^(−1/3) from a cv of 1 on, 1 up to a cv of 0.5. */
function walkWeight(slots: number, cv: number): number {
  return power(slots, -Math.min(1, Math.max(0, 2 * cv - 1)) / 3);
}
