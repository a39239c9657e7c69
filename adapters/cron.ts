import type { Recurrence } from "../policy/scaling-plan.ts";
import { momentsShowing } from "../policy/zone.ts";
import { badInput } from "./bad-input.ts";

const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"] as const;

/** A cron text that cannot be read, in words. */
export interface CronRefusal {
  readonly refused: string;
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const MINUTE: Field = { name: "minute", from: 0, to: 59 };
const HOUR: Field = { name: "hour", from: 0, to: 23 };
const DAY: Field = { name: "day of the month", from: 1, to: 31 };
const MONTH: Field = { name: "month", from: 1, to: 12, names: MONTHS };
const WEEKDAY: Field = { name: "day of the week", from: 0, to: 6, names: WEEKDAYS };
const YEAR: Field = { name: "year", from: 1970, to: 2199 };

/** Application Auto Scaling's form: six fields within `cron()`, one of the two day fields `?`. */
export function cronEcs(at: Recurrence): string {
  const [day, weekday] = dayFields(at, "?");
  const fields = [values(at.minutes, MINUTE), values(at.hours, HOUR), day, months(at), weekday, years(at)];
  return `cron(${fields.join(" ")})`;
}

/** EC2 Auto Scaling's form: crontab's five fields, which have no year. */
export function cronEc2(at: Recurrence): string {
  if (at.years !== null) throw unsayable("a group's recurrence has no year; use StartTime and EndTime");
  const [day, weekday] = dayFields(at, "*");
  return [values(at.minutes, MINUTE), values(at.hours, HOUR), day, months(at), weekday].join(" ");
}

/** Reads Application Auto Scaling's `cron(…)` and `at(…)`. */
export function recurrenceEcs(text: string): Recurrence | CronRefusal {
  if (/^at\(.*\)$/.test(text)) return momentOf(text.slice(3, -1));
  if (/^rate\(.*\)$/.test(text))
    return { refused: "a rate counts from the moment of its creation, which no replay knows; write cron(…)" };
  const inner = /^cron\((.*)\)$/.exec(text)?.[1];
  const fields = (inner ?? text).trim().split(/\s+/);
  if (inner === undefined || fields.length !== 6) return { refused: ecsForm(fields) };
  const [minute, hour, day, month, weekday, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((day === "?") === (weekday === "?"))
    return { refused: `exactly one of day of the month and day of the week is \`?\`; ${ecsForm(fields)}` };
  return recurrence({
    minute,
    hour,
    day: day === "?" ? "*" : day,
    month,
    weekday: weekday === "?" ? "*" : weekday,
    year,
  });
}

/** Reads EC2 Auto Scaling's five-field recurrence. */
export function recurrenceEc2(text: string): Recurrence | CronRefusal {
  const fields = text
    .replace(/^cron\((.*)\)$/, "$1")
    .trim()
    .split(/\s+/);
  if (text.startsWith("cron(") || fields.length !== 5 || text.includes("?"))
    return { refused: ec2Form(fields) };
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string];
  if (/[LW#]/.test(day) || /\dL|#/.test(weekday))
    return { refused: "a group's recurrence knows neither `L`, `W` nor `#`; name the days" };
  if (day !== "*" && weekday !== "*")
    return { refused: "crontab fires when either day field matches; set one of them to `*`" };
  return recurrence({ minute, hour, day, month, weekday, year: "*" });
}

/** The minutes, as Unix seconds, within [`from`, `to`) at which `at` fires. */
export function moments(at: Recurrence, from: number, to: number): readonly number[] {
  const { zone } = at;
  const apart = zone === undefined ? 0 : 86_400; // of the clocks of a zone and UTC, at most
  const shown: number[] = [];
  for (let day = Math.floor((from - apart) / 86_400) * 86_400; day < to + apart; day += 86_400) {
    if (!onDay(at, new Date(day * 1000))) continue;
    for (const hour of at.hours) for (const minute of at.minutes) shown.push(day + hour * 3600 + minute * 60);
  }
  const found = zone === undefined ? shown : shown.flatMap((time) => momentsShowing(zone, time));
  return found.filter((time) => time >= from && time < to).toSorted((a, b) => a - b);
}

function onDay(at: Recurrence, date: Date): boolean {
  return (
    (at.weekdays === null || at.weekdays.includes(date.getUTCDay())) &&
    (at.daysOfMonth === null || at.daysOfMonth.includes(date.getUTCDate())) &&
    (at.months === null || at.months.includes(date.getUTCMonth() + 1)) &&
    (at.years === null || at.years.includes(date.getUTCFullYear()))
  );
}

function dayFields(at: Recurrence, none: "?" | "*"): readonly [string, string] {
  if (at.daysOfMonth !== null && at.weekdays !== null)
    throw unsayable("AWS cannot ask for a day of the month that is also a given weekday");
  if (at.daysOfMonth !== null) return [values(at.daysOfMonth, DAY), none];
  if (at.weekdays !== null) return [none, values(at.weekdays, WEEKDAY)];
  return ["*", none];
}

function months(at: Recurrence): string {
  return at.months === null ? "*" : values(at.months, MONTH);
}

function years(at: Recurrence): string {
  return at.years === null ? "*" : values(at.years, YEAR);
}

/** A sorted list of values as cron writes it: runs of three and more as ranges, weekdays and months by name. */
function values(list: readonly number[], field: Field): string {
  const sorted = [...new Set(list)].toSorted((a, b) => a - b);
  if (sorted.length === 0) throw unsayable(`no ${field.name} is left to fire at`);
  const name = (value: number) => field.names?.[value - field.from] ?? String(value);
  const everything = sorted.length === field.to - field.from + 1;
  if (everything && (field === MINUTE || field === HOUR)) return "*";
  const runs: number[][] = [];
  for (const value of sorted) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  const written = runs.flatMap((run) =>
    run.length > 2 ? [`${name(run[0]!)}-${name(run.at(-1)!)}`] : run.map(name),
  );
  return written.join(",");
}

interface CronFields {
  readonly minute: string;
  readonly hour: string;
  readonly day: string;
  readonly month: string;
  readonly weekday: string;
  readonly year: string;
}

function recurrence(fields: CronFields): Recurrence | CronRefusal {
  const read = {
    minutes: listed(fields.minute, MINUTE),
    hours: listed(fields.hour, HOUR),
    weekdays: fields.weekday === "*" ? null : listed(fields.weekday, WEEKDAY),
    daysOfMonth: fields.day === "*" ? null : listed(fields.day, DAY),
    months: fields.month === "*" ? null : listed(fields.month, MONTH),
    years: fields.year === "*" ? null : listed(fields.year, YEAR),
  };
  const refusal = Object.values(read).find((value) => value !== null && "refused" in value);
  if (refusal !== undefined) return refusal as CronRefusal;
  return fires(read as Recurrence)
    ? (read as Recurrence)
    : { refused: "it never fires in any year; no such day exists" };
}

/** Whether any year has a day that fits: 30 February never comes. */
function fires(at: Recurrence): boolean {
  if (at.daysOfMonth === null) return true;
  const first = at.years?.[0] ?? 2024; // a leap year, so that 29 February counts
  const last = at.years?.at(-1) ?? 2028;
  for (let year = first; year <= last; year++)
    for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += 86_400_000)
      if (onDay(at, new Date(day))) return true;
  return false;
}

function listed(text: string, field: Field): readonly number[] | CronRefusal {
  const found = new Set<number>();
  for (const part of text.toUpperCase().split(",")) {
    const expanded = spread(part, field);
    if ("refused" in expanded) return expanded;
    for (const value of expanded) found.add(value);
  }
  return [...found].toSorted((a, b) => a - b);
}

/** One member of a list: `*`, a value, a range, or either of them with a step. */
function spread(part: string, field: Field): readonly number[] | CronRefusal {
  const match = /^(\*|[A-Z0-9]+)(?:-([A-Z0-9]+))?(?:\/(\d+))?$/.exec(part);
  if (match === null || (match[1] === "*" && match[2] !== undefined))
    return { refused: `the ${field.name} \`${part}\` is no value, range or step of cron` };
  const [, start = "", end, step = "1"] = match;
  const from = start === "*" ? field.from : valueIn(start, field);
  if (typeof from !== "number") return from;
  const open = start === "*" || match[3] !== undefined;
  const to = end === undefined ? (open ? field.to : from) : valueIn(end, field);
  if (typeof to !== "number") return to;
  if (Number(step) < 1) return { refused: `the step of the ${field.name} is 0; it is 1 or more` };
  const size = field.to - field.from + 1;
  if (to < from && field !== WEEKDAY)
    return { refused: `the ${field.name} range \`${part}\` runs backwards` };
  const span = (((to - from) % size) + size) % size; // FRI-MON goes around the week's end
  const steps = Array.from(
    { length: Math.floor(span / Number(step)) + 1 },
    (_, i) => from + i * Number(step),
  );
  return steps.map((value) => field.from + ((value - field.from) % size));
}

function valueIn(text: string, field: Field): number | CronRefusal {
  const named = field.names?.indexOf(text) ?? -1;
  if (named >= 0) return field.from + named;
  if (field === WEEKDAY)
    return {
      refused: `the day of the week \`${text}\` is read as Sunday = 1 by one AWS service and as Sunday = 0 by the other; write SUN, MON, TUE, WED, THU, FRI or SAT`,
    };
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.from && value <= field.to) return value;
  return { refused: `the ${field.name} \`${text}\` is not within ${field.from} to ${field.to}` };
}

function momentOf(text: string): Recurrence | CronRefusal {
  const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? new Date(`${text}Z`) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== text)
    return { refused: "at(…) takes a moment that exists, as at(2026-12-24T18:00:00)" };
  return {
    minutes: [date.getUTCMinutes()],
    hours: [date.getUTCHours()],
    weekdays: null,
    daysOfMonth: [date.getUTCDate()],
    months: [date.getUTCMonth() + 1],
    years: [date.getUTCFullYear()],
  };
}

function ecsForm(fields: readonly string[]): string {
  const rule = "a scalable target takes six fields within cron(): minute hour day month weekday year";
  if (fields.length === 6) return `${rule}, as cron(${sixWithQuestionMark(fields)})`;
  if (fields.length !== 5) return `${rule}, as cron(0 8 ? * MON-FRI *)`;
  return `${rule}; write cron(${sixWithQuestionMark([...fields, "*"])})`;
}

function sixWithQuestionMark(fields: readonly string[]): string {
  const [minute, hour, day = "*", month, weekday = "*", year] = fields;
  const plain = (field: string) => field === "*" || field === "?";
  const days = plain(weekday) ? [plain(day) ? "*" : day, "?"] : ["?", weekday];
  return [minute, hour, days[0], month, days[1], year].join(" ");
}

function ec2Form(fields: readonly string[]): string {
  const rule = "a group takes five fields, without cron(), `?` or a year: minute hour day month weekday";
  if (fields.length < 5) return `${rule}, as 0 8 * * MON-FRI`;
  return `${rule}; write ${fields
    .slice(0, 5)
    .map((field) => (field === "?" ? "*" : field))
    .join(" ")}`;
}

function unsayable(why: string): Error {
  return badInput([{ where: "schedule", message: `${why}.` }]);
}
