import { awsAutoscaler } from "./autoscaler.ts";
import { steadyPlant } from "./backtest.ts";
import { FRESH } from "./candidate.ts";
import { replay } from "./replay.ts";
import type { ScalingControls, StepScaling, TargetTracking } from "./scaling-plan.ts";
import type { Service } from "./service.ts";

/** A policy that multiplies a shortage again before CloudWatch shows what it has already added. */
export interface Compounding {
  readonly policy: string;
  /** Seconds. */
  readonly cooldown: number;
  /** When the load of ten tasks doubles: the most there are, and the most with a cooldown that waits for fresh metrics. */
  readonly most: number;
  readonly enough: number;
}

/** Share more than enough from which on it counts. */
const NOTICED = 1.1;

/** The policies whose cooldown (on instances: warm-up) is shorter than their metric's delay and that overshoot by it. */
export function compounding(service: Service, controls: ScalingControls): readonly Compounding[] {
  const instances = service.compute.type === "ec2";
  const effective = (cooldown: number) => (instances ? (controls.warmup ?? cooldown) : cooldown);
  const judged = (name: string, cooldown: number, peakWith: (cooldown: number) => number): Compounding[] => {
    if (cooldown >= FRESH) return [];
    const [most, enough] = [peakWith(cooldown), peakWith(FRESH)];
    return most > NOTICED * enough ? [{ policy: name, cooldown, most, enough }] : [];
  };
  return [
    ...controls.tracking.flatMap((policy) =>
      judged(policy.name, effective(policy.scaleOutCooldown), (scaleOutCooldown) =>
        peak(service, [{ ...policy, scaleOutCooldown }], [], rateOf(service, policy.metric, policy.setpoint)),
      ),
    ),
    ...controls.steps.flatMap((policy) => {
      const { metric, threshold } = policy.alarm;
      if (metric === "requestRate" || metric === "responseTime") return [];
      const rate = rateOf(service, metric, threshold);
      return judged(policy.name, effective(policy.cooldown), (cooldown) =>
        peak(service, [], [{ ...policy, cooldown }], rate),
      );
    }),
  ];
}

/** Tasks that carry the load before it doubles, how near they are to acting, and minutes before and after. */
const [TASKS, NEAR, BEFORE, AFTER] = [10, 0.9, 20, 90];

/** The most tasks that a policy alone starts when the load doubles. */
function peak(
  service: Service,
  tracking: readonly TargetTracking[],
  steps: readonly StepScaling[],
  rateEach: number,
): number {
  const alone: ScalingControls = { min: 1, max: 100_000, tracking, steps, schedule: [] };
  const rates = Array.from(
    { length: BEFORE + AFTER },
    (_, minute) => TASKS * NEAR * rateEach * (minute < BEFORE ? 1 : 2),
  );
  const { minutes } = replay(
    awsAutoscaler(alone),
    steadyPlant(service),
    { start: 0, step: 60, rates },
    service.capacity.startup,
    TASKS,
  );
  return minutes.capacity.reduce((most, tasks) => Math.max(most, tasks), 0);
}

function rateOf(
  { capacity }: Service,
  metric: "requestRatePerTask" | "cpuUtilization",
  value: number,
): number {
  return metric === "requestRatePerTask" ? value : (value * capacity.concurrency) / capacity.serviceTime.mean;
}
