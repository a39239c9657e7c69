import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Release, type Shifted, STAGES } from "../adapters/release-settings.ts";

const STRATEGIES = { blueGreen: "BLUE_GREEN", canary: "CANARY", linear: "LINEAR" } as const;

/** How ECS brings a new version in, and when it takes it back: by its circuit breaker, and by alarms. */
export function releaseStrategy(
  release: Release,
  rollbackAlarms: readonly pulumi.Input<string>[],
  hookRole: aws.iam.Role | undefined,
) {
  const rolling = release.strategy === "rolling";
  const { circuitBreaker } = release;
  return {
    deploymentMinimumHealthyPercent: rolling ? percent(release.minimumHealthy) : 100,
    deploymentMaximumPercent: rolling ? percent(release.maximum) : 200,
    deploymentCircuitBreaker: { enable: circuitBreaker, rollback: circuitBreaker },
    deploymentConfiguration: rolling ? { strategy: "ROLLING" } : shifting(release, hookRole),
    // Zones are balanced by starting a task before one is stopped.
    availabilityZoneRebalancing: rolling && release.maximum <= 1 ? "DISABLED" : "ENABLED",
    ...(rollbackAlarms.length === 0
      ? {}
      : { alarms: { enable: true, rollback: true, alarmNames: [...rollbackAlarms] } }),
  };
}

function shifting(
  { strategy, bake, portion, pause, hooks }: Shifted,
  hookRole: aws.iam.Role | undefined,
): aws.types.input.ecs.ServiceDeploymentConfiguration {
  const [part, wait] = [percent(portion), String(pause)];
  return {
    strategy: STRATEGIES[strategy],
    bakeTimeInMinutes: String(bake),
    ...(strategy === "canary"
      ? { canaryConfiguration: { canaryPercent: part, canaryBakeTimeInMinutes: wait } }
      : {}),
    ...(strategy === "linear"
      ? { linearConfiguration: { stepPercent: part, stepBakeTimeInMinutes: wait } }
      : {}),
    ...(hooks.length === 0
      ? {}
      : {
          lifecycleHooks: hooks.map(({ lambda, stages }) => ({
            hookTargetArn: lambda,
            roleArn: hookRole!.arn,
            lifecycleStages: stages.map((stage) => STAGES[stage]),
          })),
        }),
  };
}

function percent(ratio: number): number {
  return Number((100 * ratio).toFixed(4));
}
