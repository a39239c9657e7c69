import { at, isGiven, list, ofType, type Resource, type Stack, UNKNOWN } from "./resource.ts";
import { fault, type Rule, type Violation } from "./rule.ts";
import {
  capacities,
  EC2_POLICY,
  ECS_POLICY,
  ECS_SCHEDULE,
  ECS_SERVICE,
  GROUP,
  scaledBy,
  scalersOf,
  TARGET,
} from "./scaling-types.ts";

/** Longer than this a cooldown outlasts the traffic it was meant for; as AWS's longest warm-up (DefaultInstanceWarmup: 0–3600 s). */
const LONGEST_COOLDOWN = 3600;

/** What scaling policies do to each other and to the count they move. */
export const SCALING_RULES: readonly Rule[] = [
  {
    name: "service-is-scaled",
    description: "Every service, and every group of instances, has something that scales it.",
    violations: unscaled,
  },
  {
    name: "desired-count-left-to-scaling",
    description: "A count that autoscaling moves is not set back by each deployment.",
    violations: fixedCounts,
  },
  {
    name: "one-scalable-target",
    description: "A service has one scalable target: two would set each other's bounds.",
    violations: (stack) =>
      ofType(stack, ECS_SERVICE).flatMap((service) =>
        scalersOf(stack, service, TARGET)
          .slice(1)
          .map((of) => ({
            of,
            message: `${of.name} is a second target of ${service.name}; one sets the bounds. Remove it.`,
          })),
      ),
  },
  {
    name: "tracking-policies-agree",
    description: "No two target tracking policies hold one metric of one service at two values.",
    violations: disagreements,
  },
  {
    name: "steps-scale-out-only",
    description: "Beside target tracking, step policies add capacity and never remove it.",
    violations: inwardSteps,
  },
  {
    name: "capacity-bounds-in-order",
    description: "A minimum is at least 0 and no more than its maximum.",
    types: [TARGET, GROUP, ECS_SCHEDULE],
    faults: (inputs) => disorder([...BOUNDS, ...ACTION_BOUNDS].map((path) => at(inputs, path))),
  },
  {
    name: "cooldowns-possible",
    description: `Cooldowns and warm-ups are whole seconds from 0 to ${LONGEST_COOLDOWN}.`,
    types: [ECS_POLICY, EC2_POLICY],
    faults: (inputs) =>
      COOLDOWNS.flatMap((path) =>
        fault(inputs, path, isCooldown, `whole seconds, 0 to ${LONGEST_COOLDOWN}. Take the plan's.`),
      ),
  },
];

const COOLDOWNS = [
  "targetTrackingScalingPolicyConfiguration.scaleInCooldown",
  "targetTrackingScalingPolicyConfiguration.scaleOutCooldown",
  "stepScalingPolicyConfiguration.cooldown",
  "estimatedInstanceWarmup",
];

function isCooldown(seconds: unknown): boolean {
  if (typeof seconds !== "number") return true;
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= LONGEST_COOLDOWN;
}

const BOUNDS = ["minCapacity", "minSize", "maxCapacity", "maxSize"];
const ACTION_BOUNDS = ["scalableTargetAction.minCapacity", "scalableTargetAction.maxCapacity"];

/** Of minimum and maximum in that order, where they are known. */
function disorder(values: readonly unknown[]): readonly string[] {
  const [min, max, more] = values.filter((value) => typeof value === "number");
  if (min === undefined || more !== undefined) return [];
  if (min < 0) return [`min is ${min}; 0 at least. Take the plan's.`];
  return max !== undefined && min > max
    ? [`min is ${min}; no more than max, which is ${max}. Take the plan's.`]
    : [];
}

function unscaled(stack: Stack): readonly Violation[] {
  return capacities(stack).flatMap((of) => {
    const policies = scalersOf(stack, of, ECS_POLICY, EC2_POLICY);
    if (of.type === ECS_SERVICE && scalersOf(stack, of, TARGET).length === 0)
      return [
        {
          of,
          message: `${of.name} has no scalable target; a service is scaled. Deploy it as a ScaledService.`,
        },
      ];
    if (policies.length > 0) return [];
    return [
      { of, message: `${of.name} has no scaling policy; a service is scaled. Deploy it as a ScaledService.` },
    ];
  });
}

function fixedCounts(stack: Stack): readonly Violation[] {
  return ofType(stack, ECS_SERVICE, GROUP).flatMap((of) => {
    const count = of.type === GROUP ? "desiredCapacity" : "desiredCount";
    const free = of.ignoreChanges.includes(count) || of.ignoreChanges.includes("*");
    if (free || !isGiven(of.inputs[count])) return [];
    const scaled = scalersOf(stack, of, TARGET, EC2_POLICY).length > 0;
    const message = `${count} is ${String(of.inputs[count])}; autoscaling moves it, and each deployment would set it back. Add it to ignoreChanges.`;
    return scaled ? [{ of, message }] : [];
  });
}

const TRACKING = ["targetTrackingScalingPolicyConfiguration", "targetTrackingConfiguration"];

function trackingOf({ inputs }: Resource): unknown {
  return TRACKING.map((path) => at(inputs, path)).find((found) => found !== undefined);
}

function disagreements(stack: Stack): readonly Violation[] {
  return ofType(stack, ECS_SERVICE, GROUP).flatMap((scaled) => {
    const first = new Map<string, Resource>();
    return scalersOf(stack, scaled, ECS_POLICY, EC2_POLICY).flatMap((of) => {
      const tracking = trackingOf(of);
      const metric = JSON.stringify(
        at(tracking, "predefinedMetricSpecification.predefinedMetricType") ??
          at(tracking, "customizedMetricSpecification"),
      );
      if (metric === undefined) return [];
      const other = first.get(metric);
      first.set(metric, other ?? of);
      const message = `${of.name} holds ${metric} as ${other?.name} does; they fight over ${scaled.name}. Remove one.`;
      return other === undefined ? [] : [{ of, message }];
    });
  });
}

function inwardSteps(stack: Stack): readonly Violation[] {
  const tracked = new Set(
    ofType(stack, ECS_POLICY, EC2_POLICY)
      .filter((policy) => trackingOf(policy) !== undefined)
      .flatMap((policy) => scaledBy(stack, policy)),
  );
  return ofType(stack, ECS_POLICY, EC2_POLICY)
    .filter((policy) => scaledBy(stack, policy).some((scaled) => tracked.has(scaled)))
    .flatMap((of) => {
      const steps =
        at(of.inputs, "stepScalingPolicyConfiguration.stepAdjustments") ?? of.inputs.stepAdjustments;
      const inward = list(steps).find((step) => isNegative(at(step, "scalingAdjustment")));
      if (inward === undefined) return [];
      const message = `scalingAdjustment is ${String(at(inward, "scalingAdjustment"))}; target tracking scales in, and cannot hold a step back that does. Remove the step.`;
      return [{ of, message }];
    });
}

/** As far as it is known yet. */
function isNegative(change: unknown): boolean {
  return change !== UNKNOWN && Number(change) < 0;
}
