import { awsAutoscaler } from "./autoscaler.ts";
import { steadyPlant } from "./backtest.ts";
import { replay } from "./replay.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { rateAtCpu } from "./task-bounds.ts";

/** Tasks that there are before the load changes, and minutes before and after. */
const [BEFORE, AFTER] = [20, 90];
export const TASKS = 10;

/** Tasks minute by minute, with those that start, when one policy alone answers a load of ten tasks that changes at once. */
export function answered(
  service: Service,
  policy: Partial<ScalingControls>,
  max: number,
  /** Requests a second in all. */
  load: { readonly before: number; readonly after: number },
): Float64Array {
  const alone = { min: 1, max, tracking: [], steps: [], schedule: [], ...policy };
  const rates = Array.from({ length: BEFORE + AFTER }, (_, minute) =>
    minute < BEFORE ? load.before : load.after,
  );
  const trace = { start: 0, step: 60, rates };
  const { startup } = service.capacity;
  return replay(awsAutoscaler(alone), steadyPlant(service), trace, startup, TASKS).minutes.capacity;
}

/** Requests a second of a task at a setpoint or threshold. */
export function rateOf(
  service: Service,
  metric: "requestRatePerTask" | "cpuUtilization",
  value: number,
): number {
  return metric === "requestRatePerTask" ? value : rateAtCpu(service, value);
}
