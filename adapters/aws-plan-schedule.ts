import type { ScheduledAction } from "../policy/scaling-plan.ts";
import type { Reading } from "./aws-plan-policies.ts";
import { didYouMean, shown } from "./bad-input.ts";
import type { CronRefusal } from "./cron.ts";

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

/** A scheduled action in UTC; whatever a replay could not follow is refused. */
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
  if (!UTC.has(zone)) say([...path, zoneField], `${zoneField} is ${shown("zone", zone)}; ${zoneRule(zone)}`);
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
  return [{ name, at, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }];
}

function zoneRule(zone: string): string {
  const zones = Intl.supportedValuesOf("timeZone");
  if (zones.includes(zone))
    return "the replay follows UTC, as summer time has no place in it. Write the schedule in UTC.";
  const city = placeOf(zone);
  const near = city.length > 2 ? zones.filter((known) => placeOf(known).startsWith(city)).slice(0, 3) : [];
  if (near.length > 0) return `it is no IANA time zone; did you mean ${near.join(", ")}?`;
  return `it is no IANA time zone; ${didYouMean(zone, zones).replace(/^known here.*/, "write `UTC`.")}`;
}

/** `new_york` of `America/New_York`. */
function placeOf(zone: string): string {
  return zone.split("/").at(-1)!.toLowerCase();
}
