import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import type { Trace } from "./trace.ts";

/** How one SLO fared: the share of good requests against its objective. */
export interface SloOutcome {
  readonly slo: string;
  readonly objective: number;
  readonly goodShare: number;
  readonly met: boolean;
}

/** What happened when `controls` met the traffic of a trace. */
export interface Backtest {
  readonly outcomes: readonly SloOutcome[];
  /** Every SLO was met. */
  readonly met: boolean;
  readonly hours: number;
  readonly taskHours: number;
  /** Task-hours at the service's price, for a month of 730 hours. */
  readonly dollarsPerMonth: number;
  readonly scaleOuts: number;
  readonly scaleIns: number;
  readonly peakCapacity: number;
}

/** Replays `trace` against the autoscaler that `controls` configures. */
export function backtest(_service: Service, _controls: ScalingControls, _trace: Trace): Backtest {
  throw new Error("in progress");
}
