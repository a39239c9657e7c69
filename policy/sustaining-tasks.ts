import { tasksNeeded } from "./demand-curve.ts";
import type { Service } from "./service.ts";
import { taskBounds } from "./task-bounds.ts";
import type { Trace } from "./trace.ts";

/** Minutes. */
const DAY = 1440;

/**
 * What must run for CPU credits to last over a trace in steps of a minute: tasks that keep the SLOs for ever at the mean rate of the busiest day, as credits
 * of a day are the most that an instance saves; 0 where nothing runs out.
 */
export function sustainingTasks(service: Service, { rates }: Trace): number {
  if (!Number.isFinite(taskBounds(service).credits)) return 0;
  const length = Math.min(DAY, rates.length);
  let sum = 0;
  let most = 0;
  rates.forEach((rate, i) => {
    sum += rate - (i >= length ? rates[i - length]! : 0);
    if (i >= length - 1) most = Math.max(most, sum);
  });
  return tasksNeeded(service, most / length);
}
