import type { StepAdjustment, StepScaling } from "../policy/scaling-plan.ts";

/** What is wrong with one step, or with all of them (`index` null). */
export interface StepFault {
  readonly index: number | null;
  readonly message: string;
}

/**
 * AWS's rules for step adjustments: they cover a line without gaps or overlaps, open at each end at most once
 * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html), and none at both: "Both lower and
 * upper bounds of a step adjustment cannot be left unspecified" (hashicorp/terraform-provider-aws#4812).
 */
export function stepFaults(
  steps: readonly StepAdjustment[],
  adjustment: StepScaling["adjustment"],
  threshold: number | undefined,
): readonly StepFault[] {
  const faults: StepFault[] = [];
  const say = (index: number | null, message: string) => faults.push({ index, message });
  steps.forEach(({ lower, upper, change }, i) => {
    if (lower === null && upper === null)
      say(i, `step ${i} is open at both ends; AWS wants one of them. Start it at 0, or end it there.`);
    if (lower !== null && upper !== null && upper <= lower)
      say(i, `step ${i} ends at ${upper}; it must end above its start, ${lower}.`);
    if (adjustment === "exact" && change < 0)
      say(i, `step ${i} sets the capacity to ${change}; it is at least 0.`);
    if (adjustment !== "exact" && change === 0)
      say(i, `step ${i} changes the capacity by 0; it does nothing. Remove it or change it.`);
  });
  for (const end of ["lower", "upper"] as const) {
    const open = steps.flatMap((step, i) => (step[end] === null ? [i] : []));
    if (open.length > 1)
      say(
        open[1]!,
        `steps ${open.join(" and ")} have no ${end} bound; at most one may have none. Bound the others.`,
      );
  }
  if (faults.length > 0) return faults;
  const ordered = steps.toSorted(
    (a, b) => (a.lower ?? Number.NEGATIVE_INFINITY) - (b.lower ?? Number.NEGATIVE_INFINITY),
  );
  ordered.slice(1).forEach(({ lower }, i) => {
    const end = ordered[i]!.upper ?? Number.POSITIVE_INFINITY;
    if (lower! > end)
      say(null, `between ${end} and ${lower} there is a gap: no step covers ${end}–${lower}. Close it.`);
    if (lower! < end)
      say(
        null,
        `two steps overlap: both cover ${lower}–${Math.min(end, ordered[i + 1]!.upper ?? end)}. Part them.`,
      );
  });
  const [first, last] = [ordered[0]!, ordered.at(-1)!];
  if (first.lower !== null && first.lower < 0)
    say(null, `the lowest step starts at ${first.lower}; below it nothing happens. Add a step from −∞.`);
  if (last.upper !== null && last.upper > 0)
    say(null, `the highest step ends at ${last.upper}; above it nothing happens. Add a step to +∞.`);
  if (threshold !== undefined && threshold > 0 && first.lower !== null && first.lower >= threshold)
    say(
      null,
      `the first step starts at ${first.lower}, at or above the alarm's threshold, ${threshold}; bounds are offsets from it. Did you mean ${first.lower - threshold}–${first.upper === null ? "∞" : first.upper - threshold}?`,
    );
  return faults;
}
