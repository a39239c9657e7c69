import { z } from "zod";
import { LONGEST_BUFFER } from "../policy/predictive-scaling.ts";

// Members and limits: botocore's service-2.json of application-autoscaling, autoscaling and cloudwatch (2026).

const MOST = 2 ** 31 - 1;

const text = (most: number) =>
  z
    .string("it must be a text")
    .min(1, "it must not be empty")
    .max(most, `it has more than ${most} characters`);
const whole = (least: number, most = MOST) =>
  z
    .number(`it must be a whole number from ${least}`)
    .refine(
      (value) => Number.isInteger(value) && value >= least && value <= most,
      `it must be a whole number from ${least} to ${most}`,
    );
const finite = z
  .number("it must be a number, without quotes")
  .refine((value) => Math.abs(value) <= 2 ** 360, "AWS takes values from -2^360 to 2^360");
const yes = z.boolean("it must be true or false");
const oneOf = (values: readonly string[]) =>
  z.enum(values as [string, ...string[]], `it must be one of ${values.join(", ")}`);
const map = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape, "it must be a map");
const list = <Member extends z.ZodType>(member: Member) => z.array(member, "it must be a list");
const tags = list(z.unknown()).exactOptional();

const serviceKeys = {
  ServiceNamespace: z
    .literal("ecs", "only ECS services and EC2 groups can be replayed; write `ecs`")
    .exactOptional(),
  ResourceId: text(1600).exactOptional(),
  ScalableDimension: z
    .literal("ecs:service:DesiredCount", "an ECS service has the dimension `ecs:service:DesiredCount`")
    .exactOptional(),
};
const groupKeys = { AutoScalingGroupName: text(255).exactOptional() };

const dimensions = list(map({ Name: text(255), Value: text(1024) }))
  .max(30, "at most 30 dimensions")
  .exactOptional();
const customized = map({
  MetricName: text(255).exactOptional(),
  Namespace: text(255).exactOptional(),
  Dimensions: dimensions,
  Statistic: oneOf(["Average", "Minimum", "Maximum", "SampleCount", "Sum"]).exactOptional(),
  Unit: z.string("it must be a text").exactOptional(),
  Period: whole(10).exactOptional(),
  Metrics: list(z.unknown()).exactOptional(),
}).exactOptional();
const tracking = {
  TargetValue: finite.refine((value) => value > 0, "it must be greater than 0"),
  PredefinedMetricSpecification: map({
    PredefinedMetricType: text(128),
    ResourceLabel: text(1023).exactOptional(),
  }).exactOptional(),
  CustomizedMetricSpecification: customized,
  DisableScaleIn: yes.exactOptional(),
};
const step = {
  AdjustmentType: oneOf(["ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"]),
  StepAdjustments: list(
    map({
      MetricIntervalLowerBound: finite.nullable().exactOptional(),
      MetricIntervalUpperBound: finite.nullable().exactOptional(),
      ScalingAdjustment: whole(-MOST),
    }),
  )
    .min(1, "at least one step is needed")
    .max(20, "a policy has at most 20 steps (fixed). Merge steps"),
  MinAdjustmentMagnitude: whole(1).exactOptional(),
  MetricAggregationType: oneOf(["Average", "Minimum", "Maximum"]).exactOptional(),
};

const POLICY_TYPES = ["TargetTrackingScaling", "StepScaling", "PredictiveScaling"];
const pair = map({
  PredefinedMetricType: text(128),
  ResourceLabel: text(1023).exactOptional(),
});
const forecast = map({
  TargetValue: tracking.TargetValue,
  PredefinedMetricPairSpecification: pair.exactOptional(),
  PredefinedScalingMetricSpecification: z.unknown().exactOptional(),
  PredefinedLoadMetricSpecification: z.unknown().exactOptional(),
  CustomizedScalingMetricSpecification: z.unknown().exactOptional(),
  CustomizedLoadMetricSpecification: z.unknown().exactOptional(),
  CustomizedCapacityMetricSpecification: z.unknown().exactOptional(),
});
const predictive = map({
  MetricSpecifications: list(forecast).length(1, "AWS takes exactly one metric specification"),
  Mode: oneOf(["ForecastOnly", "ForecastAndScale"]).exactOptional(),
  SchedulingBufferTime: whole(0, LONGEST_BUFFER).exactOptional(),
  MaxCapacityBreachBehavior: oneOf(["HonorMaxCapacity", "IncreaseMaxCapacity"]).exactOptional(),
  MaxCapacityBuffer: whole(0, 100).exactOptional(),
}).exactOptional();
const policyName = text(256).refine((name) => !name.includes("|"), "a `|` is not allowed in it");
const servicePolicy = map({
  ...serviceKeys,
  PolicyName: policyName,
  PolicyType: oneOf(POLICY_TYPES),
  TargetTrackingScalingPolicyConfiguration: map({
    ...tracking,
    ScaleOutCooldown: whole(0).exactOptional(),
    ScaleInCooldown: whole(0).exactOptional(),
  }).exactOptional(),
  StepScalingPolicyConfiguration: map({ ...step, Cooldown: whole(0).exactOptional() }).exactOptional(),
  PredictiveScalingPolicyConfiguration: predictive,
});
const groupPolicy = map({
  ...groupKeys,
  PolicyName: policyName,
  PolicyType: oneOf(POLICY_TYPES),
  TargetTrackingConfiguration: map(tracking).exactOptional(),
  AdjustmentType: step.AdjustmentType.exactOptional(),
  StepAdjustments: step.StepAdjustments.exactOptional(),
  MinAdjustmentMagnitude: step.MinAdjustmentMagnitude,
  MetricAggregationType: step.MetricAggregationType,
  EstimatedInstanceWarmup: whole(0).exactOptional(),
  PredictiveScalingConfiguration: predictive,
  Cooldown: z
    .never("a group's step and tracking policies have no cooldown; use `EstimatedInstanceWarmup`")
    .exactOptional(),
  Enabled: yes.exactOptional(),
});

const serviceAction = map({
  ...serviceKeys,
  ScheduledActionName: text(256).refine(
    (name) => !/[:/|\p{Cc}]|^ | $/u.test(name),
    "it has no `:`, `/`, `|` or control character, and no space at its ends",
  ),
  Schedule: text(1600),
  Timezone: text(1600).exactOptional(),
  StartTime: z.unknown().exactOptional(),
  EndTime: z.unknown().exactOptional(),
  ScalableTargetAction: map({
    MinCapacity: whole(0).exactOptional(),
    MaxCapacity: whole(0).exactOptional(),
  }),
});
const groupAction = map({
  ...groupKeys,
  ScheduledActionName: text(255),
  Recurrence: text(255),
  TimeZone: text(255).exactOptional(),
  Time: z.unknown().exactOptional(),
  StartTime: z.unknown().exactOptional(),
  EndTime: z.unknown().exactOptional(),
  MinSize: whole(0).exactOptional(),
  MaxSize: whole(0).exactOptional(),
  DesiredCapacity: z.never("only MinSize and MaxSize can be replayed. Write those").exactOptional(),
});

const alarm = map({
  AlarmName: text(255),
  AlarmDescription: z.string("it must be a text").exactOptional(),
  ActionsEnabled: yes.exactOptional(),
  OKActions: list(z.string("it must be a text")).exactOptional(),
  AlarmActions: list(text(1024)).max(5, "at most 5 actions a state (fixed)").exactOptional(),
  InsufficientDataActions: list(z.string("it must be a text")).exactOptional(),
  MetricName: text(255).exactOptional(),
  Namespace: text(255).exactOptional(),
  Statistic: oneOf(["Average", "Minimum", "Maximum", "SampleCount", "Sum"]).exactOptional(),
  ExtendedStatistic: z.never("a percentile cannot be replayed; use `Statistic`").exactOptional(),
  Dimensions: dimensions,
  Period: whole(10).refine(
    (period) => [10, 20, 30].includes(period) || period % 60 === 0,
    "it must be 10, 20, 30 or a multiple of 60 s",
  ),
  Unit: z.string("it must be a text").exactOptional(),
  EvaluationPeriods: whole(1),
  DatapointsToAlarm: whole(1).exactOptional(),
  Threshold: finite,
  ComparisonOperator: oneOf([
    "GreaterThanThreshold",
    "GreaterThanOrEqualToThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
  ]),
  TreatMissingData: oneOf(["breaching", "notBreaching", "ignore", "missing"]).exactOptional(),
  Metrics: z.never("metric math cannot be replayed; name one metric").exactOptional(),
  Tags: tags,
});

const POLICIES = "a target has at most 50 policies (fixed). Merge some";

const common = {
  FormatVersion: z.number("it must be a number").exactOptional(),
  Alarms: list(alarm).exactOptional(),
};

/** A plan for an ECS service, in Application Auto Scaling's requests. */
export const servicePlan = map({
  ...common,
  ScalableTarget: map({
    ...serviceKeys,
    MinCapacity: whole(0),
    MaxCapacity: whole(0),
    RoleARN: z.string("it must be a text").exactOptional(),
    SuspendedState: z.never("suspended scaling cannot be replayed. Remove it").exactOptional(),
    Tags: z.unknown().exactOptional(),
  }).exactOptional(),
  ScalingPolicies: list(servicePolicy).max(50, POLICIES).exactOptional(),
  ScheduledActions: list(serviceAction)
    .max(200, "a target has at most 200 scheduled actions (fixed). Coarsen the schedule")
    .exactOptional(),
});

/** A plan for an EC2 Auto Scaling group, in EC2 Auto Scaling's requests. */
export const groupPlan = map({
  ...common,
  AutoScalingGroup: z
    .looseObject(
      {
        ...groupKeys,
        MinSize: whole(0),
        MaxSize: whole(0),
        DefaultInstanceWarmup: whole(-1, 3600).exactOptional(),
      },
      "it must be a map",
    )
    .exactOptional(),
  ScalingPolicies: list(groupPolicy).max(50, POLICIES).exactOptional(),
  ScheduledActions: list(groupAction)
    .max(125, "a group has at most 125 scheduled actions (fixed). Coarsen the schedule")
    .exactOptional(),
});

export type ServicePlan = z.infer<typeof servicePlan>;
export type GroupPlan = z.infer<typeof groupPlan>;
export type AlarmRequest = z.infer<typeof alarm>;
export type ServicePolicy = z.infer<typeof servicePolicy>;
export type GroupPolicy = z.infer<typeof groupPolicy>;
export type Forecasting = NonNullable<z.infer<typeof predictive>>;
