import { AWS_LOOP } from "./aws-loop.ts";
import { power } from "./power.ts";
import { provisioningTime } from "./provisioning.ts";
import { rounded } from "./rounded.ts";
import type { ScalingControls, StepAdjustment, StepScaling, TargetTracking } from "./scaling-plan.ts";
import type { TaskProfile } from "./service.ts";
import type { Standing } from "./standing.ts";

/** The step policy. */
export interface Surge {
  /** Metric ÷ setpoint at which it acts. */
  readonly at: number;
  /** Share of the shortage's logarithm that it makes good at once. */
  readonly gain: number;
  /** It multiplies the tasks by no less than this: 1 adds what is missing, more takes a rise for the beginning of a surge. */
  readonly jump: number;
}

/** The few choices that every number of the controls follows from. */
export interface Candidate {
  /** Offered load ÷ slots that target tracking holds. */
  readonly utilization: number;
  /** Undefined: target tracking alone reacts. */
  readonly surge: Surge | undefined;
  readonly standing: Standing;
}

/** What AWS is told for a candidate: cooldowns for tasks, for instances, which have none, their warm-up. */
export function controlsFor(candidate: Candidate, profile: TaskProfile, max: number): ScalingControls {
  const { utilization, surge, standing } = candidate;
  const { warmup, startup } = profile;
  const setpoint = (utilization * profile.concurrency) / profile.serviceTime.mean;
  const [trackingPace, surgePace] =
    warmup === undefined
      ? [
          { scaleOutCooldown: freshCooldown(startup), scaleInCooldown: undoing(startup) },
          { cooldown: freshCooldown(startup) },
        ]
      : [{}, {}];
  return rounded({
    min: standing.min,
    max,
    tracking: [{ ...tracking(setpoint), ...trackingPace }],
    steps: surge ? [{ ...surgeSteps(setpoint, surge), ...surgePace }] : [],
    schedule: standing.schedule,
    ...(warmup === undefined ? {} : { warmup }),
  });
}

/** Seconds until a minute with the new count is whole and visible: acting sooner would count the same shortage twice. */
export const FRESH = 60 + AWS_LOOP.publicationDelay;

/**
 * Seconds of scale-out cooldown after which that minute is visible. AWS counts it from when the added tasks run (Amazon ECS developer guide,
 * "Service auto scaling": the running count), as they do once they are provisioned; what is left of the start-up comes after it.
 */
export function freshCooldown(startup: number): number {
  return Math.max(0, Math.ceil(startup - provisioningTime("fargate"))) + FRESH;
}

/** Seconds until a task removed by mistake serves again: three datapoints, their delay, and the start. */
export function undoing(startup: number): number {
  return AWS_LOOP.datapointsOut * 60 + AWS_LOOP.publicationDelay + Math.ceil(startup);
}

/** Seconds that EC2 Auto Scaling leaves a new instance out at most (DefaultInstanceWarmup). */
const LONGEST_WARMUP = 3600;

/**
 * Seconds of warm-up after which a minute with a new instance is whole and visible. AWS counts it from InService, which may come a
 * whole start-up before the first request is served.
 */
export function freshWarmup(startup: number): number {
  return Math.min(LONGEST_WARMUP, Math.ceil(startup) + FRESH);
}

function tracking(setpoint: number): TargetTracking {
  return { name: "tracking", metric: "requestRatePerTask", setpoint, disableScaleIn: false };
}

/** Each band is this much wider than the one before, and there are so many: the last begins at six times the threshold. */
const [BAND, BANDS] = [1.15, 14];

/** Where a band begins, ÷ the threshold; where the one before it ends. */
function beginning(band: number): number {
  return power(BAND, band);
}

/** One datapoint above the threshold makes good a part of the shortage in one step, or jumps ahead of it; target tracking adds the rest. */
function surgeSteps(setpoint: number, { at, gain, jump }: Surge): StepScaling {
  const threshold = at * setpoint;
  const steps: StepAdjustment[] = [];
  for (let i = 0; i < BANDS; i++) {
    const factor = Math.max(jump, power(at * beginning(i + 1), gain));
    const band = {
      lower: threshold * (beginning(i) - 1),
      upper: i === BANDS - 1 ? null : threshold * (beginning(i + 1) - 1),
      change: Math.ceil((factor - 1) * 100) / 100,
    };
    const before = steps.at(-1);
    if (before?.change === band.change) steps[steps.length - 1] = { ...before, upper: band.upper };
    else steps.push(band);
  }
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
  };
}
