import type { HealthSettings, TargetSettings } from "../adapters/target-settings.ts";
import { AWS_LOOP } from "../policy/aws-loop.ts";
import type { TaskProfile } from "../policy/service.ts";

/** Consecutive answers that make a target healthy: AWS's least. */
const HEALTHY = 2;

/**
 * Health checks quick beside the start of a task: two answers a tenth of `startup` apart send it traffic, unless the
 * service says otherwise. AWS takes intervals of 5–300 s and timeouts of 2–120 s, the timeout the shorter.
 */
export function healthCheck(
  { startup }: TaskProfile,
  { health, protocol }: Pick<TargetSettings, "health" | "protocol">,
) {
  const interval = health.interval ?? Math.min(30, Math.max(5, Math.ceil(startup / 10)));
  return {
    path: health.path,
    protocol: protocol.toUpperCase(),
    matcher: health.matcher ?? "200-299",
    interval,
    timeout: health.timeout ?? Math.min(interval - 1, 5),
    healthyThreshold: health.healthyThreshold ?? HEALTHY,
    unhealthyThreshold: health.unhealthyThreshold ?? 3,
  };
}

/** Seconds from a target's first answer to its first request. */
export function timeToHealthy(capacity: TaskProfile, health: HealthSettings): number {
  const { interval, healthyThreshold } = healthCheck(capacity, { health, protocol: "http" });
  return interval * healthyThreshold;
}

/** Seconds after its start in which a failed check does not end a task: until it serves and the balancer has seen so. */
export function gracePeriod(capacity: TaskProfile, health: HealthSettings): number {
  return Math.ceil(capacity.startup + timeToHealthy(capacity, health));
}

/** Seconds that the longest usual request takes: the whole wait, then the mean time and five deviations. */
export function longestRequest({ serviceTime: { mean, cv }, maxWait }: TaskProfile): number {
  return Math.ceil(maxWait + mean * (1 + 5 * cv));
}

/** Seconds for which a leaving target finishes its requests, unless declared; AWS takes 0–3,600. */
export function deregistrationDelay(capacity: TaskProfile, declared: number | undefined): number {
  return declared ?? Math.min(3600, Math.max(10, longestRequest(capacity)));
}

/**
 * The same of an instance of a group, which counts as capacity until then: sooner than a minute without it is visible the group
 * would remove it again.
 */
export function instanceDraining(capacity: TaskProfile, declared: number | undefined): number {
  return declared ?? Math.max(AWS_LOOP.draining, deregistrationDelay(capacity, undefined));
}

/** Seconds between a container's signal to stop and its end; Fargate takes 2–120. */
export function stopTimeout(capacity: TaskProfile): number {
  return Math.min(120, Math.max(30, longestRequest(capacity)));
}

/** Seconds for which the balancer keeps a silent connection: AWS's 60, or as long as the longest request; at most 4,000. */
export function idleTimeout(capacities: readonly TaskProfile[]): number {
  return Math.min(4000, Math.max(60, ...capacities.map(longestRequest)));
}
