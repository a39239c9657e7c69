import type { Fault } from "../adapters/bad-input.ts";
import { soundRules } from "../adapters/sound.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import type { Tenant } from "./tenant.ts";

/** What a release asks that its service's size, paths or scaling rule out. */
export function releaseConflicts(settings: StackSettings, tenants: readonly Tenant[]): readonly Fault[] {
  return tenants.flatMap((tenant) =>
    soundRules([stopsAll, stuck, unshiftable], settings, tenant).map((message) => ({
      where: `services.${tenant.service.name}.deploy.release`,
      message,
    })),
  );
}

/** What is allowed of releases and may yet surprise. */
export function releaseWarnings({ protect }: StackSettings, tenants: readonly Tenant[]): readonly string[] {
  return tenants
    .filter(
      ({ service, deployment }) =>
        service.compute.type === "fargate" && protect && !deployment.release.circuitBreaker,
    )
    .map(
      ({ service }) =>
        `services.${service.name}: release.circuitBreaker is false: a version that does not start is tried for ever (R-6).`,
    );
}

function stopsAll(
  { protect }: StackSettings,
  { service, deployment: { release } }: Tenant,
): readonly string[] {
  if (service.compute.type === "ec2" || release.strategy !== "rolling") return [];
  if (!protect || release.minimumHealthy > 0) return [];
  return ["minimumHealthy is 0 %; a deployment may stop every task (CMP-9). Write 100 %, or protect: false."];
}

/** CMP-9. ECS rounds the tasks that must serve up, and those that may run down. */
function stuck(_: StackSettings, { service, deployment: { release }, plan }: Tenant): readonly string[] {
  if (service.compute.type === "ec2" || release.strategy !== "rolling") return [];
  const { minimumHealthy, maximum } = release;
  const { min } = plan.controls;
  const [least, most] = [Math.ceil(min * minimumHealthy - 1e-9), Math.floor(min * maximum + 1e-9)];
  if (least < most) return [];
  return [
    `minimumHealthy and maximum let ${least} to ${most} of ${min} tasks run; none may stop and none may start (CMP-9). Raise maximum to 200 %.`,
  ];
}

/** What ECS asks of a service whose traffic it moves from one target group to the other. */
function unshiftable(
  _: StackSettings,
  { service: { compute, policies }, deployment: { release } }: Tenant,
): readonly string[] {
  if (compute.type === "ec2" || release.strategy === "rolling") return [];
  if (policies?.predictive === undefined || policies.metric === "cpuUtilization") return [];
  return [
    `strategy is ${release.strategy}; requests then move to another target group, which AWS's forecast of requests does not follow. Remove policies.predictive, or roll.`,
  ];
}
