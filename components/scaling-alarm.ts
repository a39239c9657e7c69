import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { alarmMetric, alarmValue, comparisonOperator } from "../adapters/aws-vocabulary.ts";
import type { ScalingAlarm, ScalingMetric } from "../policy/scaling-plan.ts";
import { alarmQueries, shifts } from "./shifting-metrics.ts";
import type { Target } from "./target.ts";

type Dimensions = Readonly<Record<string, pulumi.Input<string>>>;

export interface ScalingAlarmArgs {
  readonly alarm: ScalingAlarm;
  readonly unit: "task" | "instance";
  readonly target: Target;
  /** Where the CPU utilization of the service's tasks or instances is found. */
  readonly cpuDimensions: Dimensions;
  /** ARN of the scaling policy that it starts. */
  readonly starts: pulumi.Input<string>;
}

/** The CloudWatch alarm that starts a step policy; where there is no traffic there is no datapoint, and nothing scales. */
export function scalingAlarm(
  name: string,
  args: ScalingAlarmArgs,
  parent: pulumi.Resource,
): aws.cloudwatch.MetricAlarm {
  const { alarm, starts } = args;
  const { metric, statistic, period } = alarm;
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      ...watched(args),
      comparisonOperator: comparisonOperator(alarm.comparison),
      threshold: alarmValue(metric, statistic, period, alarm.threshold),
      evaluationPeriods: alarm.evaluationPeriods,
      datapointsToAlarm: alarm.datapoints,
      treatMissingData: "missing",
      alarmActions: [starts],
    },
    { parent },
  );
}

function watched({ alarm: { metric, statistic, period }, unit, target, cpuDimensions }: ScalingAlarmArgs) {
  if (metric !== "cpuUtilization" && shifts(target))
    return alarmQueries(target, metric, { period, statistic });
  const dimensions = alarmDimensions(metric, target, cpuDimensions);
  return { ...alarmMetric(metric, unit), dimensions, statistic, period };
}

function alarmDimensions(metric: ScalingMetric, { balancer, group }: Target, cpu: Dimensions): Dimensions {
  if (metric === "cpuUtilization") return cpu;
  return { LoadBalancer: balancer.arnSuffix, TargetGroup: group.arnSuffix };
}
