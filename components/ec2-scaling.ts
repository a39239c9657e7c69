import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  adjustmentType,
  forecastMode,
  forecastPair,
  trackingMetric,
  trackingTarget,
} from "../adapters/aws-vocabulary.ts";
import type {
  PredictiveScaling,
  ScalingControls,
  StepScaling,
  TargetTracking,
} from "../policy/scaling-plan.ts";
import { groupSchedule } from "./group-schedule.ts";
import { aggregation, intervals, requestLabel } from "./policy-inputs.ts";
import { scalingAlarm } from "./scaling-alarm.ts";
import type { Target } from "./target.ts";
import type { WebTier } from "./web-tier.ts";

export interface Ec2ScalingArgs {
  readonly tier: WebTier;
  readonly target: Target;
  readonly controls: ScalingControls;
}

/** Lets EC2 Auto Scaling move a group's size as the plan says; the warm-up acts where ECS has cooldowns. */
export class Ec2Scaling extends pulumi.ComponentResource {
  readonly policies: readonly aws.autoscaling.Policy[];
  /** Of the step policies. */
  readonly alarms: readonly aws.cloudwatch.MetricAlarm[];
  readonly schedule: readonly aws.autoscaling.Schedule[];

  constructor(name: string, args: Ec2ScalingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Ec2Scaling", name, {}, opts);
    const { tracking, steps, schedule, predictive } = args.controls;
    const stepped = steps.map((policy) => stepPolicy(this, name, args, policy));
    this.alarms = stepped.map(({ alarm }) => alarm);
    this.policies = [
      ...tracking.map((policy) => trackingPolicy(this, name, args, policy)),
      ...stepped.map(({ policy }) => policy),
      ...(predictive === undefined ? [] : [predictivePolicy(this, name, args, predictive)]),
    ];
    const { group } = args.tier;
    this.schedule = schedule.map(({ name: action, at, min, max }) => {
      const timezone = at.zone ?? "Etc/UTC";
      const bounds = { minSize: min, maxSize: max };
      return groupSchedule(`${name}-${action}`, { group, action, at, timezone, ...bounds }, this);
    });
    this.registerOutputs({ groupName: args.tier.group.name });
  }
}

function trackingPolicy(
  parent: Ec2Scaling,
  name: string,
  { tier, target, controls }: Ec2ScalingArgs,
  tracking: TargetTracking,
): aws.autoscaling.Policy {
  return new aws.autoscaling.Policy(
    `${name}-${tracking.name}`,
    {
      autoscalingGroupName: tier.group.name,
      policyType: "TargetTrackingScaling",
      ...warmup(controls),
      targetTrackingConfiguration: {
        predefinedMetricSpecification: {
          predefinedMetricType: trackingMetric(tracking, "instance"),
          ...requestLabel(tracking, target),
        },
        targetValue: trackingTarget(tracking),
        disableScaleIn: tracking.disableScaleIn,
      },
    },
    { parent, dependsOn: [...target.rules] },
  );
}

function stepPolicy(
  parent: Ec2Scaling,
  name: string,
  { tier, target, controls }: Ec2ScalingArgs,
  step: StepScaling,
): { readonly policy: aws.autoscaling.Policy; readonly alarm: aws.cloudwatch.MetricAlarm } {
  const policy = new aws.autoscaling.Policy(
    `${name}-${step.name}`,
    {
      autoscalingGroupName: tier.group.name,
      policyType: "StepScaling",
      adjustmentType: adjustmentType(step),
      metricAggregationType: aggregation(step),
      ...(step.minAdjustment === undefined ? {} : { minAdjustmentMagnitude: step.minAdjustment }),
      ...warmup(controls),
      stepAdjustments: intervals(step),
    },
    { parent },
  );
  const cpuDimensions = { AutoScalingGroupName: tier.group.name };
  const watched = { alarm: step.alarm, unit: "instance" as const, target, cpuDimensions, starts: policy.arn };
  return { policy, alarm: scalingAlarm(`${name}-${step.name}-alarm`, watched, parent) };
}

function predictivePolicy(
  parent: Ec2Scaling,
  name: string,
  { tier, target }: Ec2ScalingArgs,
  predictive: PredictiveScaling,
): aws.autoscaling.Policy {
  return new aws.autoscaling.Policy(
    `${name}-${predictive.name}`,
    {
      autoscalingGroupName: tier.group.name,
      policyType: "PredictiveScaling",
      predictiveScalingConfiguration: {
        metricSpecification: {
          targetValue: trackingTarget(predictive),
          predefinedMetricPairSpecification: {
            predefinedMetricType: forecastPair(predictive.metric, "instance"),
            ...requestLabel(predictive, target),
          },
        },
        mode: forecastMode(predictive),
        schedulingBufferTime: String(predictive.buffer),
        maxCapacityBreachBehavior: "HonorMaxCapacity",
      },
    },
    { parent, dependsOn: [...target.rules] },
  );
}

function warmup(controls: ScalingControls) {
  return controls.warmup === undefined ? {} : { estimatedInstanceWarmup: Math.ceil(controls.warmup) };
}
