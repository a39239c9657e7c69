import type { Autoscaler } from "./autoscaler.ts";
import type { Metrics } from "./fleet-view.ts";
import { SLICE } from "./replay.ts";

/** Seconds between decisions: tick-interval, config/core/configmaps/autoscaler.yaml, as the next four. */
const TICK = 2;

/** Seconds after the last look beyond the panic threshold until panic ends: stable-window. */
const STABLE_WINDOW = 60;

/** Desired ÷ ready at which panic begins: panic-threshold-percentage, 200 %. */
const PANIC_THRESHOLD = 2;

/** Most that the count may become ÷ ready, and ready ÷ the least it may become: max-scale-up-rate, max-scale-down-rate. */
const [MAX_UP, MAX_DOWN] = [1000, 2];

/** Share of a pod's concurrency that is aimed at: container-concurrency-target-percentage. */
const TARGET = 0.7;

/**
 * Knative's Pod Autoscaler with its defaults on requests in flight, for tasks that serve `concurrency` at a time, `serviceTime` seconds
 * each; after pkg/autoscaler/scaling/autoscaler.go. Never to zero. It ticks every two seconds and panics on the mean of six;
 * a replay asks every fifteen, so that the newest slice of that length is the panic window here.
 */
export function knativeAutoscaler(
  concurrency: number,
  serviceTime: number,
  min: number,
  max: number,
): Autoscaler {
  let panicked = Number.NEGATIVE_INFINITY;
  let most: number | undefined;
  const desired: Autoscaler["desired"] = ({ now, ready, starting, slices, sliced }) => {
    // It begins in panic, so as not to shrink before it knows enough: newAutoscaler.
    if (most === undefined) [panicked, most] = ready > 1 ? [now, ready] : [panicked, 0];
    if (sliced === 0) return ready + starting;
    const pods = Math.max(1, ready);
    const wanted = (length: number) => {
      const inFlight = inFlightIn(slices, sliced - length, sliced, concurrency / serviceTime);
      return Math.ceil(inFlight / (TARGET * concurrency) - 1e-9);
    };
    const limited = (count: number) =>
      Math.min(Math.max(count, Math.floor(pods / MAX_DOWN)), Math.ceil(MAX_UP * pods));
    const [stable, panic] = [wanted(Math.min(sliced, STABLE_SLICES)), wanted(1)];
    if (panic / pods >= PANIC_THRESHOLD) panicked = now;
    const panicking = now <= panicked + STABLE_WINDOW;
    most = panicking ? Math.max(most, limited(stable), limited(panic)) : 0;
    return Math.max(min, 1, Math.min(max, panicking ? most : limited(stable)));
  };
  return { interval: TICK, desired };
}

/** Slices in the stable window. */
const STABLE_SLICES = STABLE_WINDOW / SLICE;

/** Requests served or waiting, mean of some slices: accepted rate × response time (Little); a busy task accepts no more than it serves. */
function inFlightIn(slices: Metrics, from: number, to: number, slotRate: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    const offered = slices.requestRatePerTask[i]!;
    if (!(offered > 0)) continue;
    const accepted = Math.min(1, (slices.cpuUtilization[i]! * slotRate) / offered);
    sum += accepted * slices.requestRate[i]! * slices.responseTime[i]!;
  }
  return sum / (to - from);
}
