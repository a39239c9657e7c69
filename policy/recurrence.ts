import type { Recurrence } from "./scaling-plan.ts";

/** Whether the minute that starts at `time` (Unix seconds, UTC) is a moment of `at`. */
export function occursAt(at: Recurrence, time: number): boolean {
  const minute = Math.floor(time / 60);
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

function holds(field: readonly number[] | null, value: number): boolean {
  return field === null || field.includes(value);
}
