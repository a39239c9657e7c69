import { DEFAULT_BUFFER, STAND_IN } from "../policy/predictive-scaling.ts";
import type { PredictiveScaling } from "../policy/scaling-plan.ts";
import type { Reading } from "./aws-plan-policies.ts";
import type { Forecasting, GroupPolicy, ServicePolicy } from "./aws-plan-schema.ts";
import { forecastPair, trackingSetpoint } from "./aws-vocabulary.ts";
import { shown } from "./bad-input.ts";

/** The plan's predictive policies as a replay has them: at most one that scales; those that only forecast are left out. */
export function predictiveOf<P extends ServicePolicy | GroupPolicy>(
  policies: readonly P[],
  all: readonly P[],
  [member, configurationOf]: readonly [string, (policy: P) => Forecasting | undefined],
  reading: Reading,
): { readonly predictive?: PredictiveScaling } {
  const { say, notes } = reading;
  const found = policies.flatMap((policy): PredictiveScaling[] => {
    const at = ["ScalingPolicies", all.indexOf(policy)];
    const configuration = configurationOf(policy);
    const { PolicyName: name, PolicyType: type } = policy;
    if (configuration !== undefined && type !== "PredictiveScaling")
      say([...at, "PolicyType"], `PolicyType is ${type}; ${member} goes with PredictiveScaling. Split it.`);
    if (type !== "PredictiveScaling") return [];
    const stray = OTHERS.find((other) => other in policy);
    if (stray !== undefined)
      say([...at, stray], `PolicyType is PredictiveScaling; ${stray} goes with another. Split it.`);
    if (configuration === undefined) {
      say([...at, "PolicyType"], `PolicyType is ${type}; the configuration of that type is missing.`);
      return [];
    }
    if (configuration.Mode !== "ForecastAndScale") {
      notes.push(`${name} only forecasts: it never acts, and is left out`);
      return [];
    }
    const scaling = scalingOf(name, configuration, [...at, member], reading);
    return scaling === undefined ? [] : [scaling];
  });
  if (found.length > 1)
    say(
      ["ScalingPolicies"],
      `${found.map(({ name }) => name).join(" and ")} scale by forecasts; the replay knows one such policy. Remove the others.`,
    );
  const [predictive] = found;
  if (predictive === undefined) return {};
  notes.push(`${predictive.name} scales by a forecast: ${STAND_IN}`);
  return { predictive };
}

/** What a policy that scales by its forecast holds, if the replay knows it. */
function scalingOf(
  name: string,
  configuration: Forecasting,
  path: readonly PropertyKey[],
  { say, unit }: Reading,
): PredictiveScaling | undefined {
  const { MaxCapacityBreachBehavior: breach, SchedulingBufferTime: buffer = DEFAULT_BUFFER } = configuration;
  if (breach === "IncreaseMaxCapacity")
    return void say(
      [...path, "MaxCapacityBreachBehavior"],
      "MaxCapacityBreachBehavior is IncreaseMaxCapacity; the replay never goes beyond the maximum. Write HonorMaxCapacity.",
    );
  if (configuration.MaxCapacityBuffer !== undefined)
    return void say(
      [...path, "MaxCapacityBuffer"],
      `MaxCapacityBuffer is ${configuration.MaxCapacityBuffer}; it goes with IncreaseMaxCapacity only. Remove it.`,
    );
  const at = [...path, "MetricSpecifications", 0];
  const {
    TargetValue: target,
    PredefinedMetricPairSpecification: pair,
    ...others
  } = configuration.MetricSpecifications[0]!;
  const [other] = Object.keys(others);
  if (other !== undefined)
    return void say(
      [...at, other],
      `the replay knows PredefinedMetricPairSpecification alone. Write that in the place of ${other}.`,
    );
  if (pair === undefined)
    return void say(at, "PredefinedMetricPairSpecification is missing; it says what is forecast.");
  const metric = METRICS.find((known) => forecastPair(known, unit) === pair.PredefinedMetricType);
  if (metric === undefined)
    return void say(
      [...at, "PredefinedMetricPairSpecification", "PredefinedMetricType"],
      `PredefinedMetricType is ${shown("metric", pair.PredefinedMetricType)}; the replay knows ${METRICS.map((known) => forecastPair(known, unit)).join(" and ")}.`,
    );
  if (metric === "cpuUtilization" && target > 100)
    return void say([...at, "TargetValue"], `TargetValue is ${target}; a utilization is at most 100 %.`);
  return { name, metric, setpoint: trackingSetpoint(metric, target), mode: "forecastAndScale", buffer };
}

/** Members of policies of the other types. */
const OTHERS = [
  "TargetTrackingScalingPolicyConfiguration",
  "StepScalingPolicyConfiguration",
  "TargetTrackingConfiguration",
  "StepAdjustments",
];

const METRICS: readonly PredictiveScaling["metric"][] = ["requestRatePerTask", "cpuUtilization"];
