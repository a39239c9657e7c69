import type { Autoscaler, MinuteMetrics } from "./autoscaler.ts";

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
 * a replay asks every fifteen and knows whole minutes, so that both windows are the newest minute here and a panic begins
 * up to a minute late.
 */
export function knativeAutoscaler(
  concurrency: number,
  serviceTime: number,
  min: number,
  max: number,
): Autoscaler {
  let panicked = Number.NEGATIVE_INFINITY;
  let most: number | undefined;
  const desired: Autoscaler["desired"] = ({ now, ready, starting, minutes, complete }) => {
    // It begins in panic, so as not to shrink before it knows enough: newAutoscaler.
    if (most === undefined) [panicked, most] = ready > 1 ? [now, ready] : [panicked, 0];
    if (complete === 0) return ready + starting;
    const inFlight = inFlightIn(minutes, complete - 1, concurrency / serviceTime);
    const wanted = Math.ceil(inFlight / (TARGET * concurrency) - 1e-9);
    const pods = Math.max(1, ready);
    const limited = Math.min(Math.max(wanted, Math.floor(pods / MAX_DOWN)), Math.ceil(MAX_UP * pods));
    if (wanted / pods >= PANIC_THRESHOLD) panicked = now;
    const panicking = now <= panicked + STABLE_WINDOW;
    most = panicking ? Math.max(most, limited) : 0;
    return Math.max(min, 1, Math.min(max, panicking ? most : limited));
  };
  return { interval: TICK, desired };
}

/** Requests served or waiting in a minute: accepted rate × response time (Little); a busy task accepts no more than it serves. */
function inFlightIn(minutes: MinuteMetrics, minute: number, slotRate: number): number {
  const offered = minutes.requestRatePerTask[minute]!;
  if (!(offered > 0)) return 0;
  const accepted = Math.min(1, (minutes.cpuUtilization[minute]! * slotRate) / offered);
  return accepted * minutes.requestRate[minute]! * minutes.responseTime[minute]!;
}
