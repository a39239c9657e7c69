import type { Recurrence } from "./scaling-plan.ts";
import { offsetAt } from "./zone.ts";

/**
 * Whether the minute that starts at `time` (Unix seconds) is a moment of `at`. AWS says that schedules in a zone follow its summer time,
 * and not what becomes of moments at its changes. What the clocks show decides here: a moment that they leap over does not come that day,
 * and one that they come back to comes twice. The second sets the same bounds again, so it matters where another action came between.
 */
export function occursAt(at: Recurrence, time: number): boolean {
  const minute = Math.floor((at.zone === undefined ? time : time + offsetAt(at.zone, time)) / 60);
  if (!at.minutes.includes(minute % 60) || !at.hours.includes(Math.floor(minute / 60) % 24)) return false;
  const day = Math.floor(minute / 1440);
  if (!holds(at.weekdays, (day + 4) % 7)) return false; // 1970-01-01 was a Thursday
  if (!at.daysOfMonth && !at.months && !at.years) return true;
  const date = new Date(day * 86_400_000);
  return (
    holds(at.daysOfMonth, date.getUTCDate()) &&
    holds(at.months, date.getUTCMonth() + 1) &&
    holds(at.years, date.getUTCFullYear())
  );
}

/** Minutes in a day, and those of which every zone's offset has been a multiple since 1980: Kiritimati's was the last to become one. */
const [DAY, QUARTER] = [1440, 15];

/** The minutes of the UTC day, not sorted, that moments of `at` may fall in: in a zone all that differ from one by quarters of an hour. */
export function dueMinutes({ hours, minutes, zone }: Recurrence): readonly number[] {
  const shown = hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));
  if (zone === undefined) return shown;
  const within = new Set(shown.map((minute) => minute % QUARTER));
  return Array.from({ length: DAY }, (_, minute) => minute).filter((minute) => within.has(minute % QUARTER));
}

function holds(field: readonly number[] | null, value: number): boolean {
  return field === null || field.includes(value);
}
