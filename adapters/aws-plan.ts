import type { PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import type {
  PredictiveScaling,
  ScalingAlarm,
  ScalingControls,
  ScalingPlan,
  StepScaling,
  TargetTracking,
} from "../policy/scaling-plan.ts";
import {
  adjustmentType,
  alarmMetric,
  alarmValue,
  comparisonOperator,
  forecastMode,
  forecastPair,
  stepAdjustments,
  trackingMetric,
  trackingTarget,
} from "./aws-vocabulary.ts";
import { cronEc2, cronEcs } from "./cron.ts";

type Unit = ScalingPlan["unit"];

/** Names that AWS gives, or that the stack chooses, on deployment: they carry no account. */
const CLUSTER = "CLUSTER";
const LOAD_BALANCER = "app/LOAD-BALANCER/0123456789abcdef";
const TARGET_GROUP = "targetgroup/TARGET-GROUP/0123456789abcdef";

/** The plan as requests of the AWS API, each member by the name of its request: `aws … --cli-input-json` takes it as it is, and others read plans in it. */
export function awsPlan({
  service,
  unit,
  controls,
}: Pick<ScalingPlan, "service" | "unit" | "controls">): object {
  const target = unit === "task" ? serviceTarget(service) : { AutoScalingGroupName: service };
  return {
    ...bounds(target, unit, controls),
    ScalingPolicies: [
      ...controls.tracking.map((tracking) => ({
        ...target,
        ...trackingPolicy(tracking, unit, controls.warmup),
      })),
      ...controls.steps.map((step) => ({ ...target, ...stepPolicy(step, unit, controls.warmup) })),
      ...(controls.predictive === undefined
        ? []
        : [{ ...target, ...predictivePolicy(controls.predictive, unit) }]),
    ],
    ScheduledActions: controls.schedule.map(({ name, at, min, max }) =>
      unit === "task"
        ? {
            ...target,
            ScheduledActionName: name,
            Schedule: cronEcs(at),
            Timezone: at.zone ?? "UTC",
            ScalableTargetAction: { ...given("MinCapacity", min), ...given("MaxCapacity", max) },
          }
        : {
            ...target,
            ScheduledActionName: name,
            Recurrence: cronEc2(at),
            TimeZone: at.zone ?? "Etc/UTC",
            ...given("MinSize", min),
            ...given("MaxSize", max),
          },
    ),
    Alarms: controls.steps.map((step) => alarmRequest(service, step, unit)),
  };
}

function serviceTarget(service: string) {
  return {
    ServiceNamespace: "ecs",
    ResourceId: `service/${CLUSTER}/${service}`,
    ScalableDimension: "ecs:service:DesiredCount",
  };
}

function bounds(target: object, unit: Unit, { min, max, warmup }: ScalingControls) {
  if (unit === "task") return { ScalableTarget: { ...target, MinCapacity: min, MaxCapacity: max } };
  return {
    AutoScalingGroup: { ...target, MinSize: min, MaxSize: max, ...given("DefaultInstanceWarmup", warmup) },
  };
}

/** Only the two requests' envelopes differ (botocore, application-autoscaling and autoscaling). */
function predictivePolicy(predictive: PredictiveScaling, unit: Unit) {
  const label =
    predictive.metric === "requestRatePerTask" ? { ResourceLabel: `${LOAD_BALANCER}/${TARGET_GROUP}` } : {};
  const configuration = {
    MetricSpecifications: [
      {
        TargetValue: trackingTarget(predictive),
        PredefinedMetricPairSpecification: {
          PredefinedMetricType: forecastPair(predictive.metric, unit),
          ...label,
        },
      },
    ],
    Mode: forecastMode(predictive),
    SchedulingBufferTime: predictive.buffer,
    MaxCapacityBreachBehavior: "HonorMaxCapacity",
  };
  const policy = { PolicyName: predictive.name, PolicyType: "PredictiveScaling" };
  return unit === "instance"
    ? { ...policy, PredictiveScalingConfiguration: configuration }
    : { ...policy, PredictiveScalingPolicyConfiguration: configuration };
}

function trackingPolicy(tracking: TargetTracking, unit: Unit, warmup: number | undefined) {
  const label =
    tracking.metric === "requestRatePerTask" ? { ResourceLabel: `${LOAD_BALANCER}/${TARGET_GROUP}` } : {};
  const configuration = {
    TargetValue: trackingTarget(tracking),
    PredefinedMetricSpecification: { PredefinedMetricType: trackingMetric(tracking, unit), ...label },
    DisableScaleIn: tracking.disableScaleIn,
  };
  const policy = { PolicyName: tracking.name, PolicyType: "TargetTrackingScaling" };
  if (unit === "instance")
    return {
      ...policy,
      TargetTrackingConfiguration: configuration,
      ...given("EstimatedInstanceWarmup", warmup),
    };
  return {
    ...policy,
    TargetTrackingScalingPolicyConfiguration: {
      ...configuration,
      ScaleOutCooldown: tracking.scaleOutCooldown,
      ScaleInCooldown: tracking.scaleInCooldown,
    },
  };
}

function stepPolicy(step: StepScaling, unit: Unit, warmup: number | undefined) {
  const configuration = {
    AdjustmentType: adjustmentType(step),
    ...given("MinAdjustmentMagnitude", step.minAdjustment),
    MetricAggregationType: aggregation(step.alarm),
    StepAdjustments: stepAdjustments(step).map(({ lower, upper, adjustment }) => ({
      ...given("MetricIntervalLowerBound", lower),
      ...given("MetricIntervalUpperBound", upper),
      ScalingAdjustment: adjustment,
    })),
  };
  const policy = { PolicyName: step.name, PolicyType: "StepScaling" };
  if (unit === "instance")
    return { ...policy, ...configuration, ...given("EstimatedInstanceWarmup", warmup) };
  return { ...policy, StepScalingPolicyConfiguration: { ...configuration, Cooldown: step.cooldown } };
}

/** How the alarm's datapoints are joined; a Sum has one datapoint a period, of which Average is itself. */
function aggregation({ statistic }: ScalingAlarm): string {
  return statistic === "Sum" ? "Average" : statistic;
}

function alarmRequest(service: string, { name, alarm }: StepScaling, unit: Unit): PutMetricAlarmCommandInput {
  const { metric, statistic, period } = alarm;
  const { namespace, metricName } = alarmMetric(metric, unit);
  return {
    AlarmName: `${service}-${name}`,
    Namespace: namespace,
    MetricName: metricName,
    Dimensions: dimensions(service, alarm, unit),
    Statistic: statistic,
    Period: period,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapoints,
    Threshold: alarmValue(metric, statistic, period, alarm.threshold),
    ComparisonOperator: comparisonOperator(alarm.comparison),
    TreatMissingData: "missing",
    AlarmActions: [`policy:${name}`],
  };
}

function dimensions(service: string, { metric }: ScalingAlarm, unit: Unit) {
  if (metric !== "cpuUtilization")
    return [
      { Name: "LoadBalancer", Value: LOAD_BALANCER },
      { Name: "TargetGroup", Value: TARGET_GROUP },
    ];
  if (unit === "instance") return [{ Name: "AutoScalingGroupName", Value: service }];
  return [
    { Name: "ClusterName", Value: CLUSTER },
    { Name: "ServiceName", Value: service },
  ];
}

function given<K extends string>(key: K, value: number | undefined): { readonly [P in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: number });
}
