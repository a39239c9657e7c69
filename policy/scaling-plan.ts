/**
 * Metrics a scaling policy can follow, in our units: requests per second and ratios.
 * `requestRatePerTask` is AWS's (ALB)RequestCountPerTarget, `requestRate` its RequestCount,
 * `cpuUtilization` its (ECSServiceAverage)CPUUtilization, `responseTime` its TargetResponseTime.
 */
export type ScalingMetric = "requestRatePerTask" | "cpuUtilization" | "requestRate" | "responseTime";

/** AWS adjusts capacity to hold `metric` at `setpoint`. */
export interface TargetTracking {
  readonly name: string;
  readonly metric: "requestRatePerTask" | "cpuUtilization";
  /** Requests per second for each task, or a ratio. */
  readonly setpoint: number;
  readonly disableScaleIn: boolean;
  /** Seconds; of ECS alone: for instances AWS has no such setting, and `warmup` acts instead. */
  readonly scaleOutCooldown?: number;
  readonly scaleInCooldown?: number;
  /** On metrics of 20 s instead of 60, which only CPU of ECS has. */
  readonly highResolution?: boolean;
}

/** AWS adds capacity ahead of its own forecast, and never removes any. */
export interface PredictiveScaling {
  readonly name: string;
  readonly metric: TargetTracking["metric"];
  /** As of target tracking. */
  readonly setpoint: number;
  readonly mode: "forecastOnly" | "forecastAndScale";
  /** Seconds by which it is early. */
  readonly buffer: number;
}

/** The alarm that starts a step policy: M (`datapoints`) of N (`evaluationPeriods`) periods beyond `threshold`. */
export interface ScalingAlarm {
  readonly metric: ScalingMetric;
  readonly statistic: "Average" | "Sum" | "Minimum" | "Maximum";
  readonly comparison: ">" | ">=" | "<" | "<=";
  /** In the metric's own unit of this module. */
  readonly threshold: number;
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapoints: number;
}

/** Bounds are distances from the alarm's threshold, in its unit; `null` is unbounded. */
export interface StepAdjustment {
  readonly lower: number | null;
  readonly upper: number | null;
  /** Tasks, a ratio of the current count (0.25 = 25 % more), or the exact count. */
  readonly change: number;
}

/** Capacity changes by the band that the metric's distance from the threshold falls in. */
export interface StepScaling {
  readonly name: string;
  readonly alarm: ScalingAlarm;
  readonly adjustment: "change" | "percent" | "exact";
  /** Tasks; only with `percent`. */
  readonly minAdjustment?: number;
  readonly steps: readonly StepAdjustment[];
  /** Seconds; of ECS alone: for instances `warmup` acts instead. */
  readonly cooldown?: number;
}

/** Moments: one matches when each field holds it; `null` matches all. Weekdays count from Sunday = 0. */
export interface Recurrence {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly weekdays: readonly number[] | null;
  readonly daysOfMonth: readonly number[] | null;
  readonly months: readonly number[] | null;
  readonly years: readonly number[] | null;
  /** Of the IANA database: the fields are what its clocks show. In UTC, as all of our own plans are, there is none. */
  readonly zone?: string;
}

/** Sets the bounds at each moment of `at`. */
export interface ScheduledAction {
  readonly name: string;
  readonly at: Recurrence;
  readonly min?: number;
  readonly max?: number;
}

/** Everything that moves capacity: what AWS is told, in our units. A back-test replays exactly this. */
export interface ScalingControls {
  readonly min: number;
  readonly max: number;
  readonly tracking: readonly TargetTracking[];
  readonly steps: readonly StepScaling[];
  readonly schedule: readonly ScheduledAction[];
  /** Seconds that a new instance is left out of the metrics; instances only. */
  readonly warmup?: number;
  /** A back-test has a forecast of its own in its place: AWS does not publish how it forecasts. */
  readonly predictive?: PredictiveScaling;
}

/** One number of the plan and why it is what it is, in words and figures. */
export interface Reason {
  /** Path of the number, such as `tracking.setpoint`. */
  readonly of: string;
  /** The number as a person reads it, with its unit. */
  readonly value: string;
  readonly because: string;
}

/** Whether the SLOs can be met at all and, if not, what stands in the way and each way out. */
export type Feasibility =
  | { readonly possible: true }
  | {
      readonly possible: false;
      readonly obstacles: readonly Obstacle[];
    };

/** What stands between a declaration and its SLOs. */
export interface Obstacle {
  readonly why: string;
  readonly waysOut: readonly string[];
  /** The instances' CPU credits: nothing that scales within the bounds would help, so none is deployed. */
  readonly of?: "credits";
}

/** What a service's capacity should do, and why: plain data. */
export interface ScalingPlan {
  readonly service: string;
  readonly unit: "task" | "instance";
  readonly controls: ScalingControls;
  /** Of `controls` as they were derived; see `seal`. */
  readonly seal: string;
  readonly feasibility: Feasibility;
  readonly reasons: readonly Reason[];
  /** Choices made for the reader where the input left one open, one sentence each. */
  readonly assumptions: readonly string[];
}
