import { AWS_LOOP } from "./aws-loop.ts";
import { type BudgetUse, cheapestFloor, type Floor, floorSchedule } from "./floor.ts";
import type { ScalingControls, StepAdjustment, StepScaling, TargetTracking } from "./scaling-plan.ts";
import { type Seasonality, seasonalProfile } from "./season.ts";
import type { TaskProfile } from "./service.ts";
import type { Trace } from "./trace.ts";

/** The few choices that every number of the controls follows from. */
export interface Candidate {
  /** Offered load ÷ slots that target tracking holds. */
  readonly utilization: number;
  /** Metric ÷ setpoint at which the step policy acts. */
  readonly surge: number;
  readonly standing: Standing;
}

/** A floor that recurs, as scheduled actions, and the least of it. */
export interface Standing {
  readonly seasonality: Seasonality;
  /** Error budgets that the floor alone would use; infinite when it is just the minimum. */
  readonly allowance: number;
  readonly floor: Floor;
  readonly schedule: ScalingControls["schedule"];
  /** In force until the first scheduled action: the mean floor. */
  readonly min: number;
}

/** No floor but the minimum. */
export function leastStanding(min: number): Standing {
  return { seasonality: "none", allowance: Number.POSITIVE_INFINITY, floor: [min], schedule: [], min };
}

/** The floor that recurs in one way, for any allowance. */
export function standing(
  history: Trace,
  seasonality: Seasonality,
  budgetUse: BudgetUse,
  startup: number,
  bounds: { readonly min: number; readonly max: number },
): (allowance: number) => Standing {
  const profile = seasonalProfile(history, seasonality);
  const cheapest = cheapestFloor(profile, budgetUse, bounds.min, bounds.max);
  return (allowance) => {
    const floor = cheapest(allowance);
    const mean = floor.reduce((sum, tasks, slot) => sum + tasks * profile.weights[slot]!, 0);
    const schedule = floorSchedule(profile, floor, leadMinutes(startup));
    const min = Math.min(bounds.max, Math.max(bounds.min, Math.ceil(mean)));
    return { seasonality, allowance, floor, schedule, min };
  };
}

/** Minutes by which a scheduled rise comes early: the longest start-up. */
export function leadMinutes(startup: number): number {
  return Math.ceil((startup * (1 + AWS_LOOP.startupSpread)) / 60);
}

/** What AWS is told for a candidate. */
export function controlsFor(candidate: Candidate, profile: TaskProfile, max: number): ScalingControls {
  const setpoint = (candidate.utilization * profile.concurrency) / profile.serviceTime.mean;
  return {
    min: candidate.standing.min,
    max,
    tracking: [tracking(setpoint, profile.startup)],
    steps: [surgeSteps(setpoint, candidate.surge)],
    schedule: candidate.standing.schedule,
    warmup: Math.ceil(profile.startup),
  };
}

/** Seconds until a minute with the new count is whole and visible: acting sooner would count the same shortage twice. */
export const FRESH = 60 + AWS_LOOP.publicationDelay;

/** Seconds until a task removed by mistake serves again: three datapoints, their delay, and the start. */
export function undoing(startup: number): number {
  return AWS_LOOP.datapointsOut * 60 + AWS_LOOP.publicationDelay + Math.ceil(startup);
}

function tracking(setpoint: number, startup: number): TargetTracking {
  return {
    name: "tracking",
    metric: "requestRatePerTask",
    setpoint,
    disableScaleIn: false,
    scaleOutCooldown: FRESH,
    scaleInCooldown: undoing(startup),
  };
}

/** Each band is this much wider than the one before, and there are so many: the last begins at seven times the threshold. */
const [BAND, BANDS] = [1.15, 14];

/** One datapoint above the threshold brings the load of each task back to the setpoint in one step. */
function surgeSteps(setpoint: number, surge: number): StepScaling {
  const threshold = surge * setpoint;
  const steps = Array.from({ length: BANDS }, (_, i): StepAdjustment => {
    const top = surge * BAND ** (i + 1);
    return {
      lower: threshold * (BAND ** i - 1),
      upper: i === BANDS - 1 ? null : threshold * (BAND ** (i + 1) - 1),
      change: Math.ceil((top - 1) * 100) / 100,
    };
  });
  return {
    name: "surge",
    alarm: {
      metric: "requestRatePerTask",
      statistic: "Sum",
      comparison: ">",
      threshold,
      period: 60,
      evaluationPeriods: 1,
      datapoints: 1,
    },
    adjustment: "percent",
    minAdjustment: 1,
    steps,
    cooldown: FRESH,
  };
}
