import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Release } from "../adapters/release-settings.ts";
import type { Deployment } from "../adapters/service-deployment.ts";
import type { TaskProfile } from "../policy/service.ts";
import { deregistrationDelay, gracePeriod, stopTimeout } from "./request-timing.ts";

/** Tasks that ECS starts in a minute for one service on Fargate (quota, CMP-24). */
const STARTS_A_MINUTE = 500;

/** Waves of tasks that fail before ECS gives up (its circuit breaker counts at least 3), and the wave that goes back. */
const WAVES = 4;

/** Seconds: below, one slow pull of an image would look like a failure. */
const LEAST = 600;

/** Seconds in which an instance starts for tasks that find no room. */
const INSTANCE_START = 300;

/** Seconds for which ECS may go on watching alarms once the tasks run: it derives them from the alarms' windows, of which ours look back an hour. */
const WATCHED = 3600;

/** Seconds after which a deployment that has not settled has failed: long enough for ECS to give up and go back first. */
export function settlingTime(
  tasks: number,
  capacity: TaskProfile,
  deployment: Pick<Deployment, "release" | "capacity" | "health" | "deregistrationDelay">,
  rollbackAlarms: readonly unknown[],
): number {
  const { release, capacity: choice, health, deregistrationDelay: delay } = deployment;
  const wave = gracePeriod(capacity, health) + deregistrationDelay(capacity, delay) + stopTimeout(capacity);
  const starting = (60 * tasks) / STARTS_A_MINUTE + (choice.kind === "instances" ? INSTANCE_START : 0);
  const waves =
    release.strategy === "rolling" ? Math.ceil(1 / (release.maximum - release.minimumHealthy)) : 1;
  const running = (WAVES + 1) * (waves * wave + starting);
  const watching = 60 * shifting(release) + (rollbackAlarms.length > 0 ? WATCHED : 0);
  return Math.max(LEAST, Math.ceil(running + watching));
}

/** Seconds for which a service that goes lets its tasks finish; AWS's provider waits 20 minutes. */
export function drainingTime(capacity: TaskProfile, delay: number | undefined): number {
  return Math.max(1200, 2 * (deregistrationDelay(capacity, delay) + stopTimeout(capacity)));
}

/** Minutes in which traffic moves and the new version bakes; a rollback takes them no second time. */
function shifting(release: Release): number {
  if (release.strategy === "rolling") return 0;
  const moves = release.strategy === "linear" ? Math.ceil(1 / release.portion) : 2;
  return release.bake + (moves - 1) * release.pause;
}

/**
 * The task definition that the service runs once it is steady. ECS counts a rollback as steady too, so it is asked again,
 * and the update fails where another version runs than the one asked for. A preview has nothing to ask.
 */
export function runningDefinition(
  service: aws.ecs.Service,
  definition: aws.ecs.TaskDefinition,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  if (pulumi.runtime.isDryRun()) return definition.arn;
  const { taskDefinition } = aws.ecs.getServiceOutput(
    { clusterArn: service.cluster, serviceName: service.name },
    { parent, dependsOn: [service] },
  );
  return pulumi
    .all([service.name, definition.arn, taskDefinition])
    .apply(([name, asked, running]) => refuseRollback(name, asked, running));
}

/** What runs, if it is what was asked for. */
export function refuseRollback(service: string, asked: string, running: string): string {
  if (asked === running) return running;
  throw new Error(
    `${service}: ECS rolled the deployment of ${asked} back and runs ${running}. Read the service's events, mend the image or the task, and deploy again.`,
  );
}
