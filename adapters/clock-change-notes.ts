import { occursAt } from "../policy/recurrence.ts";
import type { ScheduledAction } from "../policy/scaling-plan.ts";
import type { Service } from "../policy/service.ts";
import type { Trace } from "../policy/trace.ts";
import { clockChanges } from "../policy/zone.ts";
import { FROM } from "./schedule-faults.ts";

/** Scheduled actions at times that the clocks of their zone leap over or show twice on a day of `years`, and what the replay does then. */
export function clockChangeNotes(
  schedule: readonly ScheduledAction[],
  years: readonly number[],
): readonly string[] {
  return schedule.flatMap((action) => {
    const { zone } = action.at;
    const told = zone === undefined ? [] : years.flatMap((year) => changesOf(action, zone, year));
    return told.length === 0
      ? []
      : [
          `${action.name} follows the clocks of ${zone}: ${told.join(", and ")}; write it in UTC or at another minute`,
        ];
  });
}

/** The years that traffic lies in: the one judged on, or else the service's history; without either, that in which schedules are checked. */
export function yearsOf({ demand }: Service, judged?: Trace): readonly number[] {
  const traffic = judged ?? (demand.kind === "history" ? demand.trace : undefined);
  if (traffic === undefined) return [yearAt(FROM)];
  const first = yearAt(traffic.start);
  const last = yearAt(traffic.start + traffic.step * traffic.rates.length - 1);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function changesOf({ at }: ScheduledAction, zone: string, year: number): readonly string[] {
  const { zone: _, ...shown } = at;
  return clockChanges(zone, year).flatMap(({ at: time, before, after }) => {
    const leap = Math.abs(after - before) / 60;
    const first = time + Math.min(before, after);
    const due = Array.from({ length: leap }, (_, minute) => first + minute * 60).filter((minute) =>
      occursAt(shown, minute),
    );
    if (due.length === 0) return [];
    const [from, to] = [iso(due[0]!), iso(due.at(-1)!)];
    const times = due.length === 1 ? from.time : `${from.time} to ${to.time}`;
    return after > before
      ? [`${times} does not exist on ${from.date}, when it is skipped`]
      : [`${times} exists twice on ${from.date}, when it acts both times`];
  });
}

function yearAt(time: number): number {
  return new Date(time * 1000).getUTCFullYear();
}

function iso(time: number): { readonly date: string; readonly time: string } {
  const text = new Date(time * 1000).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 16) };
}
