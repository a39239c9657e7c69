import fc from "fast-check";
import type { FleetView, Metrics } from "../../policy/fleet-view.ts";
import type { Recurrence, ScalingControls, ScalingMetric } from "../../policy/scaling-plan.ts";
import type { Service, TaskProfile } from "../../policy/service.ts";
import type { Trace } from "../../policy/trace.ts";
import { seededRandom } from "./simulate.ts";

/** Monday 2026-11-23, midnight UTC, in Unix seconds. */
export const MONDAY = Date.UTC(2026, 10, 23) / 1000;

/** Daily at eight. */
export const AT_EIGHT: Recurrence = {
  minutes: [0],
  hours: [8],
  weekdays: null,
  daysOfMonth: null,
  months: null,
  years: null,
};

/** The cart of Pulumi.prod.yaml. */
export const PROFILE: TaskProfile = {
  serviceTime: { mean: 0.2, cv: 0.7 },
  concurrency: 2,
  maxWait: 5,
  startup: 75,
};

const WINDOW = 28 * 86_400;

export const CART: Service = {
  name: "cart",
  compute: { type: "fargate", cpu: 512, memory: 1024 },
  slos: [{ kind: "latency", name: "latency", threshold: 1, objective: 0.99, window: WINDOW }],
  capacity: PROFILE,
  demand: { kind: "peak", peak: 60, growth: 0 },
  bounds: {},
  price: 0.025,
};

/** The cart with another latency promise. */
export function promising(objective: number, threshold = 1): Service {
  return {
    ...CART,
    slos: [{ kind: "latency", name: "latency", threshold, objective, window: WINDOW }],
  };
}

/** The cart when only success is promised. */
export function available(objective: number): Service {
  return { ...CART, slos: [{ kind: "availability", name: "availability", objective, window: WINDOW }] };
}

export function flat(rate: number, minutes: number): Trace {
  return { start: MONDAY, step: 60, rates: new Array<number>(minutes).fill(rate) };
}

/** Days that swing as a cosine between a tenth of `peak` at midnight UTC and `peak` at noon. */
export function daily(days: number, peak: number): Trace {
  const rates = Array.from(
    { length: days * 1440 },
    (_, minute) => peak * (0.55 - 0.45 * Math.cos((2 * Math.PI * minute) / 1440)),
  );
  return { start: MONDAY, step: 60, rates };
}

/** Half a day around 60 requests a second that jumps to 2.2 times as many every two hours and calms down by 7 % a minute. */
export function bursty(): Trace {
  const random = seededRandom(11);
  let burst = 1;
  const rates = Array.from({ length: 720 }, (_, minute) => {
    burst = minute % 120 === 60 ? 2.2 : 1 + (burst - 1) * 0.93;
    return 60 * (1 + 0.5 * Math.sin((minute / 720) * 2 * Math.PI)) * burst * (0.95 + 0.1 * random());
  });
  return { start: MONDAY, step: 60, rates };
}

/** A number between two others, ends included. */
export function between(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true });
}

/** Tasks with several slots and the variability of ordinary web services. */
export const anyProfile: fc.Arbitrary<TaskProfile> = fc.record({
  serviceTime: fc.record({ mean: fc.constant(0.2), cv: between(0.3, 1) }),
  concurrency: fc.integer({ min: 2, max: 10 }),
  maxWait: between(0.5, 5),
  startup: fc.constant(60),
});

/** Nothing scales, between 1 and 100 tasks, unless it is said otherwise. */
export function controlsOf(some: Partial<ScalingControls>): ScalingControls {
  return { min: 1, max: 100, tracking: [], steps: [], schedule: [], ...some };
}

/** The metrics of one minute. */
export type Minute = Readonly<Record<ScalingMetric, number>>;

/** One minute after another with so much CPU utilization; the request rate of each task is 20 times that, unless it is given. */
export function minutesOf(utilizations: readonly number[], rate?: number): Minute[] {
  return utilizations.map((utilization) => ({
    cpuUtilization: utilization,
    requestRatePerTask: rate ?? 20 * utilization,
    requestRate: 0,
    responseTime: 0,
  }));
}

/** Four ready tasks on Monday at midnight and all minutes visible, unless it is said otherwise. */
export function view(seen: readonly Minute[], other: Partial<FleetView> = {}): FleetView {
  const fleet = { now: MONDAY, ready: 4, starting: 0, settled: MONDAY };
  const nothing = { slices: columns([]), sliced: 0 };
  return {
    ...fleet,
    minutes: columns(seen),
    complete: seen.length,
    visible: seen.length,
    ...nothing,
    ...other,
  };
}

/** The same for one that sees slices of 15 s, and no minute. */
export function sliceView(seen: readonly Minute[], other: Partial<FleetView> = {}): FleetView {
  return view([], { slices: columns(seen), sliced: seen.length, ...other });
}

function columns(seen: readonly Minute[]): Metrics {
  const column = (metric: ScalingMetric) => Float64Array.from(seen, (minute) => minute[metric]);
  return {
    requestRate: column("requestRate"),
    requestRatePerTask: column("requestRatePerTask"),
    cpuUtilization: column("cpuUtilization"),
    responseTime: column("responseTime"),
  };
}

/** Two days at 60 requests a second with a rise by 8 % a minute to 2.6 times as many every five hours, kept up for 50 minutes. */
export function surging(): Trace {
  const rates = Array.from({ length: 2 * 1440 }, (_, minute) => {
    const since = minute % 300;
    const rise = Math.min(2.6, 1.08 ** Math.max(0, since - 100));
    return 60 * (since < 100 ? 1 : since < 163 ? rise : Math.max(1, 2.6 * 0.97 ** (since - 163)));
  });
  return { start: MONDAY, step: 60, rates };
}
