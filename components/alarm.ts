import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { alarmFaults } from "../adapters/alarm-rules.ts";

export interface AlarmMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  /** Such as `Sum`, `p99` or `TC(:0.5)`. */
  readonly stat: string;
}

/** One series of an alarm or of a graph. */
export type Query =
  | { readonly id: string; readonly metric: AlarmMetric }
  | { readonly id: string; readonly expression: string };

export interface AlarmArgs {
  readonly description: string;
  /** The last one is held against the threshold. */
  readonly queries: readonly Query[];
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  readonly comparison: "GreaterThanOrEqualToThreshold" | "GreaterThanThreshold" | "LessThanThreshold";
  readonly threshold: number;
  /** What silence means; there is no default. */
  readonly treatMissingData: "breaching" | "notBreaching" | "ignore" | "missing";
  /** Topics; none only where a composite alarm, or the release that it takes back, acts in its place. */
  readonly actions: readonly pulumi.Input<string>[] | "composite" | "release";
}

/** An alarm that CloudWatch takes and can evaluate; throws with everything that is wrong with it otherwise. */
export function alarm(name: string, args: AlarmArgs, parent: pulumi.Resource): aws.cloudwatch.MetricAlarm {
  const { queries, period, actions } = args;
  const metrics = queries.flatMap((query) => ("metric" in query ? [query.metric] : []));
  const faults = alarmFaults({
    ...args,
    name: `${name}${SUFFIX}`,
    queries,
    statistics: metrics.map(({ stat }) => stat),
    namespaces: metrics.map(({ namespace }) => namespace),
    dimensions: Math.max(...metrics.map(({ dimensions }) => Object.keys(dimensions).length)),
    actions: typeof actions === "string" ? 1 : actions.length,
  });
  if (faults.length > 0) throw new Error(faults.join("\n"));
  const topics = typeof actions === "string" ? {} : { alarmActions: [...actions], okActions: [...actions] };
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      alarmDescription: args.description,
      ...watched(queries, period),
      evaluationPeriods: args.evaluationPeriods,
      datapointsToAlarm: args.datapointsToAlarm ?? args.evaluationPeriods,
      comparisonOperator: args.comparison,
      threshold: args.threshold,
      treatMissingData: args.treatMissingData,
      ...topics,
    },
    { parent },
  );
}

/** As long as what Pulumi makes names unique with. */
const SUFFIX = "-0000000";

/** One metric as CloudWatch takes it plain, several as metric math. */
function watched(queries: readonly Query[], period: number) {
  const [only] = queries;
  if (queries.length === 1 && only !== undefined && "metric" in only) {
    const { stat, ...metric } = only.metric;
    return { ...metric, period, ...(PLAIN.has(stat) ? { statistic: stat } : percentile(stat)) };
  }
  const last = queries.length - 1;
  return {
    metricQueries: queries.map((query, i) =>
      "metric" in query
        ? { id: query.id, metric: { ...query.metric, period }, returnData: i === last }
        : { id: query.id, expression: query.expression, returnData: i === last },
    ),
  };
}

const PLAIN = new Set(["SampleCount", "Average", "Sum", "Minimum", "Maximum"]);

/** Fewer than 10 / (1 - percentile) requests keep the alarm as it is. */
function percentile(stat: string) {
  return { extendedStatistic: stat, evaluateLowSampleCountPercentiles: "ignore" };
}
