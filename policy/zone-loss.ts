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
 * A plant that loses those zones at `at`, seconds after its first slice, for good. It is static stability alone: the
 * metrics do not tell, what was lost is still paid for, and nothing starts in its place.
 */
export function withZonesLost(plant: Plant, resilience: Resilience, at: number): Plant {
  let now = 0;
  return (tasks, rate, seconds) => {
    const left = now >= at ? Math.max(1, surviving(resilience, tasks)) : tasks;
    now += seconds;
    return plant(left, rate, seconds);
  };
}
