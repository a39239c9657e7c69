import {
  adjustmentType,
  alarmMetric,
  alarmValue,
  comparisonOperator,
  forecastMode,
  stepAdjustments,
  trackingMetric,
  trackingTarget,
  wholeSeconds,
} from "../adapters/aws-vocabulary.ts";
import { cronEc2, cronEcs } from "../adapters/cron.ts";
import type {
  PredictiveScaling,
  ScalingControls,
  StepScaling,
  TargetTracking,
} from "../policy/scaling-plan.ts";
import type { PlanRecord } from "./plan-record.ts";
import type { Bag } from "./resource.ts";
import { ALARM, EC2_POLICY, EC2_SCHEDULE, ECS_POLICY, ECS_SCHEDULE, GROUP, TARGET } from "./scaling-types.ts";

/** A resource that a plan calls for. */
export interface Planned {
  readonly type: string;
  /** How its name ends; `""` where a service has only one. */
  readonly ending: string;
  /** Its numbers, in AWS's units. */
  readonly numbers: Bag;
  /** Of bounds that scheduled actions move: what they set, by the name of the bound. */
  readonly scheduled?: Readonly<Record<string, readonly number[]>>;
}

/** Everything of AWS's that a plan's numbers go to. */
export function plannedResources({ unit, controls, heldBy, shifts = false }: PlanRecord): readonly Planned[] {
  if (heldBy === "single") return [];
  const { tracking, steps, schedule, predictive } = controls;
  const { min, max } = heldBy === "stopped" ? { min: 0, max: 0 } : controls;
  const bounds: Planned =
    unit === "task"
      ? {
          ...{ type: TARGET, ending: "", numbers: { minCapacity: min, maxCapacity: max } },
          scheduled: {
            minCapacity: schedule.flatMap((action) => action.min ?? []),
            maxCapacity: schedule.flatMap((action) => action.max ?? []),
          },
        }
      : { type: GROUP, ending: "", numbers: { minSize: min, maxSize: max } };
  const policy = (name: string, numbers: Bag): Planned => ({
    type: unit === "task" ? ECS_POLICY : EC2_POLICY,
    ending: `-${name}`,
    numbers,
  });
  return [
    bounds,
    ...tracking.map((each) =>
      policy(each.name, unit === "task" ? ecsTracking(each, shifts) : ec2Tracking(each, controls)),
    ),
    ...steps.flatMap((each) => [
      policy(each.name, unit === "task" ? ecsSteps(each) : ec2Steps(each, controls)),
      { type: ALARM, ending: `-${each.name}-alarm`, numbers: alarm(each, unit, shifts) },
    ]),
    ...(predictive === undefined ? [] : [policy(predictive.name, forecast(predictive, unit))]),
    ...schedule.map(({ name, at, min, max }) => ({
      type: unit === "task" ? ECS_SCHEDULE : EC2_SCHEDULE,
      ending: `-${name}`,
      numbers:
        unit === "task"
          ? {
              schedule: cronEcs(at),
              timezone: at.zone ?? UTC,
              scalableTargetAction: { minCapacity: min, maxCapacity: max },
            }
          : { recurrence: cronEc2(at), timeZone: at.zone ?? UTC, minSize: min ?? -1, maxSize: max ?? -1 },
    })),
    ...(heldBy === "officeHours" ? [hours("start", min, max), hours("stop", 0, 0)] : []),
  ];
}

/** The zone of a schedule that names none. */
export const UTC = "UTC";

/** Between them a group is empty, whatever its policies say. */
function hours(word: "start" | "stop", minSize: number, maxSize: number): Planned {
  return { type: EC2_SCHEDULE, ending: `-office-${word}`, numbers: { minSize, maxSize } };
}

function ecsTracking(tracking: TargetTracking, shifts: boolean): Bag {
  return {
    targetTrackingScalingPolicyConfiguration: {
      ...held(tracking, "task", shifts),
      ...wholeSeconds("scaleOutCooldown", tracking.scaleOutCooldown),
      ...wholeSeconds("scaleInCooldown", tracking.scaleInCooldown),
    },
  };
}

function ec2Tracking(tracking: TargetTracking, controls: ScalingControls): Bag {
  return { targetTrackingConfiguration: held(tracking, "instance", false), ...warmup(controls) };
}

function held(tracking: TargetTracking, unit: PlanRecord["unit"], shifts: boolean): Bag {
  const predefined = {
    predefinedMetricSpecification: { predefinedMetricType: trackingMetric(tracking, unit) },
  };
  return {
    ...(shifts && tracking.metric === "requestRatePerTask" ? {} : predefined), // metric math over both groups
    targetValue: trackingTarget(tracking),
    disableScaleIn: tracking.disableScaleIn,
  };
}

function ecsSteps(step: StepScaling): Bag {
  const { cooldown, minAdjustment } = step;
  return {
    stepScalingPolicyConfiguration: {
      adjustmentType: adjustmentType(step),
      ...wholeSeconds("cooldown", cooldown),
      minAdjustmentMagnitude: minAdjustment,
      stepAdjustments: intervals(step),
    },
  };
}

function ec2Steps(step: StepScaling, controls: ScalingControls): Bag {
  return {
    adjustmentType: adjustmentType(step),
    minAdjustmentMagnitude: step.minAdjustment,
    stepAdjustments: intervals(step),
    ...warmup(controls),
  };
}

function intervals(step: StepScaling) {
  return stepAdjustments(step).map(({ lower, upper, adjustment }) => ({
    metricIntervalLowerBound: lower,
    metricIntervalUpperBound: upper,
    scalingAdjustment: adjustment,
  }));
}

function alarm({ alarm }: StepScaling, unit: PlanRecord["unit"], shifts: boolean): Bag {
  const { metric, statistic, period } = alarm;
  const plain = { metricName: alarmMetric(metric, unit).metricName, statistic, period };
  return {
    ...(shifts && metric !== "cpuUtilization" ? {} : plain),
    comparisonOperator: comparisonOperator(alarm.comparison),
    threshold: alarmValue(metric, statistic, period, alarm.threshold),
    evaluationPeriods: alarm.evaluationPeriods,
    datapointsToAlarm: alarm.datapoints,
  };
}

function forecast(predictive: PredictiveScaling, unit: PlanRecord["unit"]): Bag {
  const numbers = { targetValue: trackingTarget(predictive) };
  const shared = { mode: forecastMode(predictive), schedulingBufferTime: predictive.buffer };
  return unit === "task"
    ? { predictiveScalingPolicyConfiguration: { metricSpecifications: [numbers], ...shared } }
    : { predictiveScalingConfiguration: { metricSpecification: numbers, ...shared } };
}

function warmup({ warmup }: ScalingControls): Bag {
  return warmup === undefined ? {} : { estimatedInstanceWarmup: Math.ceil(warmup) };
}
