import { actingRate } from "./acting-rate.ts";
import { FRESH } from "./candidate.ts";
import { keepsSlos } from "./demand-curve.ts";
import { answered, TASKS } from "./load-change.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { rateAt } from "./task-bounds.ts";

/** A policy that removes the same surplus again before CloudWatch shows what it has already removed. */
export interface OverRemoval {
  readonly policy: string;
  /** Seconds of its cooldown after a scale-in. */
  readonly cooldown: number;
  /** When the load of ten tasks falls to that of six: the fewest there are, and the fewest with a cooldown that waits for fresh metrics. */
  readonly least: number;
  readonly enough: number;
  /** The fewest keep the SLOs all the same, as tasks that were idle do. */
  readonly harmless: boolean;
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
    if (least >= enough) return [];
    const harmless = keepsSlos(service, least, LEFT * TASKS * rateEach);
    return [{ policy, cooldown, least, enough, harmless }];
  };
  const tracking = controls.tracking.filter(({ disableScaleIn }) => !disableScaleIn);
  // Tracking policies scale in together, and wait for the longest cooldown among them.
  const longest = Math.max(0, ...tracking.map(({ scaleInCooldown = 0 }) => scaleInCooldown));
  return [
    ...tracking.flatMap((policy) =>
      judged(policy.name, longest, rateAt(service, policy.metric, policy.setpoint), (seconds) => ({
        tracking: [{ ...policy, scaleInCooldown: seconds }],
      })),
    ),
    ...controls.steps.flatMap((policy) => {
      const rate = actingRate(service, policy.alarm);
      if (rate === undefined) return [];
      return judged(policy.name, policy.cooldown ?? 0, rate, (seconds) => ({
        steps: [{ ...policy, cooldown: seconds }],
      }));
    }),
  ];
}

/** The share of the load that is left. */
const LEFT = 0.6;

/** The fewest tasks that a policy alone leaves when the load falls. */
function trough(service: Service, policy: Partial<ScalingControls>, rateEach: number): number {
  const before = TASKS * rateEach;
  const capacity = answered(service, policy, TASKS, { before, after: LEFT * before });
  return capacity.reduce((least, tasks) => Math.min(least, tasks), TASKS);
}
