import type { ScalingControls } from "../policy/scaling-plan.ts";
import { isoMinute } from "../policy/words.ts";
import { moments } from "./cron.ts";

/** What is wrong with one action of a schedule. */
export interface ScheduleFault {
  /** Of the action. */
  readonly index: number;
  readonly message: string;
  /** Whether it would be none with another bound or action beside it. */
  readonly ofAll: boolean;
}

const DAY = 86_400;

/** Monday, 5 January 2026: schedules are followed from there on, as no clock is asked. */
export const FROM = Date.UTC(2026, 0, 5) / 1000;

/** Days after which a weekly schedule has repeated, after which one in a zone has in both of its offsets, and after which every day of a year has come. */
const WEEK = 8;
const SEASONS = 366;
const YEARS = 5 * 366;

/** Moments that are compared at most; a schedule by the minute is followed for fewer days. */
const MOST_MOMENTS = 200_000;

/** Checks each action against the bounds in force when it fires, and against those that fire with it. */
export function scheduleFaults({ min, max, schedule }: ScalingControls): readonly ScheduleFault[] {
  const faults = new Map<string, ScheduleFault>();
  const say = (index: number, kind: "same" | "order" | "forever", message: string) => {
    const key = `${index} ${kind}`;
    if (!faults.has(key)) faults.set(key, { index, message, ofAll: kind !== "same" });
  };
  const weekly = schedule.every(
    ({ at }) => at.daysOfMonth === null && at.months === null && at.years === null,
  );
  const daily = schedule.reduce((sum, { at }) => sum + at.hours.length * at.minutes.length, 0);
  const week = schedule.some(({ at }) => at.zone !== undefined) ? SEASONS : WEEK;
  const days = Math.min(weekly ? week : YEARS, Math.max(1, Math.floor(MOST_MOMENTS / daily)));
  const all = schedule.map(({ at }, index) =>
    moments(at, FROM, FROM + days * DAY).map((time) => ({ time, index })),
  );
  const fired = all.flat().toSorted((a, b) => a.time - b.time || a.index - b.index);
  let now = { min, max };
  fired.forEach(({ time, index }, k) => {
    const action = schedule[index]!;
    const other = fired[k - 1];
    if (other?.time === time && other.index !== index)
      say(
        index,
        "same",
        `${action.name} fires at the same time as ${schedule[other.index]!.name}, ${isoMinute(time)}; their order is undefined. Move one by a minute or merge them.`,
      );
    now = { min: action.min ?? now.min, max: action.max ?? now.max };
    if (now.min > now.max)
      say(
        index,
        "order",
        `${action.name} leaves min ${now.min} above max ${now.max} at ${isoMinute(time)}; min is at most max. Set both in it.`,
      );
  });
  const minima = schedule.flatMap((action) => (action.min === undefined ? [] : [action.min]));
  const top = Math.max(min, ...minima);
  const raising = schedule.findIndex((action) => action.min === top);
  if (top > min && minima.every((minimum) => minimum === top))
    say(
      raising,
      "forever",
      `${schedule[raising]!.name} raises min to ${top} and nothing ever lowers it; AWS does not restore values. Add the action that ends it.`,
    );
  return [...faults.values()];
}
