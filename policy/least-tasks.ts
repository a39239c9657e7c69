import type { Service } from "./service.ts";
import { percent } from "./words.ts";

/** An availability objective from here on is not left to a single task. */
const HIGH_AVAILABILITY = 0.999;

/** The fewest that run where the owner names no least, and why so many. */
export function leastTasks({ slos, resilience }: Service): {
  readonly count: number;
  readonly because: string;
} {
  const zones = resilience?.zones ?? 1;
  if (zones > 1) return { count: zones, because: `one in each of the ${zones} zones declared` };
  const strict = slos.find(
    ({ kind, objective }) => kind === "availability" && objective >= HIGH_AVAILABILITY,
  );
  return strict === undefined
    ? { count: 1, because: "something must run" }
    : { count: 2, because: `an availability of ${percent(strict.objective)} is not left to a single one` };
}
