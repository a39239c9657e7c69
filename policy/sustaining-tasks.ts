import { controlsAutoscaler } from "./controls-autoscaler.ts";
import { tasksNeeded } from "./demand-curve.ts";
import { replay } from "./replay.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { steadyPlant } from "./steady-plant.ts";
import { taskBounds } from "./task-bounds.ts";
import type { Trace } from "./trace.ts";

/** Minutes. */
const DAY = 1440;

/**
 * What must run for CPU credits to last over a trace in steps of a minute: tasks that keep the SLOs for ever at the mean rate of the busiest day, as credits
 * of a day are the most that an instance saves; 0 where nothing runs out.
 */
export function sustainingTasks(service: Service, trace: Trace): number {
  if (!Number.isFinite(taskBounds(service).credits)) return 0;
  return tasksNeeded(service, busiestDayRate(trace));
}

/** The mean rate, requests a second, of the busiest day of a trace in steps of a minute, or of the whole of a shorter one. */
export function busiestDayRate({ rates }: Trace): number {
  const length = Math.min(DAY, rates.length);
  let sum = 0;
  let most = 0;
  rates.forEach((rate, i) => {
    sum += rate - (i >= length ? rates[i - length]! : 0);
    if (i >= length - 1) most = Math.max(most, sum);
  });
  return most / length;
}

/** Minutes in which a fleet that began at its floor grows to what the load needs. */
const GROWING = 60;

/**
 * Whether instances earn, in every day of a trace, the CPU credits that they spend: the load of each, on average, is at most
 * what it sustains. The launch credits that keep a back-test going for a day or two are no plan.
 */
export function earnsItsCredits(service: Service, controls: ScalingControls, trace: Trace): boolean {
  const { credits } = taskBounds(service);
  if (!Number.isFinite(credits)) return true;
  const { startup } = service.capacity;
  const autoscaler = controlsAutoscaler(service, controls, trace.start);
  const { minutes } = replay(autoscaler, steadyPlant(service), trace, startup, controls.min);
  const growing = Math.min(GROWING, Math.floor(minutes.count / 2)); // an hour of history is taken to go on
  const length = Math.min(DAY, minutes.count - growing);
  let [arrived, ready] = [0, 0];
  for (let i = growing; i < minutes.count; i++) {
    arrived += minutes.arrived[i]! - (i >= growing + length ? minutes.arrived[i - length]! : 0);
    ready += minutes.ready[i]! - (i >= growing + length ? minutes.ready[i - length]! : 0);
    if (i >= growing + length - 1 && arrived > credits * 60 * ready * (1 + 1e-9)) return false;
  }
  return true;
}
