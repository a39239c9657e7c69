import type { ScalingMetric } from "./scaling-plan.ts";

/** The metrics over time, one column for each, in requests per second, ratios and seconds. */
export type Metrics = Readonly<Record<ScalingMetric, Float64Array>>;

/** What an autoscaler sees of the fleet when it decides. */
export interface FleetView {
  /** Unix seconds. */
  readonly now: number;
  readonly ready: number;
  readonly starting: number;
  /** Unix seconds when the last of the starting tasks is ready; `now` when none is starting. */
  readonly settled: number;
  /** Oldest first; only the first `complete` have been measured. */
  readonly minutes: Metrics;
  /** Minutes that have ended by now, and of them those that CloudWatch shows already. */
  readonly complete: number;
  readonly visible: number;
  /** The same metrics slice by slice, as what is no CloudWatch shows them, and how many have ended; none where the autoscaler is asked by the minute. */
  readonly slices: Metrics;
  readonly sliced: number;
}
