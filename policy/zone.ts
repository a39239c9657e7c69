const DAY = 86_400;

/** The clocks of one zone, and how far they were ahead at the starts of the UTC days asked for so far: `Intl` takes microseconds. */
interface Clocks {
  readonly format: Intl.DateTimeFormat;
  readonly days: Map<number, number>;
}

const KNOWN = new Map<string, Clocks>();

/** The seconds, whole minutes, that the clocks of a zone of the IANA database are ahead of UTC at `time` (Unix seconds). */
export function offsetAt(zone: string, time: number): number {
  const clocks = clocksOf(zone);
  const day = Math.floor(time / DAY);
  const offset = dayOffset(clocks, day);
  return offset === dayOffset(clocks, day + 1) ? offset : asked(clocks, time); // none changes and changes back within a day
}

/**
 * The moments, Unix seconds, at which the clocks of `zone` show `shown`, itself written as if it were UTC: one as a rule, none where they
 * leap over it, two where they come back to it.
 */
export function momentsShowing(zone: string, shown: number): readonly number[] {
  const offsets = new Set([offsetAt(zone, shown + DAY), offsetAt(zone, shown - DAY)]);
  return [...offsets].map((offset) => shown - offset).filter((time) => time + offsetAt(zone, time) === shown);
}

/** When clocks are set to another offset, all in seconds. */
export interface ClockChange {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** The changes of a zone's clocks in a year of UTC: two where there is summer time. */
export function clockChanges(zone: string, year: number): readonly ClockChange[] {
  const clocks = clocksOf(zone);
  const [first, end] = [Date.UTC(year, 0) / 1000 / DAY, Date.UTC(year + 1, 0) / 1000 / DAY];
  const changes: ClockChange[] = [];
  for (let day = first; day < end; day++) {
    const [before, after] = [dayOffset(clocks, day), dayOffset(clocks, day + 1)];
    if (before === after) continue;
    let [unchanged, changed] = [day * 1440, (day + 1) * 1440];
    while (changed - unchanged > 1) {
      const middle = Math.floor((unchanged + changed) / 2);
      if (asked(clocks, middle * 60) === before) unchanged = middle;
      else changed = middle;
    }
    changes.push({ at: changed * 60, before, after });
  }
  return changes;
}

function clocksOf(zone: string): Clocks {
  const known = KNOWN.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  const clocks = { format, days: new Map<number, number>() };
  KNOWN.set(zone, clocks);
  return clocks;
}

function dayOffset(clocks: Clocks, day: number): number {
  const known = clocks.days.get(day);
  if (known !== undefined) return known;
  const offset = asked(clocks, day * DAY);
  clocks.days.set(day, offset);
  return offset;
}

/** Of `3/29/2026, GMT+05:30`; UTC itself is `GMT`. */
function asked({ format }: Clocks, time: number): number {
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(format.format(time * 1000)) ?? [];
  const ahead = 60 * (60 * Number(hours ?? 0) + Number(minutes ?? 0));
  return sign === "-" ? -ahead : ahead;
}
