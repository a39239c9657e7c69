import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  adjustmentType,
  forecastMode,
  forecastPair,
  trackingMetric,
  trackingTarget,
  wholeSeconds,
} from "../adapters/aws-vocabulary.ts";
import { cronEcs } from "../adapters/cron.ts";
import type {
  PredictiveScaling,
  ScalingControls,
  ScheduledAction,
  StepScaling,
  TargetTracking,
} from "../policy/scaling-plan.ts";
import type { EcsService } from "./ecs-service.ts";
import { aggregation, intervals, requestLabel } from "./policy-inputs.ts";
import { scalingAlarm } from "./scaling-alarm.ts";
import { shifts, trackedRequests } from "./shifting-metrics.ts";
import type { Target } from "./target.ts";

export interface EcsScalingArgs {
  readonly service: EcsService;
  readonly target: Target;
  readonly controls: ScalingControls;
}

/** Lets Application Auto Scaling move an ECS service's task count as the plan says. */
export class EcsScaling extends pulumi.ComponentResource {
  readonly target: aws.appautoscaling.Target;
  readonly policies: readonly aws.appautoscaling.Policy[];
  /** Of the step policies. */
  readonly alarms: readonly aws.cloudwatch.MetricAlarm[];
  readonly schedule: readonly aws.appautoscaling.ScheduledAction[];

  constructor(name: string, args: EcsScalingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:EcsScaling", name, {}, opts);
    const { service, controls } = args;
    this.target = new aws.appautoscaling.Target(
      `${name}-target`,
      {
        serviceNamespace: "ecs",
        scalableDimension: "ecs:service:DesiredCount",
        resourceId: pulumi.interpolate`service/${service.cluster.name}/${service.service.name}`,
        minCapacity: controls.min,
        maxCapacity: controls.max,
      },
      { parent: this, ignoreChanges: scheduledBounds(controls) },
    );
    const tracking = controls.tracking.map((policy) => trackingPolicy(this, name, args.target, policy));
    const steps = controls.steps.map((policy) => stepPolicy(this, name, args, policy));
    const { predictive } = controls;
    const forecast = predictive === undefined ? [] : [predictivePolicy(this, name, args.target, predictive)];
    this.policies = [...tracking, ...steps.map(({ policy }) => policy), ...forecast];
    this.alarms = steps.map(({ alarm }) => alarm);
    this.schedule = controls.schedule.map((action) => scheduledAction(this, name, action));
    this.registerOutputs({ resourceId: this.target.resourceId });
  }
}

/** What scheduled actions move is theirs from the first on: a refresh reads what is in force, which an update is not to set back. */
function scheduledBounds({ schedule }: ScalingControls): string[] {
  const moved = (bound: "min" | "max") => schedule.some((action) => action[bound] !== undefined);
  return [...(moved("min") ? ["minCapacity"] : []), ...(moved("max") ? ["maxCapacity"] : [])];
}

function trackingPolicy(
  scaling: EcsScaling,
  name: string,
  target: Target,
  tracking: TargetTracking,
): aws.appautoscaling.Policy {
  return new aws.appautoscaling.Policy(
    `${name}-${tracking.name}`,
    {
      policyType: "TargetTrackingScaling",
      ...scalable(scaling.target),
      targetTrackingScalingPolicyConfiguration: {
        ...trackedMetric(tracking, target),
        targetValue: trackingTarget(tracking),
        disableScaleIn: tracking.disableScaleIn,
        ...wholeSeconds("scaleOutCooldown", tracking.scaleOutCooldown),
        ...wholeSeconds("scaleInCooldown", tracking.scaleInCooldown),
      },
    },
    { parent: scaling, dependsOn: [...target.rules] },
  );
}

function trackedMetric(tracking: TargetTracking, target: Target) {
  if (tracking.metric === "requestRatePerTask" && shifts(target)) return trackedRequests(target);
  return {
    predefinedMetricSpecification: {
      predefinedMetricType: trackingMetric(tracking, "task"),
      ...requestLabel(tracking, target),
    },
  };
}

function stepPolicy(
  scaling: EcsScaling,
  name: string,
  { service, target }: EcsScalingArgs,
  step: StepScaling,
): { readonly policy: aws.appautoscaling.Policy; readonly alarm: aws.cloudwatch.MetricAlarm } {
  const policy = new aws.appautoscaling.Policy(
    `${name}-${step.name}`,
    {
      policyType: "StepScaling",
      ...scalable(scaling.target),
      stepScalingPolicyConfiguration: {
        adjustmentType: adjustmentType(step),
        ...wholeSeconds("cooldown", step.cooldown),
        metricAggregationType: aggregation(step),
        ...(step.minAdjustment === undefined ? {} : { minAdjustmentMagnitude: step.minAdjustment }),
        stepAdjustments: intervals(step),
      },
    },
    { parent: scaling },
  );
  const cpuDimensions = { ClusterName: service.cluster.name, ServiceName: service.service.name };
  const watched = { alarm: step.alarm, unit: "task" as const, target, cpuDimensions, starts: policy.arn };
  return { policy, alarm: scalingAlarm(`${name}-${step.name}-alarm`, watched, scaling) };
}

function predictivePolicy(
  scaling: EcsScaling,
  name: string,
  target: Target,
  predictive: PredictiveScaling,
): aws.appautoscaling.Policy {
  return new aws.appautoscaling.Policy(
    `${name}-${predictive.name}`,
    {
      policyType: "PredictiveScaling",
      ...scalable(scaling.target),
      predictiveScalingPolicyConfiguration: {
        metricSpecifications: [
          {
            targetValue: String(trackingTarget(predictive)),
            predefinedMetricPairSpecification: {
              predefinedMetricType: forecastPair(predictive.metric, "task"),
              ...requestLabel(predictive, target),
            },
          },
        ],
        mode: forecastMode(predictive),
        schedulingBufferTime: predictive.buffer,
        maxCapacityBreachBehavior: "HonorMaxCapacity",
      },
    },
    { parent: scaling, dependsOn: [...target.rules] },
  );
}

function scheduledAction(
  scaling: EcsScaling,
  name: string,
  { name: action, at, min, max }: ScheduledAction,
): aws.appautoscaling.ScheduledAction {
  return new aws.appautoscaling.ScheduledAction(
    `${name}-${action}`,
    {
      ...scalable(scaling.target),
      schedule: cronEcs(at),
      timezone: at.zone ?? "UTC",
      scalableTargetAction: {
        ...(min === undefined ? {} : { minCapacity: min }),
        ...(max === undefined ? {} : { maxCapacity: max }),
      },
    },
    { parent: scaling },
  );
}

function scalable({ serviceNamespace, scalableDimension, resourceId }: aws.appautoscaling.Target) {
  return { serviceNamespace, scalableDimension, resourceId };
}
