import { twelveDigits } from "../policy/rounded.ts";
import type {
  PredictiveScaling,
  ScalingAlarm,
  ScalingMetric,
  StepScaling,
  TargetTracking,
} from "../policy/scaling-plan.ts";

/** AWS's name for the metric a target tracking policy holds. */
export function trackingMetric(
  { metric, highResolution }: Pick<TargetTracking, "metric" | "highResolution">,
  unit: "task" | "instance",
): string {
  if (metric === "requestRatePerTask") return "ALBRequestCountPerTarget";
  if (unit === "instance") return "ASGAverageCPUUtilization";
  return highResolution === true ? HIGH_RESOLUTION : "ECSServiceAverageCPUUtilization";
}

/** CPU of an ECS service every 20 s (API reference, MetricType; since June 2026). */
export const HIGH_RESOLUTION = "ECSServiceAverageCPUUtilizationHighResolution";

/** AWS's name for the pair of load and scaling metric that predictive scaling forecasts by. */
export function forecastPair(metric: PredictiveScaling["metric"], unit: "task" | "instance"): string {
  if (metric === "requestRatePerTask") return "ALBRequestCount";
  return unit === "task" ? "ECSServiceCPUUtilization" : "ASGCPUUtilization";
}

/** AWS's name for a mode of predictive scaling. */
export function forecastMode({ mode }: PredictiveScaling): "ForecastOnly" | "ForecastAndScale" {
  return mode === "forecastOnly" ? "ForecastOnly" : "ForecastAndScale";
}

/** The setpoint in AWS's unit: requests a minute, or a percentage. */
export function trackingTarget(tracking: Pick<TargetTracking, "metric" | "setpoint">): number {
  return twelveDigits(tracking.setpoint * TRACKING_FACTOR[tracking.metric]);
}

/** AWS's `TargetValue` in our unit. */
export function trackingSetpoint(metric: TargetTracking["metric"], target: number): number {
  return fourteenDigits(target / TRACKING_FACTOR[metric]);
}

/** The target of a count metric is per one-minute period (Application Auto Scaling user guide, "Target tracking scaling policies"). */
const TRACKING_FACTOR = { requestRatePerTask: 60, cpuUtilization: 100 } as const;

/** Where CloudWatch keeps the metric. */
export function alarmMetric(
  metric: ScalingMetric,
  unit: "task" | "instance" = "task",
): { readonly namespace: string; readonly metricName: string } {
  const metricName = METRIC_NAMES[metric];
  if (metric !== "cpuUtilization") return { namespace: "AWS/ApplicationELB", metricName };
  return { namespace: unit === "task" ? "AWS/ECS" : "AWS/EC2", metricName };
}

const METRIC_NAMES = {
  requestRatePerTask: "RequestCountPerTarget",
  cpuUtilization: "CPUUtilization",
  requestRate: "RequestCount",
  responseTime: "TargetResponseTime",
} as const;

/** Our name for CloudWatch's metric, if a replay knows it. */
export function scalingMetric(metricName: string): ScalingMetric | undefined {
  const known = Object.entries(METRIC_NAMES) as [ScalingMetric, string][];
  return known.find(([, name]) => name === metricName)?.[0];
}

/** CloudWatch's metric names that a replay knows. */
export const KNOWN_METRICS: readonly string[] = Object.values(METRIC_NAMES);

/** A value of `metric` in CloudWatch's unit: requests in a period, percent, or seconds. */
export function alarmValue(
  metric: ScalingMetric,
  _statistic: ScalingAlarm["statistic"],
  period: number,
  value: number,
): number {
  return twelveDigits(value * alarmFactor(metric, period));
}

/** CloudWatch's value in our unit: requests per second, a ratio, or seconds. */
export function valueOfAlarm(metric: ScalingMetric, period: number, value: number): number {
  return fourteenDigits(value / alarmFactor(metric, period));
}

/** Request metrics count over the period, whose only meaningful statistic is Sum (Elastic Load Balancing, CloudWatch metrics for your Application Load Balancer). */
function alarmFactor(metric: ScalingMetric, period: number): number {
  if (metric === "responseTime") return 1;
  return metric === "cpuUtilization" ? 100 : period;
}

const OPERATORS = {
  ">": "GreaterThanThreshold",
  ">=": "GreaterThanOrEqualToThreshold",
  "<": "LessThanThreshold",
  "<=": "LessThanOrEqualToThreshold",
} as const;

/** CloudWatch's name for a comparison. */
export function comparisonOperator(comparison: ScalingAlarm["comparison"]) {
  return OPERATORS[comparison];
}

/** The comparison of that name, if CloudWatch has a static threshold for it. */
export function comparison(operator: string): ScalingAlarm["comparison"] | undefined {
  const known = Object.entries(OPERATORS) as [ScalingAlarm["comparison"], string][];
  return known.find(([, name]) => name === operator)?.[0];
}

const ADJUSTMENTS = {
  change: "ChangeInCapacity",
  percent: "PercentChangeInCapacity",
  exact: "ExactCapacity",
} as const;

/** AWS's `AdjustmentType`. */
export function adjustmentType(step: Pick<StepScaling, "adjustment">) {
  return ADJUSTMENTS[step.adjustment];
}

/** Our name for AWS's `AdjustmentType`. */
export function adjustment(type: string): StepScaling["adjustment"] | undefined {
  const known = Object.entries(ADJUSTMENTS) as [StepScaling["adjustment"], string][];
  return known.find(([, name]) => name === type)?.[0];
}

/** The steps in AWS's units: bounds as offsets in the alarm's metric, a ratio as a percentage; an absent bound is open. */
export function stepAdjustments(
  step: StepScaling,
): { readonly lower?: number; readonly upper?: number; readonly adjustment: number }[] {
  const { metric, statistic, period } = step.alarm;
  const bound = (value: number) => alarmValue(metric, statistic, period, value);
  return step.steps.map(({ lower, upper, change }) => ({
    ...(lower === null ? {} : { lower: bound(lower) }),
    ...(upper === null ? {} : { upper: bound(upper) }),
    adjustment: step.adjustment === "percent" ? twelveDigits(change * 100) : change,
  }));
}

/** A time as AWS takes it, in whole seconds and never shorter; what is not set stays out. */
export function wholeSeconds<K extends string>(
  key: K,
  seconds: number | undefined,
): { readonly [P in K]?: number } {
  return seconds === undefined ? {} : ({ [key]: Math.ceil(seconds) } as { [P in K]: number });
}

/** Two digits more than are written to AWS, so that what was read is written again as it was: 5.4 ÷ 60 becomes 0.09. */
function fourteenDigits(value: number): number {
  return Number(value.toPrecision(14));
}
