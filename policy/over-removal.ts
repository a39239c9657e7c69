import { awsAutoscaler } from "./autoscaler.ts";
import { steadyPlant } from "./backtest.ts";
import { FRESH } from "./candidate.ts";
import { replay } from "./replay.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { rateAtCpu } from "./task-bounds.ts";

/** A policy that removes the same surplus again before CloudWatch shows what it has already removed. */
export interface OverRemoval {
  readonly policy: string;
  /** Seconds of its cooldown after a scale-in. */
  readonly cooldown: number;
  /** When the load of ten tasks falls to that of six: the fewest there are, and the fewest with a cooldown that waits for fresh metrics. */
  readonly least: number;
  readonly enough: number;
}

/** The policies whose cooldown after a scale-in is shorter than their metric's delay and that remove more for it; of ECS alone. */
export function overRemovals(service: Service, controls: ScalingControls): readonly OverRemoval[] {
  if (service.compute.type === "ec2") return [];
  const judged = (
    policy: string,
    cooldown: number,
    rateEach: number,
    alone: (seconds: number) => Partial<ScalingControls>,
  ): OverRemoval[] => {
    if (cooldown >= FRESH) return [];
    const [least, enough] = [cooldown, FRESH].map((seconds) => trough(service, alone(seconds), rateEach)) as [
      number,
      number,
    ];
    return least < enough ? [{ policy, cooldown, least, enough }] : [];
  };
  const tracking = controls.tracking.filter(({ disableScaleIn }) => !disableScaleIn);
  // Tracking policies scale in together, and wait for the longest cooldown among them.
  const longest = Math.max(0, ...tracking.map(({ scaleInCooldown = 0 }) => scaleInCooldown));
  return [
    ...tracking.flatMap((policy) =>
      judged(policy.name, longest, rateOf(service, policy.metric, policy.setpoint), (seconds) => ({
        tracking: [{ ...policy, scaleInCooldown: seconds }],
      })),
    ),
    ...controls.steps.flatMap((policy) => {
      const { metric, threshold } = policy.alarm;
      if (metric === "requestRate" || metric === "responseTime") return [];
      return judged(policy.name, policy.cooldown ?? 0, rateOf(service, metric, threshold), (seconds) => ({
        steps: [{ ...policy, cooldown: seconds }],
      }));
    }),
  ];
}

/** Tasks that carry the load at the level that a policy holds or acts at, the share of it that is left, and minutes before and after. */
const [TASKS, LEFT, BEFORE, AFTER] = [10, 0.6, 20, 90];

/** The fewest tasks that a policy alone leaves when the load falls. */
function trough(service: Service, policy: Partial<ScalingControls>, rateEach: number): number {
  const alone = { min: 1, max: TASKS, tracking: [], steps: [], schedule: [], ...policy };
  const rates = Array.from(
    { length: BEFORE + AFTER },
    (_, minute) => TASKS * rateEach * (minute < BEFORE ? 1 : LEFT),
  );
  const { minutes } = replay(
    awsAutoscaler(alone),
    steadyPlant(service),
    { start: 0, step: 60, rates },
    service.capacity.startup,
    TASKS,
  );
  return minutes.capacity.reduce((least, tasks) => Math.min(least, tasks), TASKS);
}

function rateOf(service: Service, metric: "requestRatePerTask" | "cpuUtilization", value: number): number {
  return metric === "requestRatePerTask" ? value : rateAtCpu(service, value);
}
