import type { Backtest } from "./backtest.ts";
import type { ScalingControls } from "./scaling-plan.ts";

/** Why all that helps stands: nothing keeps the history, or what keeps it as it was is likely to miss what is like it. */
export function unkeptWords({ met }: Backtest): string {
  return met
    ? "no setting is likely enough to keep the SLOs on windows like those of this history"
    : "no setting keeps the SLOs on this history";
}

/** What stands where nothing keeps the SLOs; tasks that slow each other carry less beyond a number. */
export function strongestWords({ min, max }: ScalingControls): string {
  return min < max ? "those that together carry most" : "all that may run";
}
