import type { ScalingControls } from "../policy/scaling-plan.ts";
import { seal } from "../policy/seal.ts";
import { at, type Resource } from "./resource.ts";

/** The plan that a service was deployed with, as its component wrote it down. */
export interface PlanRecord {
  readonly service: string;
  readonly unit: "task" | "instance";
  readonly controls: ScalingControls;
  /** Whether releases move traffic between two target groups: AWS's own metric would follow one of them alone. */
  readonly shifts?: boolean;
  /** What its owner holds its capacity by, beside the plan: nothing scales one instance, and nothing runs where it is stopped. */
  readonly heldBy?: "stopped" | "single" | "officeHours";
}

/** What `component` wrote down; `undefined` if it has no plan. */
export function planRecord(component: Resource): PlanRecord | undefined {
  const plan = at(component.inputs, "plan");
  return typeof at(plan, "controls") === "object" ? (plan as PlanRecord) : undefined;
}

/** Whether the numbers are still those that the engine derived for this service. */
export function isAsDerived(component: Resource, plan: PlanRecord): boolean {
  const names = [plan.service, `${component.parent?.split("::").at(-1)}-${plan.service}`]; // as partName has them
  return names.includes(component.name) && at(component.inputs, "plan.seal") === seal(plan);
}
