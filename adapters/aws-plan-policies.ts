import type { ScalingAlarm, StepScaling, TargetTracking } from "../policy/scaling-plan.ts";
import { seconds as inWords } from "../policy/words.ts";
import type { AlarmRequest, GroupPolicy } from "./aws-plan-schema.ts";
import {
  adjustment,
  alarmMetric,
  comparison,
  HIGH_RESOLUTION,
  KNOWN_METRICS,
  scalingMetric,
  trackingSetpoint,
  valueOfAlarm,
} from "./aws-vocabulary.ts";
import { shown } from "./bad-input.ts";
import { stepFaults } from "./step-faults.ts";

/** What a plan's reader tells its caller: faults by path, and notes. */
export interface Reading {
  readonly say: (path: readonly PropertyKey[], message: string) => void;
  /** Whether no fault was found yet in these members of the plan: else what they lack may be no fault of the plan as a whole. */
  readonly isSound: (...members: readonly string[]) => boolean;
  readonly notes: string[];
  readonly unit: "task" | "instance";
}

const LONG_COOLDOWN = 3600;

/** Notes a cooldown so long that the policy hardly reacts. */
export function longCooldown(policy: string, which: string, seconds: number, { notes }: Reading): void {
  if (seconds > LONG_COOLDOWN)
    notes.push(`the ${which} of ${policy} is ${inWords(seconds)}, more than an hour: it hardly reacts`);
}

type TrackingConfiguration = NonNullable<GroupPolicy["TargetTrackingConfiguration"]>;

/** A target tracking policy, if the replay knows its metric. */
export function trackingOf(
  name: string,
  configuration: TrackingConfiguration,
  /** Of ECS alone. */
  cooldowns: Pick<TargetTracking, "scaleOutCooldown" | "scaleInCooldown">,
  path: readonly PropertyKey[],
  reading: Reading,
): readonly TargetTracking[] {
  const { say, notes } = reading;
  const { TargetValue: target, DisableScaleIn: disableScaleIn = false } = configuration;
  const metric = trackedMetric(configuration, path, reading);
  if (metric === undefined) return [];
  if (metric === "cpuUtilization" && target > 100)
    say([...path, "TargetValue"], `TargetValue is ${target}; a utilization is at most 100 %.`);
  if (metric === "cpuUtilization" && target > 90 && target <= 100)
    notes.push(`${name} holds CPU at ${target} %, above 90 %: hardly any room is left while tasks start`);
  const fine = configuration.PredefinedMetricSpecification?.PredefinedMetricType === HIGH_RESOLUTION;
  if (fine) notes.push(`${name} follows metrics of 20 s; the replay has the slower ones of 60 s`);
  const resolution = fine ? { highResolution: true } : {};
  const setpoint = trackingSetpoint(metric, target);
  return [{ name, metric, setpoint, disableScaleIn, ...cooldowns, ...resolution }];
}

const TRACKED = {
  task: ["ECSServiceAverageCPUUtilization", HIGH_RESOLUTION, "ALBRequestCountPerTarget"],
  instance: ["ASGAverageCPUUtilization", "ALBRequestCountPerTarget"],
} as const;

function trackedMetric(
  configuration: TrackingConfiguration,
  path: readonly PropertyKey[],
  reading: Reading,
): TargetTracking["metric"] | undefined {
  const { say, unit } = reading;
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: customized } =
    configuration;
  if ((predefined === undefined) === (customized === undefined))
    return void say(
      path,
      "exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification says what is tracked.",
    );
  const known: readonly string[] = TRACKED[unit];
  if (predefined !== undefined) {
    const type = predefined.PredefinedMetricType;
    if (known.includes(type))
      return type === "ALBRequestCountPerTarget" ? "requestRatePerTask" : "cpuUtilization";
    return void say(
      [...path, "PredefinedMetricSpecification", "PredefinedMetricType"],
      `PredefinedMetricType is ${shown("metric", type)}; the replay knows ${known.join(" and ")}.`,
    );
  }
  const at = [...path, "CustomizedMetricSpecification"];
  const { MetricName = "", Namespace, Statistic, Metrics, Period = 60 } = customized!;
  if (Metrics !== undefined)
    return void say(
      [...at, "Metrics"],
      `metric math cannot be replayed; the replay knows ${known.join(" and ")}.`,
    );
  if (MetricName === "RequestCount" || MetricName === "TargetResponseTime")
    return void say(
      [...at, "MetricName"],
      `MetricName is ${MetricName}; it does not fall in proportion as capacity grows. Track ALBRequestCountPerTarget or CPU.`,
    );
  if (Period !== 60)
    return void say([...at, "Period"], `Period is ${Period}; the replay knows metrics of 60 s.`);
  const metric = scalingMetric(MetricName);
  if (metric !== undefined) elsewhere(metric, Namespace, at, reading);
  if (metric === "cpuUtilization" && Statistic === "Average") return metric;
  if (metric === "requestRatePerTask" && Statistic === "Sum") return metric;
  const expected = "the replay knows CPUUtilization (Average) and RequestCountPerTarget (Sum)";
  return void say(
    [...at, "MetricName"],
    `MetricName is ${shown("metric", MetricName)} with Statistic ${Statistic ?? "missing"}; ${expected}.`,
  );
}

interface StepConfiguration {
  readonly AdjustmentType: string;
  readonly StepAdjustments: readonly {
    readonly MetricIntervalLowerBound?: number | null;
    readonly MetricIntervalUpperBound?: number | null;
    readonly ScalingAdjustment: number;
  }[];
  readonly MinAdjustmentMagnitude?: number;
}

/** A step policy, once for each alarm that calls it. */
export function stepsOf(
  name: string,
  configuration: StepConfiguration,
  /** Of ECS alone. */
  cooldown: Pick<StepScaling, "cooldown">,
  alarms: readonly AlarmRequest[],
  path: readonly PropertyKey[],
  reading: Reading,
): readonly StepScaling[] {
  const { say, notes } = reading;
  const kind = adjustment(configuration.AdjustmentType)!;
  const { MinAdjustmentMagnitude: minAdjustment } = configuration;
  if (minAdjustment !== undefined && kind !== "percent")
    say(
      [...path, "MinAdjustmentMagnitude"],
      `MinAdjustmentMagnitude is ${minAdjustment}; it goes with PercentChangeInCapacity only. Remove it.`,
    );
  const callers = alarms
    .map((request, i) => ({ request, i }))
    .filter(
      ({ request }) => request.ActionsEnabled !== false && request.AlarmActions?.includes(`policy:${name}`),
    );
  const bounds = configuration.StepAdjustments.map((step) => ({
    lower: step.MetricIntervalLowerBound ?? null,
    upper: step.MetricIntervalUpperBound ?? null,
    change: step.ScalingAdjustment,
  }));
  for (const { index, message } of stepFaults(bounds, kind, callers[0]?.request.Threshold))
    say([...path, "StepAdjustments", ...(index === null ? [] : [index])], message);
  if (callers.length === 0)
    notes.push(`no alarm calls the step policy ${name}: it never acts, and is left out`);
  return callers.flatMap(({ request, i }, k) => {
    const alarm = alarmOf(request, i, reading);
    if (alarm === undefined) return [];
    const ours = (bound: number | null) =>
      bound === null ? null : valueOfAlarm(alarm.metric, alarm.period, bound);
    const steps = bounds.map(({ lower, upper, change }) => ({
      lower: ours(lower),
      upper: ours(upper),
      change: kind === "percent" ? change / 100 : change,
    }));
    const minimum = minAdjustment === undefined ? {} : { minAdjustment };
    return [
      {
        name: k === 0 ? name : `${name} (${request.AlarmName})`,
        alarm,
        adjustment: kind,
        ...minimum,
        steps,
        ...cooldown,
      },
    ];
  });
}

/** A metric of that name in another namespace is another one, or none at all. */
function elsewhere(
  metric: ScalingAlarm["metric"],
  namespace: string | undefined,
  path: readonly PropertyKey[],
  { say, unit }: Reading,
): void {
  const { namespace: known, metricName } = alarmMetric(metric, unit);
  if (namespace === undefined || namespace === known) return;
  say(
    [...path, "Namespace"],
    `Namespace is ${shown("namespace", namespace)}; ${metricName} of ${unit === "task" ? "an ECS service" : "a group"} is in ${known}.`,
  );
}

function alarmOf(request: AlarmRequest, i: number, reading: Reading): ScalingAlarm | undefined {
  const { say, notes } = reading;
  const path = ["Alarms", i];
  const {
    MetricName = "",
    Statistic: statistic,
    Period: period,
    EvaluationPeriods: evaluationPeriods,
    Threshold: threshold,
  } = request;
  const metric = scalingMetric(MetricName);
  if (metric === undefined)
    return void say(
      [...path, "MetricName"],
      `MetricName is ${shown("metric", MetricName)}; the replay knows ${KNOWN_METRICS.join(", ")}.`,
    );
  elsewhere(metric, request.Namespace, path, reading);
  const datapoints = request.DatapointsToAlarm ?? evaluationPeriods;
  const counts = metric === "requestRate" || metric === "requestRatePerTask";
  if (statistic === undefined || statistic === "SampleCount" || counts !== (statistic === "Sum"))
    return void say(
      [...path, "Statistic"],
      `Statistic is ${statistic ?? "missing"}; for ${MetricName} it is ${counts ? "Sum" : "Average, Minimum or Maximum"}.`,
    );
  if (datapoints > evaluationPeriods)
    say(
      [...path, "DatapointsToAlarm"],
      `DatapointsToAlarm is ${datapoints}; it is at most EvaluationPeriods, ${evaluationPeriods}.`,
    );
  if (period < 60)
    say(
      [...path, "Period"],
      `Period is ${period}; ${MetricName} has one datapoint a minute, and the alarm would have no data. Write 60 or a multiple.`,
    );
  const longest = period < 3600 ? 86_400 : 604_800;
  if (period * evaluationPeriods > longest)
    say(
      [...path, "EvaluationPeriods"],
      `EvaluationPeriods is ${evaluationPeriods}; × Period it spans ${period * evaluationPeriods} s, at most ${longest} s.`,
    );
  if (request.TreatMissingData === "breaching")
    notes.push(`the alarm ${request.AlarmName} takes missing data as breaching; a replay has none missing`);
  return {
    metric,
    statistic: statistic as ScalingAlarm["statistic"],
    comparison: comparison(request.ComparisonOperator)!,
    threshold: valueOfAlarm(metric, period, threshold),
    period,
    evaluationPeriods,
    datapoints,
  };
}
