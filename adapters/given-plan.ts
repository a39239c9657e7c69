import type { ScalingControls } from "../policy/scaling-plan.ts";
import type { Service } from "../policy/service.ts";
import { readAwsPlan } from "./aws-plan-reading.ts";
import { badInput } from "./bad-input.ts";
import { clockChangeNotes } from "./clock-change-notes.ts";

export interface GivenPlan {
  readonly controls: ScalingControls;
  /** What was assumed or noticed, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads a plan in the AWS API's shapes that was made for the service elsewhere, to be replayed in `years`; one for other compute is
 * refused.
 */
export function readGivenPlan(file: string, service: Service, years: readonly number[]): GivenPlan {
  const { controls, unit, notes } = readAwsPlan(file);
  const runsOn = service.compute.type === "fargate" ? "task" : "instance";
  const noticed = [...boundNotes(controls, service), ...clockChangeNotes(controls.schedule, years)];
  if (unit === runsOn) return { controls, notes: [...notes, ...noticed] };
  throw badInput([
    {
      where: file,
      message: `it scales ${unit}s; ${service.name} runs on ${runsOn}s (compute ${service.compute.type}). Choose the service that it is for.`,
    },
  ]);
}

/** Where the plan's bounds are wider than what the owner declares; scheduled actions set them, too. */
function boundNotes({ min, max, schedule }: ScalingControls, { bounds }: Service): readonly string[] {
  const highest = Math.max(max, ...schedule.flatMap((action) => action.max ?? []));
  const lowest = Math.min(min, ...schedule.flatMap((action) => action.min ?? []));
  const scheduled = " by a scheduled action";
  return [
    ...(bounds.max !== undefined && highest > bounds.max
      ? [`its max is ${highest}${highest > max ? scheduled : ""}, above the ${bounds.max} of bounds.max`]
      : []),
    ...(bounds.min !== undefined && lowest < bounds.min
      ? [`its min is ${lowest}${lowest < min ? scheduled : ""}, below the ${bounds.min} of bounds.min`]
      : []),
  ];
}
