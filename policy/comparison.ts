import type { Backtest } from "./backtest.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import type { Trace } from "./trace.ts";

export interface Contender {
  /** As a person reads it: "this plan", "CPU 50 %", "CPU 70 %", "HPA CPU 50 %", "fixed at the peak". */
  readonly name: string;
  readonly backtest: Backtest;
}

/** The same traffic against `controls` and against each usual setting, ours first. */
export function comparison(
  _service: Service,
  _controls: ScalingControls,
  _trace: Trace,
): readonly Contender[] {
  throw new Error("in progress");
}
