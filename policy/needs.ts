import { ceilingRoom } from "./ceiling-room.ts";
import { bursting, leavesNoTime, mostCarried, tasksNeeded } from "./demand-curve.ts";
import { leastTasks } from "./least-tasks.ts";
import { highestWithin } from "./minute-shape.ts";
import { taskQuota } from "./quotas.ts";
import type { Service } from "./service.ts";
import { busiestDayRate, sustainingTasks } from "./sustaining-tasks.ts";
import { highestRate, type Trace } from "./trace.ts";
import { tasksSurvivedBy } from "./zone-loss.ts";

/** What traffic needs in the long run, and the counts between which a service scales for it. Rates in requests per second. */
export interface Needs {
  /** The highest rate of the history that is planned for, its newest weeks. */
  readonly peak: number;
  /** Tasks that it needs, with what CPU credits and zones lost take; infinite where no number is enough. */
  readonly needed: number;
  /** The highest rate that the whole recording tells of: its older weeks and the season to come are part of it. */
  readonly highest: number;
  /** Tasks that it needs, with what zones lost take; infinite where no number is enough. */
  readonly once: number;
  /** Tasks that earn their CPU credits on the busiest day; 0 where nothing runs out. */
  readonly lasting: number;
  /** The mean rate of the busiest day. */
  readonly daily: number;
  /** Some number of tasks carries the peak for ever, and an SLO leaves time to wait. */
  readonly reachable: boolean;
  /** None does, and the peak may pass before that breaks an SLO. */
  readonly passing: boolean;
  /** The ceiling ÷ what is needed, where the owner declares none. */
  readonly room: number;
  /** The highest rate within a minute ÷ that of whole minutes. */
  readonly within: number;
  readonly min: number;
  readonly max: number;
}

/** Of a service on the history that is planned for; `highest` is the highest rate that the whole of it tells of. */
export function needsOf(service: Service, history: Trace, highest: number): Needs {
  const { resilience, bounds, demand } = service;
  const peak = highestRate(history.rates);
  const lasting = sustainingTasks(service, history);
  const carrying = Math.ceil(Math.max(tasksNeeded(bursting(service), peak), lasting));
  const timely = !service.slos.some((slo) => leavesNoTime(service, slo));
  const reachable = Number.isFinite(carrying) && timely;
  const spread = (tasks: number) =>
    resilience && Number.isFinite(tasks) ? tasksSurvivedBy(resilience, tasks) : tasks;
  const needed = reachable ? spread(carrying) : carrying;
  const once = spread(Math.ceil(tasksNeeded(bursting(service), highest)));
  const room = ceilingRoom(demand.kind === "history" ? history.rates.length : Number.POSITIVE_INFINITY);
  // A fleet that stands ready for what comes within a minute is larger than what the minute's mean needs.
  const within = peak > 0 ? highestWithin(history) / peak : 1;
  const wise = Math.max(bounds.min ?? leastTasks(service).count, 1);
  const wanted = reachable ? ceilingFor(room * within * needed, once) : bestEffort(service, room * peak);
  const max = bounds.max ?? derivedMax(service, wise + 1, wanted);
  return {
    peak,
    needed,
    highest,
    once,
    lasting,
    daily: busiestDayRate(history),
    reachable,
    passing: timely && !reachable && mayPass(service, lasting),
    room,
    within,
    min: Math.min(wise, max),
    max,
  };
}

/** Room above the newest traffic, and never less than the highest rate ever recorded needs, where any number of tasks carries that. */
function ceilingFor(roomy: number, once: number): number {
  return Math.ceil(Number.isFinite(once) ? Math.max(roomy, once) : roomy);
}

/**
 * Whether a peak beyond what tasks carry that slow each other may pass before late and refused requests have used up the error budget,
 * which the rehearsal tells. Not where CPU credits run out as well, nor with zones to lose: the reserve for those slows what is left.
 */
function mayPass({ capacity, resilience }: Service, lasting: number): boolean {
  return capacity.contention !== undefined && resilience === undefined && Number.isFinite(lasting);
}

/** What helps most where no number of tasks keeps the SLOs at a rate: those that carry most, where they slow each other; all that it keeps busy. */
function bestEffort(service: Service, rate: number): number {
  const { contention, serviceTime, concurrency } = service.capacity;
  return contention === undefined
    ? Math.ceil((rate * serviceTime.mean) / concurrency)
    : mostCarried(service).tasks;
}

/** Instances that are planned for at most, unless the owner wants more: their own quotas count vCPUs, by type. */
const INSTANCES = 5000;

/** The ceiling wanted, and at least `least`; of tasks never more than their quota. */
function derivedMax(service: Service, least: number, wanted: number): number {
  return service.compute.type === "ec2"
    ? Math.max(least, Math.min(INSTANCES, wanted))
    : Math.min(taskQuota(service), Math.max(least, wanted));
}
