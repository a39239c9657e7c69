import { z } from "zod";
import type { Recurrence } from "../policy/scaling-plan.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** When instances run; between `stop` and the next `start` there are none. */
export interface OfficeHours {
  readonly start: Recurrence;
  readonly stop: Recurrence;
  /** Of the IANA database; daylight saving is AWS's to follow. */
  readonly timezone: string;
  /** Production, too, may be without any instance at night. */
  readonly evenInProd: boolean;
}

const EXAMPLE = "must be days and a time. Write one such as Mon-Fri 08:00, Sat,Sun 10:00 or daily 06:30";

const moment = z.string(EXAMPLE).transform((text, context) => {
  const recurrence = recurring(text);
  if (recurrence !== undefined) return recurrence;
  context.addIssue({ code: "custom", message: EXAMPLE, input: text });
  return z.NEVER;
});

/** `officeHours:` of a service's instances. */
export const officeHoursSchema = z
  .strictObject(
    {
      start: moment,
      stop: moment,
      timezone: z
        .string("must be a time zone. Write one such as Europe/Berlin")
        .refine(isTimezone, "must be a zone of the IANA database. Write one such as Europe/Berlin")
        .default("Etc/UTC"),
      evenInProd: yesOrNo.default(false),
    },
    "must be a map. Write { start: Mon-Fri 08:00, stop: Mon-Fri 20:00, timezone: Europe/Berlin }",
  )
  .check(({ value: { start, stop }, issues }) => {
    if (JSON.stringify(start) === JSON.stringify(stop))
      issues.push({
        code: "custom",
        path: ["stop"],
        input: undefined,
        message: "it is the moment of start, too. Write a later one",
      });
  });

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** `Mon-Fri 08:00` as the moments it names. */
function recurring(text: string): Recurrence | undefined {
  const [, days = "", hour, minute] = /^\s*(\S+)\s+([01]?\d|2[0-3]):([0-5]\d)\s*$/.exec(text) ?? [];
  const weekdays = days.toLowerCase() === "daily" ? null : days.split(",").map(daySpan);
  if (hour === undefined || weekdays?.includes(undefined)) return undefined;
  const held = weekdays === null ? null : [...new Set((weekdays as number[][]).flat())].toSorted();
  return {
    minutes: [Number(minute)],
    hours: [Number(hour)],
    weekdays: held,
    daysOfMonth: null,
    months: null,
    years: null,
  };
}

/** `Mon` or `Fri-Mon`; a span may pass the week's end. */
function daySpan(text: string): readonly number[] | undefined {
  const [first = -1, last = first, ...rest] = text.split("-").map((day) => DAYS.indexOf(day.toLowerCase()));
  if (first < 0 || last < 0 || rest.length > 0) return undefined;
  const length = ((last - first + 7) % 7) + 1;
  return Array.from({ length }, (_, i) => (first + i) % 7);
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[A-Za-z_]+(\/[\w+-]+)*$/.test(name);
  } catch {
    return false;
  }
}
