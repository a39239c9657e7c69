import type { Recurrence, ScheduledAction } from "../policy/scaling-plan.ts";
import type { Reading } from "./aws-plan-policies.ts";
import { didYouMean, shown } from "./bad-input.ts";
import { type CronRefusal, moments } from "./cron.ts";

const ZONES: readonly string[] = Intl.supportedValuesOf("timeZone");

const UTC: ReadonlySet<string> = new Set([
  "UTC",
  "Etc/UTC",
  "Etc/GMT",
  "GMT",
  "Etc/UCT",
  "Etc/Universal",
  "Etc/Zulu",
  "UCT",
  "Zulu",
]);

/** A scheduled action; whatever a replay could not follow is refused. */
export function scheduled(
  name: string,
  action: { readonly StartTime?: unknown; readonly EndTime?: unknown },
  at: ScheduledAction["at"] | CronRefusal,
  field: "Schedule" | "Recurrence",
  [zone = "UTC", zoneField]: readonly [string | undefined, string],
  [min, max]: readonly [number | undefined, number | undefined],
  i: number,
  { say }: Reading,
): ScheduledAction[] {
  const path = ["ScheduledActions", i];
  const known = UTC.has(zone) || isZone(zone);
  if (!known) say([...path, zoneField], `${zoneField} is ${shown("zone", zone)}; ${zoneRule(zone)}`);
  for (const limit of ["StartTime", "EndTime"] as const)
    if (action[limit] !== undefined)
      say([...path, limit], `${limit} limits when the schedule holds, which cannot be replayed. Remove it.`);
  if (min === undefined && max === undefined)
    say(path, `${name} sets neither a minimum nor a maximum; it does nothing. Remove it.`);
  if ("refused" in at) {
    say(
      [...path, field],
      `${field} is ${shown("schedule", (action as Record<string, unknown>)[field])}; ${at.refused}.`,
    );
    return [];
  }
  const zoned = known && !UTC.has(zone) ? { ...at, zone } : at;
  if (known && leapt(zoned))
    say(
      [...path, field],
      `${field} is ${shown("schedule", (action as Record<string, unknown>)[field])}; it never fires, as the clocks of ${zone} leap over that time. Write another minute.`,
    );
  return [{ name, at: zoned, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }];
}

/** Whether it is one day's, and that day has no such time. */
function leapt(at: Recurrence): boolean {
  const once = [at.daysOfMonth, at.months, at.years].every((field) => field?.length === 1);
  if (at.zone === undefined || !once) return false;
  const day = Date.UTC(at.years![0]!, at.months![0]! - 1, at.daysOfMonth![0]!) / 1000;
  return moments(at, day - DAY, day + 2 * DAY).length === 0;
}

const DAY = 86_400;

/**
 * Whether it names a region and a place of the IANA database, as the zones that AWS takes do. The names that `Intl` lists are not all:
 * it has Asia/Calcutta, and knows Asia/Kolkata. It reads any case, AWS only the right one.
 */
function isZone(zone: string): boolean {
  if (ZONES.includes(zone)) return true;
  if (!/^[A-Z]\w*(\/[A-Z][\w+-]*)+$/.test(zone)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions();
    return timeZone === zone || timeZone.toLowerCase() !== zone.toLowerCase();
  } catch {
    return false;
  }
}

function zoneRule(zone: string): string {
  const city = placeOf(zone);
  const near = city.length > 2 ? ZONES.filter((known) => placeOf(known).startsWith(city)).slice(0, 3) : [];
  if (near.length > 0) return `it is no IANA time zone; did you mean ${near.join(", ")}?`;
  return `it is no IANA time zone; ${didYouMean(zone, ZONES).replace(/^known here.*/, "write `UTC`.")}`;
}

/** `new_york` of `America/New_York`. */
function placeOf(zone: string): string {
  return zone.split("/").at(-1)!.toLowerCase();
}
