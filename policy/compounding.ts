import { actingRate } from "./acting-rate.ts";
import { UNSET_WARMUP } from "./aws-loop.ts";
import { freshCooldown, freshWarmup } from "./candidate.ts";
import { answered, TASKS } from "./load-change.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { rateAt } from "./task-bounds.ts";

/** A policy that multiplies a shortage again before CloudWatch shows what it has already added. */
export interface Compounding {
  readonly policy: string;
  /** Seconds: what it waits, and the least that waits for fresh metrics. */
  readonly cooldown: number;
  readonly fresh: number;
  /** When the load of ten tasks doubles: the most there are, and the most with a cooldown that waits for fresh metrics. */
  readonly most: number;
  readonly enough: number;
}

/** Share more than enough from which on it counts. */
const NOTICED = 1.1;

/** The policies whose cooldown (on instances: warm-up) is shorter than their metric's delay and that overshoot by it. */
export function compounding(service: Service, controls: ScalingControls): readonly Compounding[] {
  const instances = service.compute.type === "ec2";
  const { startup } = service.capacity;
  const fresh = instances ? freshWarmup(startup) : freshCooldown(startup);
  const judged = (
    name: string,
    cooldown: number,
    rateEach: number,
    alone: (seconds: number) => Partial<ScalingControls>,
  ): Compounding[] => {
    if (cooldown >= fresh) return [];
    const [most, enough] = [cooldown, fresh].map((seconds) => peak(service, alone(seconds), rateEach)) as [
      number,
      number,
    ];
    return most > NOTICED * enough ? [{ policy: name, cooldown, fresh, most, enough }] : [];
  };
  const { warmup = UNSET_WARMUP } = controls;
  return [
    ...controls.tracking.flatMap((policy) => {
      const { scaleOutCooldown = 0, scaleInCooldown, ...rest } = policy;
      const rate = rateAt(service, policy.metric, policy.setpoint);
      return instances
        ? judged(policy.name, warmup, rate, (seconds) => ({ tracking: [rest], warmup: seconds }))
        : judged(policy.name, scaleOutCooldown, rate, (seconds) => ({
            tracking: [{ ...policy, scaleOutCooldown: seconds }],
          }));
    }),
    ...controls.steps.flatMap((policy) => {
      const { cooldown = 0, ...rest } = policy;
      const rate = actingRate(service, policy.alarm);
      if (rate === undefined) return [];
      return instances
        ? judged(policy.name, warmup, rate, (seconds) => ({ steps: [rest], warmup: seconds }))
        : judged(policy.name, cooldown, rate, (seconds) => ({ steps: [{ ...policy, cooldown: seconds }] }));
    }),
  ];
}

/** How near the load before it doubles is to where the policy acts. */
const NEAR = 0.9;

/** Far more than are started for any shortage once. */
const NO_LIMIT = 100_000;

/** The most tasks that a policy alone starts when the load doubles. */
function peak(service: Service, policy: Partial<ScalingControls>, rateEach: number): number {
  const before = TASKS * NEAR * rateEach;
  const capacity = answered(service, policy, NO_LIMIT, { before, after: 2 * before });
  return capacity.reduce((most, tasks) => Math.max(most, tasks), 0);
}

/** What tracking and a step policy start together when the load of ten tasks grows to TIMES as much at once, and what the setpoint asks for. */
export interface Together {
  readonly most: number;
  readonly enough: number;
}

/** A surge as those that step policies are for. */
export const TIMES = 3;

/**
 * Each waits for its own cooldown alone: once what the step policy started is ready, tracking multiplies it by a metric from before it.
 * Undefined where there are not both, or where they start hardly more than the setpoint asks for.
 */
export function startedTogether(service: Service, controls: ScalingControls): Together | undefined {
  const { tracking, steps, warmup } = controls;
  const [policy] = tracking;
  if (policy === undefined || steps.length === 0) return undefined;
  const before = TASKS * NEAR * rateAt(service, policy.metric, policy.setpoint);
  const both = { tracking, steps, ...(warmup === undefined ? {} : { warmup }) };
  const capacity = answered(service, both, controls.max, { before, after: TIMES * before });
  const most = capacity.reduce((highest, tasks) => Math.max(highest, tasks), 0);
  const enough = Math.ceil(TASKS * NEAR * TIMES);
  return most > NOTICED * enough ? { most, enough } : undefined;
}
