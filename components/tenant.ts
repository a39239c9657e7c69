import type { Deployment } from "../adapters/service-deployment.ts";
import type { ScalingControls, ScalingPlan } from "../policy/scaling-plan.ts";
import type { Service } from "../policy/service.ts";

/** What a service asks of its stack. */
export interface Tenant {
  readonly service: Pick<Service, "name" | "compute" | "policies" | "capacity" | "resilience">;
  readonly deployment: Deployment;
  readonly plan: Pick<ScalingPlan, "feasibility"> & {
    readonly controls: Pick<ScalingControls, "min" | "max"> & Partial<Pick<ScalingControls, "schedule">>;
  };
}
