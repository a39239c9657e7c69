import * as pulumi from "@pulumi/pulumi";
import { stepAdjustments } from "../adapters/aws-vocabulary.ts";
import type { StepScaling, TargetTracking } from "../policy/scaling-plan.ts";
import type { Target } from "./target.ts";

/** Requests are counted at one target group of one balancer; other metrics need no label. */
export function requestLabel({ metric }: Pick<TargetTracking, "metric">, { balancer, group }: Target) {
  if (metric !== "requestRatePerTask") return {};
  return { resourceLabel: pulumi.interpolate`${balancer.arnSuffix}/${group.arnSuffix}` };
}

/** How AWS reads several datapoints at once: it knows no sum, and one datapoint's sum is its average. */
export function aggregation({ alarm: { statistic } }: StepScaling): string {
  return statistic === "Sum" ? "Average" : statistic;
}

/** Steps in AWS's terms; bounds are texts, so that 0 and "open" stay apart. */
export function intervals(step: StepScaling) {
  return stepAdjustments(step).map(({ lower, upper, adjustment }) => ({
    ...(lower === undefined ? {} : { metricIntervalLowerBound: String(lower) }),
    ...(upper === undefined ? {} : { metricIntervalUpperBound: String(upper) }),
    scalingAdjustment: adjustment,
  }));
}
