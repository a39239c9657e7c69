import type { ScalingPlan } from "./scaling-plan.ts";
import type { Service } from "./service.ts";

/** Derives every scaling number of a service from what it owes its users; each with its reason. */
export function scalingPlan(_service: Service): ScalingPlan {
  throw new Error("in progress");
}
