import { awsAutoscaler } from "./autoscaler.ts";
import { replay } from "./replay.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { steadyPlant } from "./steady-plant.ts";

/** Tasks that there are until the load changes. */
export const TASKS = 10;

/** Minutes before it does, and after. */
const [BEFORE, AFTER] = [20, 90];

/**
 * Tasks minute by minute, with those that start, when some policies alone answer a load, in requests a second, that changes at once; at
 * most `max`, from TASKS on.
 */
export function answered(
  service: Service,
  policies: Partial<ScalingControls>,
  max: number,
  load: { readonly before: number; readonly after: number },
): Float64Array {
  const alone = { min: 1, max, tracking: [], steps: [], schedule: [], ...policies };
  const rates = Array.from({ length: BEFORE + AFTER }, (_, minute) =>
    minute < BEFORE ? load.before : load.after,
  );
  const trace = { start: 0, step: 60, rates };
  const { startup } = service.capacity;
  return replay(awsAutoscaler(alone), steadyPlant(service), trace, startup, TASKS).minutes.capacity;
}
