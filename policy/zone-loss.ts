import type { Plant } from "./replay.ts";
import type { Resilience } from "./service.ts";

/** The tasks that are left of so many, evenly spread, once the fullest zones that the service must survive are lost. */
export function surviving({ zones, survive }: Resilience, tasks: number): number {
  return tasks - survive * Math.floor(tasks / zones) - Math.min(survive, tasks % zones);
}

/** The fewest tasks of which `tasks` are left with those zones lost. */
export function tasksSurvivedBy(resilience: Resilience, tasks: number): number {
  const { zones, survive } = resilience;
  let enough = Math.ceil((tasks * zones) / (zones - survive));
  while (surviving(resilience, enough) < tasks) enough++;
  return enough;
}

/**
 * A plant that loses those zones at `at`, seconds after its first slice, for good. It is static stability alone: what was
 * lost is still paid for, nothing starts in its place, and the metrics do not tell: CPU and response time are those of
 * `whole`, another plant that loses nothing. It may be left out where nothing follows either of them.
 */
export function withZonesLost(plant: Plant, resilience: Resilience, at: number, whole?: Plant): Plant {
  let now = 0;
  return (tasks, rate, seconds) => {
    const left = now >= at ? surviving(resilience, tasks) : tasks;
    now += seconds;
    const served = plant(left, rate, seconds);
    if (whole === undefined) return served;
    const { busy, responseTime } = whole(tasks, rate, seconds);
    return { ...served, busy, responseTime };
  };
}
