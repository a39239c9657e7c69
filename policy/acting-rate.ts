import { TASKS } from "./load-change.ts";
import type { ScalingAlarm } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { steadyPlant } from "./steady-plant.ts";
import { rateAt } from "./task-bounds.ts";

/**
 * Requests a second for each of ten tasks at which an alarm's metric is at its threshold in the long run; undefined where no load of a
 * task is: of the requests of all tasks together, and of a response time that is always, or never, above it.
 */
export function actingRate(
  service: Service,
  { metric, threshold }: Pick<ScalingAlarm, "metric" | "threshold">,
): number | undefined {
  switch (metric) {
    case "requestRate":
      return undefined;
    case "responseTime":
      return rateAtResponse(service, threshold);
    case "requestRatePerTask":
    case "cpuUtilization":
      return rateAt(service, metric, threshold);
  }
}

/** Seconds in which a fleet settles. */
const SETTLED = 3600;

/** The rate whose mean response time is `seconds`. */
function rateAtResponse(service: Service, seconds: number): number | undefined {
  const { concurrency, serviceTime } = service.capacity;
  const above = (rate: number) => {
    const plant = steadyPlant(service);
    plant(TASKS, TASKS * rate, SETTLED);
    return plant(TASKS, TASKS * rate, 60).responseTime > seconds;
  };
  let [below, over] = [0, (2 * concurrency) / serviceTime.mean];
  if (above(1e-6 * over) || !above(over)) return undefined; // always, or not even in overload
  while (over - below > 1e-4 * over) {
    const rate = (below + over) / 2;
    if (above(rate)) over = rate;
    else below = rate;
  }
  return over;
}
