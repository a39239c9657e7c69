import { AWS_LOOP } from "./aws-loop.ts";
import { floorSchedule, highestAhead } from "./floor.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import { type Forecast, SLOT } from "./season.ts";
import type { TaskProfile } from "./service.ts";
import type { Trace } from "./trace.ts";

/** Capacity that stands whatever the load: a constant number of tasks, or a floor that follows the forecast. */
export interface Standing {
  readonly kind: "constant" | "seasonal";
  /** So many times the tasks that the forecast level would keep fully busy; 0 for a constant. */
  readonly multiple: number;
  /** In force until the first scheduled action. */
  readonly min: number;
  readonly schedule: ScalingControls["schedule"];
  /** Floors for each minute of the trace that is rehearsed, each from other days alone, those before it where there are any; undefined for a constant. */
  readonly rehearsed: Int32Array | undefined;
  /** The same as it is on a weekend where the history has seen none, at the level foretold for it; undefined for a constant, which is the same on any day. */
  readonly onUnseenWeekend?: Standing;
  /** The level that is foretold for it ÷ the ordinary one; undefined for a constant. */
  readonly unseen?: number;
}

export function constantStanding(tasks: number): Standing {
  return { kind: "constant", multiple: 0, min: tasks, schedule: [], rehearsed: undefined };
}

/** A floor that holds `multiple` times what the forecast would need at full utilization, ahead of each rise by the longest start. */
export function seasonalStanding(
  expected: Forecast,
  multiple: number,
  profile: TaskProfile,
  bounds: { readonly min: number; readonly max: number },
  rehearsed: Trace,
): Standing {
  const slotRate = profile.concurrency / profile.serviceTime.mean;
  const tasks = (level: number) =>
    Math.min(bounds.max, Math.max(bounds.min, Math.ceil((multiple * level) / slotRate - 1e-9)));
  const lead = leadMinutes(profile.startup);
  const floors = {
    workday: Array.from(expected.workday, tasks),
    weekend: Array.from(expected.weekend, tasks),
  };
  const mean =
    [...floors.workday, ...floors.weekend].reduce((a, b) => a + b, 0) / (2 * floors.workday.length);
  const begin = rehearsed.start / 60 - (expected.first * SLOT) / 60;
  const floorsAt = (share: number) => {
    const foretold = Int32Array.from(expected.foretold, (level) => tasks(share * level));
    const floorAt = (minute: number) =>
      foretold[Math.min(foretold.length - 1, Math.floor(minute / (SLOT / 60)))]!;
    return Int32Array.from(rehearsed.rates, (_, i) => highestAhead(floorAt, Math.floor(begin + i), lead));
  };
  const standing: Standing = {
    kind: "seasonal",
    multiple,
    min: Math.min(bounds.max, Math.max(bounds.min, Math.ceil(mean))),
    schedule: floorSchedule(floors, lead),
    rehearsed: floorsAt(1),
    unseen: expected.unseen,
  };
  return { ...standing, onUnseenWeekend: { ...standing, rehearsed: floorsAt(expected.unseen) } };
}

/** Minutes by which a scheduled rise comes early: the longest start-up. */
export function leadMinutes(startup: number): number {
  return Math.ceil((startup * (1 + AWS_LOOP.startupSpread)) / 60);
}
