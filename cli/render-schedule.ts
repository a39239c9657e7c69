import type { Recurrence, ScheduledAction } from "../policy/scaling-plan.ts";
import { grid, hanging } from "./layout.ts";

/** Scheduled actions as a table by kind of day: the floor (and ceiling, where one is set) from each moment on. */
export function scheduleLines(schedule: readonly ScheduledAction[]): readonly string[] {
  const inUtc = schedule.every(({ at }) => at.zone === undefined);
  const kinds = new Map<string, { readonly moment: string; readonly sets: string }[]>();
  for (const action of schedule) {
    const kind = `${dayKind(action.at)}${inUtc ? "" : `, ${action.at.zone ?? "UTC"}`}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), ...moments(action)]);
  }
  const title = schedule.length === 1 ? "1 scheduled action" : `${schedule.length} scheduled actions`;
  return [
    ...(schedule.length === 0
      ? []
      : [hanging("    ", `${title}: the floor from each moment on${inUtc ? ", UTC" : ""}`)]),
    ...[...kinds].flatMap(([kind, entries]) => [
      `    ${kind}`,
      ...grid(
        entries
          .toSorted((a, b) => a.moment.localeCompare(b.moment))
          .map(({ moment, sets }) => `${moment} ${sets}`),
        "      ",
      ),
    ]),
  ];
}

function moments({ at, min, max }: ScheduledAction) {
  const sets = `${min === undefined ? "" : String(min).padStart(4)}${max === undefined ? "" : ` ≤${max}`}`;
  return at.hours.flatMap((hour) =>
    at.minutes.map((minute) => ({ moment: `${two(hour)}:${two(minute)}`, sets })),
  );
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function dayKind({ weekdays, daysOfMonth, months, years }: Recurrence): string {
  const parts = [
    weekdays === null ? "every day" : consecutive(weekdays),
    ...(daysOfMonth === null ? [] : [`on day ${daysOfMonth.join(", ")} of the month`]),
    ...(months === null ? [] : [`in month ${months.join(", ")}`]),
    ...(years === null ? [] : [`in ${years.join(", ")}`]),
  ];
  return parts.join(" ");
}

/** `Mon–Fri` for 1 to 5; a week that turns over the weekend reads `Sat, Sun`. */
function consecutive(weekdays: readonly number[]): string {
  const sorted = weekdays.toSorted((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
  const inRow = (days: readonly number[]) =>
    days.every((day, i) => i === 0 || day === (days[i - 1]! + 1) % 7);
  const row = [sorted, weekdays].find((days) => days.length > 2 && inRow(days));
  return row === undefined
    ? sorted.map((day) => DAYS[day]).join(", ")
    : `${DAYS[row[0]!]}–${DAYS[row.at(-1)!]}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
