import { type Autoscaler, awsAutoscaler } from "./autoscaler.ts";
import { section } from "./minutes.ts";
import { predictiveAutoscaler } from "./predictive-scaling.ts";
import { scaled } from "./scaled.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { rateAt } from "./task-bounds.ts";
import type { Trace } from "./trace.ts";

/**
 * The autoscaler that `controls` configure for a service, predictive scaling included, on a trace that begins at `start`, Unix
 * seconds. What predictive scaling forecasts from is the declared history before that, and the trace up to each minute.
 */
export function controlsAutoscaler(service: Service, controls: ScalingControls, start: number): Autoscaler {
  const { predictive } = controls;
  if (predictive?.mode !== "forecastAndScale") return awsAutoscaler(controls);
  return predictiveAutoscaler(
    controls,
    rateAt(service, predictive.metric, predictive.setpoint),
    past(service, start),
    predictive.buffer,
  );
}

/** The declared history before a moment, grown as the service's demand is; what AWS would have measured. */
export function past({ demand }: Service, start: number): Trace | undefined {
  if (demand.kind === "peak") return undefined;
  const { trace, growth } = demand;
  const before = Math.min(trace.rates.length, Math.floor((start - trace.start) / trace.step));
  return before <= 0 ? undefined : scaled(section(trace, 0, before), 1 + growth);
}
