import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { alarmMetric } from "../adapters/aws-vocabulary.ts";
import type { ScalingMetric } from "../policy/scaling-plan.ts";
import type { Target } from "./target.ts";

/** A target between whose groups releases move traffic. */
export interface ShiftingTarget extends Target {
  readonly alternateGroup: aws.lb.TargetGroup;
}

export function shifts(target: Target): target is ShiftingTarget {
  return target.alternateGroup !== undefined;
}

/**
 * Requests at both groups, each by its own targets: before, during and after a release the sum is what one version's
 * task serves, where AWS's own metric follows one group alone (ECS developer guide, target tracking). `SUM` of a list
 * leaves out the group that reports nothing; `+` would be missing with it.
 */
const BOTH = "SUM([own, alternate])";

/** Of two groups' response times the worse counts: their mean would need weights. */
const WORSE = "MAX([own, alternate])";

/** For target tracking of requests. */
export function trackedRequests(target: ShiftingTarget) {
  const { namespace, metricName } = alarmMetric("requestRatePerTask", "task");
  const metrics = groupsOf(target).map(([id, dimensions]) => ({
    id,
    returnData: false,
    metricStat: {
      metric: {
        ...{ namespace, metricName },
        dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
      },
      stat: "Sum",
    },
  }));
  return {
    customizedMetricSpecification: {
      metrics: [...metrics, { id: "both", expression: BOTH, returnData: true }],
    },
  };
}

/** For the alarm of a step policy. */
export function alarmQueries(
  target: ShiftingTarget,
  metric: Exclude<ScalingMetric, "cpuUtilization">,
  { period, statistic }: { readonly period: number; readonly statistic: string },
) {
  const queries = groupsOf(target).map(([id, dimensions]) => ({
    id,
    metric: { ...alarmMetric(metric, "task"), dimensions, period, stat: statistic },
  }));
  const expression = metric === "responseTime" ? WORSE : BOTH;
  return { metricQueries: [...queries, { id: "both", expression, returnData: true }] };
}

function groupsOf({ balancer, group, alternateGroup }: ShiftingTarget) {
  const of = ({ arnSuffix }: aws.lb.TargetGroup): Record<string, pulumi.Input<string>> => ({
    LoadBalancer: balancer.arnSuffix,
    TargetGroup: arnSuffix,
  });
  return [
    ["own", of(group)],
    ["alternate", of(alternateGroup)],
  ] as const;
}
