import type { ScalingControls, ScheduledAction } from "./scaling-plan.ts";
import { SLOT, SLOTS_A_DAY } from "./season.ts";

/** Standing tasks for each half hour of a workday and of a weekend day, UTC. */
export interface DailyFloors {
  readonly workday: readonly number[];
  readonly weekend: readonly number[];
}

const WEEK = 7 * 1440;

/**
 * The floors as scheduled actions: each minute holds the highest floor of the `lead` minutes that follow it, so that
 * what a rise needs is ready when the rise comes. Midnight always states where the day begins.
 */
export function floorSchedule(floors: DailyFloors, lead: number): readonly ScheduledAction[] {
  const floorAt = (minute: number) => {
    const ofWeek = minute % WEEK;
    const weekday = Math.floor(ofWeek / 1440); // from Sunday = 0
    const day = weekday === 0 || weekday === 6 ? floors.weekend : floors.workday;
    return day[Math.floor((ofWeek % 1440) / (SLOT / 60)) % SLOTS_A_DAY]!;
  };
  const changes = new Map<string, { minute: number; min: number; weekdays: number[] }>();
  for (let weekday = 0; weekday < 7; weekday++) {
    let before: number | undefined;
    for (let minute = 0; minute < 1440; minute++) {
      const min = highestAhead(floorAt, weekday * 1440 + minute, lead);
      if (min === before) continue;
      before = min;
      const change = changes.get(`${minute} ${min}`) ?? { minute, min, weekdays: [] };
      change.weekdays.push(weekday);
      changes.set(`${minute} ${min}`, change);
    }
  }
  return [...changes.values()].toSorted(byDayAndMinute).map(({ minute, min, weekdays }) => ({
    name: `floor-${daysName(weekdays)}-${clock(minute)}`,
    at: {
      minutes: [minute % 60],
      hours: [Math.floor(minute / 60)],
      weekdays: weekdays.length === 7 ? null : weekdays,
      daysOfMonth: null,
      months: null,
      years: null,
    },
    min,
  }));
}

/** The highest value of the `lead` minutes from `minute` on, both ends included. */
export function highestAhead(valueAt: (minute: number) => number, minute: number, lead: number): number {
  let most = Math.max(valueAt(minute), valueAt(minute + lead));
  for (let ahead = SLOT / 60; ahead < lead; ahead += SLOT / 60)
    most = Math.max(most, valueAt(minute + ahead));
  return most;
}

interface Change {
  readonly minute: number;
  readonly weekdays: readonly number[];
}

/** Workdays first, then the weekend, each in the order of the day. */
function byDayAndMinute(a: Change, b: Change): number {
  const weekend = ({ weekdays }: Change) => Number(!weekdays.some((day) => day >= 1 && day <= 5));
  return weekend(a) - weekend(b) || a.minute - b.minute;
}

function daysName(weekdays: readonly number[]): string {
  const key = weekdays.join("");
  if (key === "0123456") return "daily";
  if (key === "12345") return "workdays";
  if (key === "06") return "weekend";
  return weekdays.map((day) => ["sun", "mon", "tue", "wed", "thu", "fri", "sat"][day]!).join("-");
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}${String(minute % 60).padStart(2, "0")}`;
}

/** The lowest floor that stands at any time; at least one task. */
export function lowestFloor({ min, schedule }: ScalingControls): number {
  return Math.max(1, Math.min(min, ...schedule.flatMap((action) => action.min ?? [])));
}
