import type { Fault } from "../adapters/bad-input.ts";
import { soundRules } from "../adapters/sound.ts";
import { AWS_LOOP } from "../policy/aws-loop.ts";
import { healthCheck, longestRequest, timeToHealthy } from "./request-timing.ts";
import type { Tenant } from "./tenant.ts";

/** What services ask of their target groups that does not go together, or breaks what they promise. */
export function targetConflicts(tenants: readonly Tenant[]): readonly Fault[] {
  return tenants.flatMap((tenant) =>
    soundRules([wrongTimes, wrongSlowStart, wrongWeights], tenant).map((message) => ({
      where: `services.${tenant.service.name}.deploy`,
      message,
    })),
  );
}

function wrongTimes({ service: { capacity, compute }, deployment }: Tenant): readonly string[] {
  const { interval, timeout } = healthCheck(capacity, deployment);
  const needed = timeToHealthy(capacity, deployment.health);
  const { deregistrationDelay: delay, health } = deployment;
  const longest = longestRequest(capacity);
  const own = health.interval !== undefined || health.healthyThreshold !== undefined;
  const messages: string[] = [];
  if (timeout >= interval)
    messages.push(
      `health.timeout is ${timeout} s; it must be shorter than the interval, ${interval} s (LB-10). Raise the interval, or lower the timeout.`,
    );
  if (own && needed > capacity.startup)
    messages.push(
      `health takes ${needed} s to send a new task traffic; capacity.startup, ${capacity.startup} s, counts that in (LB-13). Raise startup to the whole, or check oftener.`,
    );
  if (delay !== undefined && delay < Math.min(3600, longest))
    messages.push(
      `deregistrationDelay is ${delay} s; the longest request takes ${longest} s and would be cut (LB-14). Set it to ${Math.min(3600, longest)} s or more, or remove it.`,
    );
  const group = compute.type === "ec2" && deployment.instances?.single !== true;
  if (group && delay !== undefined && delay < AWS_LOOP.draining)
    messages.push(
      `deregistrationDelay is ${delay} s; a group counts an instance as long as it drains, and in less than ${AWS_LOOP.draining} s, until the metrics show that it is gone, removes others in its place. Set it to ${AWS_LOOP.draining} s or more, or remove it.`,
    );
  return messages;
}

function wrongSlowStart({ deployment: { slowStart = 0, algorithm } }: Tenant): readonly string[] {
  if (slowStart === 0 || algorithm === "roundRobin") return [];
  return [
    `slowStart is ${slowStart} s; AWS takes it with roundRobin only (LB-15), and algorithm is ${algorithm}. Remove one of the two.`,
  ];
}

function wrongWeights({ deployment: { weights, release } }: Tenant): readonly string[] {
  if (weights === undefined || release.strategy === "rolling") return [];
  return [
    `weights are declared, and release.strategy is ${release.strategy}, in which ECS moves the weights itself. Remove weights, or roll.`,
  ];
}

/** Seconds of checks that nobody expects before a new task serves. */
const SLOW = 120;

/** What the balancer does that the capacity model does not know of. */
export function targetWarnings(tenants: readonly Tenant[]): readonly string[] {
  return tenants.flatMap(({ service: { name, capacity }, deployment }) => {
    const { algorithm, stickiness, health, slowStart = 0 } = deployment;
    const needed = timeToHealthy(capacity, health);
    const remarks: string[] = [];
    if (needed > SLOW)
      remarks.push(
        `health sends a new task traffic after ${needed} s of checks; every scale-out waits for them.`,
      );
    if (algorithm !== "roundRobin")
      remarks.push(
        `algorithm is ${algorithm}; the capacity model counts on roundRobin, and its numbers are a bound.`,
      );
    if (stickiness !== undefined)
      remarks.push(
        "stickiness keeps clients on one task; the capacity model counts on requests spread evenly.",
      );
    if (slowStart > 0)
      remarks.push(`slowStart spares a new task for ${slowStart} s; until then the others carry its share.`);
    return remarks.map((remark) => `services.${name}.deploy: ${remark}`);
  });
}
