import { type Autoscaler, awsAutoscaler } from "./autoscaler.ts";
import type { FleetView } from "./fleet-view.ts";
import { byMinute } from "./minutes.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Trace } from "./trace.ts";

/** Seconds in the hour that a forecast is for, and in a day of them. */
const [HOUR, DAY] = [3600, 24];

/** Hours of metric that AWS needs, uses and forecasts: Predictive scaling, Application Auto Scaling user guide, as the next two. */
const [LEAST, REMEMBERED, HORIZON] = [24, 14 * DAY, 48];

/** Seconds between forecasts. */
const REFRESH = 6 * HOUR;

/** Seconds by which a rise is brought forward: SchedulingBufferTime's default. */
export const DEFAULT_BUFFER = 300;

/** Seconds by which a forecast may be early: less than its interval of an hour (PredictiveScalingPolicyConfiguration). */
export const LONGEST_BUFFER = 3599;

/** A kind of day is known from its second day on, as in season.ts. */
const KNOWN = 2;

/**
 * AWS's predictive scaling, in mode ForecastAndScale on requests, `rateEach` a second for each task, beside the policies of `controls`: a count
 * for each hour that capacity is raised to, never lowered; the larger of the two wins; `max` is honored. AWS does not publish its
 * forecast: here it is the mean of the same hour over the two weeks before, of days of the same kind (workday, weekend) where
 * two of them are known. `history` is what the metric was before the replay, if anything; a rise is brought forward by `buffer` seconds.
 */
export function predictiveAutoscaler(
  controls: ScalingControls,
  rateEach: number,
  history: Trace | undefined,
  buffer = DEFAULT_BUFFER,
): Autoscaler {
  const reactive = awsAutoscaler(controls);
  const known = hourlyLoad(history);
  let [refreshed, forecast] = [Number.NEGATIVE_INFINITY, new Map<number, number>()];
  const foretold = (time: number) =>
    Math.ceil((forecast.get(Math.floor(time / HOUR)) ?? 0) / rateEach - 1e-9);
  const desired: Autoscaler["desired"] = (view) => {
    known.observe(view);
    if (view.now - refreshed >= REFRESH) {
      refreshed = view.now;
      forecast = forecastFrom(known.means(view.now), Math.floor(view.now / HOUR));
    }
    const count = Math.max(foretold(view.now), foretold(view.now + buffer));
    return Math.max(reactive.desired(view), Math.min(count, reactive.max));
  };
  return { interval: reactive.interval, desired };
}

/** What a reader must know of a back-test with predictive scaling. */
export const STAND_IN =
  "AWS does not publish its forecast; the back-test has in its place the mean of the same hour over the two weeks before, of workdays or weekends alone where two of them are known, from what came before each minute";

/** The load by hour counted from 1970, gathered as it becomes visible. */
function hourlyLoad(history: Trace | undefined) {
  const hours = new Map<number, { sum: number; minutes: number }>();
  const add = (time: number, rate: number) => {
    const hour = Math.floor(time / HOUR);
    const load = hours.get(hour) ?? { sum: 0, minutes: 0 };
    if (load.minutes === 0) hours.set(hour, load);
    load.sum += rate;
    load.minutes++;
  };
  if (history !== undefined) {
    const { start, rates } = byMinute(history);
    const first = Math.max(0, rates.length - (REMEMBERED * HOUR) / 60);
    for (let i = first; i < rates.length; i++) add(start + i * 60, rates[i]!);
  }
  let seen = 0;
  return {
    observe: ({ now, minutes, complete, visible }: FleetView) => {
      for (; seen < visible; seen++) add(now - (complete - seen) * 60, minutes.requestRate[seen]!);
    },
    /** Mean rates of the hours that have ended and are remembered. */
    means: (now: number): ReadonlyMap<number, number> => {
      const current = Math.floor(now / HOUR);
      for (const hour of hours.keys()) if (hour < current - REMEMBERED) hours.delete(hour);
      const ended = [...hours].filter(([hour]) => hour < current);
      return new Map(ended.map(([hour, { sum, minutes }]) => [hour, sum / minutes]));
    },
  };
}

/** Requests a second foretold for the hours from `first` on; nothing from less than a day of metric. */
function forecastFrom(known: ReadonlyMap<number, number>, first: number): Map<number, number> {
  const forecast = new Map<number, number>();
  if (known.size < LEAST) return forecast;
  for (let hour = first; hour < first + HORIZON; hour++) forecast.set(hour, levelOf(known, hour, first));
  return forecast;
}

function levelOf(known: ReadonlyMap<number, number>, hour: number, first: number): number {
  const [all, same]: [number[], number[]] = [[], []];
  for (let before = hour - DAY; before >= first - REMEMBERED; before -= DAY) {
    const load = known.get(before);
    if (load === undefined) continue;
    all.push(load);
    if (onWeekend(before) === onWeekend(hour)) same.push(load);
  }
  const alike = same.length >= KNOWN ? same : all;
  return alike.reduce((sum, load) => sum + load, 0) / Math.max(1, alike.length);
}

/** Whether an hour counted from 1970-01-01, a Thursday, lies on a Saturday or a Sunday (UTC). */
function onWeekend(hour: number): boolean {
  const day = Math.floor(hour / DAY) % 7;
  return day === 2 || day === 3;
}
