import { AWS_LOOP, type AwsLoop } from "./aws-loop.ts";
import { occursAt } from "./recurrence.ts";
import type {
  ScalingAlarm,
  ScalingControls,
  ScalingMetric,
  ScheduledAction,
  StepScaling,
  TargetTracking,
} from "./scaling-plan.ts";

/** The metrics minute by minute, one column for each, in requests per second, ratios and seconds. */
export type MinuteMetrics = Readonly<Record<ScalingMetric, Float64Array>>;

/** What an autoscaler sees of the fleet when it decides. */
export interface FleetView {
  /** Unix seconds. */
  readonly now: number;
  readonly ready: number;
  readonly starting: number;
  /** Unix seconds when the last of the starting tasks is ready; `now` when none is starting. */
  readonly settled: number;
  /** Oldest first; only the first `complete` have been measured. */
  readonly minutes: MinuteMetrics;
  /** Minutes that have ended by now, and of them those that CloudWatch shows already. */
  readonly complete: number;
  readonly visible: number;
}

/** Names the number of tasks wanted now; called once in `interval` seconds. */
export interface Autoscaler {
  readonly interval: number;
  readonly desired: (view: FleetView) => number;
}

/** One scale-out and how long its cooldown lasts. */
interface Activity {
  /** Ready tasks that it counted from, and the count it asked for. */
  readonly base: number;
  readonly result: number;
  /** Unix seconds at which its cooldown ends; unknown until the tasks are ready. */
  until: number;
}

/**
 * AWS's loop as shared/scoring.md states it: target tracking, step scaling and scheduled actions on one
 * target. Scale out: the largest wins. Scale in: what every tracking policy that may agrees on, or what a step asks for,
 * which tracking that is not ready does not hold back (Application Auto Scaling user guide); the largest wins there, too.
 */
export function awsAutoscaler(controls: ScalingControls, loop: AwsLoop = AWS_LOOP): Autoscaler {
  let [min, max] = [controls.min, controls.max];
  let [scaleInHeldUntil, askedCooldown] = [Number.NEGATIVE_INFINITY, 0];
  const actions = agenda(controls.schedule);
  const trackers = controls.tracking.map((policy) => trackerOf(policy, loop));
  const steppers = controls.steps.map(stepperOf);
  const removers = steppers.filter(({ removes }) => removes);
  const longestCooldown = Math.max(0, ...controls.tracking.map((policy) => policy.scaleInCooldown));

  const desired = (view: FleetView) => {
    for (const action of actions(view.now)) {
      min = action.min ?? min;
      max = action.max ?? max;
    }
    const current = view.ready + view.starting;
    const largest = Math.max(current, largestOut(view));
    if (largest > current) {
      if (loop.scaleOutEndsScaleInCooldown) scaleInHeldUntil = Number.NEGATIVE_INFINITY;
      return bounded(largest, min, max);
    }
    if (view.now < scaleInHeldUntil) return bounded(current, min, max);
    const agreed = agreedIn(view, current);
    const asked = removers.length === 0 ? 0 : askedIn(view, current);
    const least = Math.max(agreed, asked);
    if (least === 0) return bounded(current, min, max);
    if (least >= min) scaleInHeldUntil = view.now + (asked > agreed ? askedCooldown : longestCooldown);
    return bounded(least, min, max);
  };

  const largestOut = (view: FleetView) => {
    let largest = 0;
    for (const tracker of trackers) largest = Math.max(largest, tracker.out(view));
    for (const step of steppers) largest = Math.max(largest, step.out(view));
    return largest;
  };

  /** The count below the current one that all tracking agrees on; 0 where it does not. */
  const agreedIn = (view: FleetView, current: number) => {
    let largest = 0;
    for (const tracker of trackers) largest = Math.max(largest, tracker.in(view));
    return largest < current ? largest : 0;
  };

  /** The largest count below the current one that a step asks for; 0 where none does. */
  const askedIn = (view: FleetView, current: number) => {
    let largest = 0;
    for (const step of removers) {
      const count = step.in(view);
      if (count >= current || count <= largest) continue;
      largest = count;
      askedCooldown = step.cooldown;
    }
    return largest;
  };
  return { interval: 60, desired };
}

/** The actions due in the minute of a time; looked up by minute of the day, as a replay asks for every minute. */
function agenda(schedule: readonly ScheduledAction[]): (now: number) => readonly ScheduledAction[] {
  if (schedule.length === 0) return () => NONE;
  const byMinute: (readonly ScheduledAction[])[] = new Array(1440).fill(NONE);
  for (const action of schedule) {
    for (const hour of action.at.hours) {
      for (const minute of action.at.minutes) {
        const at = hour * 60 + minute;
        byMinute[at] = [...byMinute[at]!, action];
      }
    }
  }
  return (now) => {
    const candidates = byMinute[((now / 60) | 0) % 1440]!;
    return candidates.length === 0 ? NONE : candidates.filter((action) => occursAt(action.at, now));
  };
}

const NONE: readonly ScheduledAction[] = [];

function bounded(count: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, count));
}

const NO_VALUES = new Float64Array(0);

/** Target tracking of one metric: the count it wants out (0: none), and in (infinite: it does not agree). */
function trackerOf(policy: TargetTracking, loop: AwsLoop) {
  const { metric, setpoint } = policy;
  const low = setpoint * loop.lowFactor;
  const counted = cooldown(policy.scaleOutCooldown);
  let [looked, above, below] = [0, 0, 0];
  let values: Float64Array = NO_VALUES;
  /** Counts the newest datapoints in a row above the setpoint and below the low threshold: each minute is looked at once. */
  const look = ({ minutes, visible }: FleetView) => {
    if (minutes[metric] !== values) {
      values = minutes[metric];
      looked = above = below = 0;
    }
    for (; looked < visible; looked++) {
      const value = values[looked]!;
      above = value > setpoint ? above + 1 : 0;
      below = value < low ? below + 1 : 0;
    }
  };
  return {
    out: (view: FleetView) => {
      counted.tick(view);
      look(view);
      if (above < loop.datapointsOut) return 0;
      const base = counted.base(view.ready);
      return counted.beyond(view, base, Math.ceil((base * values[view.visible - 1]!) / setpoint - 1e-9));
    },
    in: (view: FleetView) => {
      if (policy.disableScaleIn) return 0;
      look(view);
      if (below < loop.datapointsIn) return Number.POSITIVE_INFINITY;
      return Math.max(1, Math.ceil((view.ready * values[view.visible - 1]!) / setpoint - 1e-9));
    },
  };
}

/** Step scaling on its alarm: the count it wants out (0: none), and in (infinite: none). */
function stepperOf(policy: StepScaling) {
  const counted = cooldown(policy.cooldown);
  const exact = policy.adjustment === "exact";
  const stepOf = (view: FleetView) => {
    const value = breach(policy.alarm, view);
    return value === undefined ? undefined : stepAt(policy.steps, value - policy.alarm.threshold);
  };
  return {
    cooldown: policy.cooldown,
    removes: exact || policy.steps.some(({ change }) => change < 0),
    out: (view: FleetView) => {
      counted.tick(view);
      const step = stepOf(view);
      if (!step) return 0;
      if (exact) return step.change;
      const base = counted.base(view.ready + view.starting);
      return counted.beyond(view, base, base + added(policy, step.change, base));
    },
    in: (view: FleetView) => {
      const step = stepOf(view);
      const current = view.ready + view.starting;
      if (!step || (!exact && step.change >= 0)) return Number.POSITIVE_INFINITY;
      return Math.max(1, exact ? step.change : current + added(policy, step.change, current));
    },
  };
}

function stepAt(steps: StepScaling["steps"], distance: number) {
  for (let i = 0; i < steps.length; i++) {
    if (covers(steps[i]!.lower, steps[i]!.upper, distance)) return steps[i];
  }
  return undefined;
}

/** PercentChangeInCapacity: beyond ±1 toward zero, within it to ±1 (Application Auto Scaling user guide). */
function added(policy: StepScaling, change: number, base: number): number {
  if (policy.adjustment !== "percent") return change;
  const raw = base * change;
  const rounded = Math.abs(raw) < 1 ? Math.sign(raw) : Math.trunc(raw + Math.sign(raw) * 1e-9);
  return Math.sign(rounded) * Math.max(Math.abs(rounded), policy.minAdjustment ?? 0);
}

/** Lower inclusive and upper exclusive above the threshold, the other way round below it. */
function covers(lower: number | null, upper: number | null, distance: number): boolean {
  if (distance >= 0) return distance >= (lower ?? -Infinity) && distance < (upper ?? Infinity);
  return distance > (lower ?? -Infinity) && distance <= (upper ?? Infinity);
}

/** The newest period's value when M of the last N are beyond the threshold. */
function breach(alarm: ScalingAlarm, { minutes, visible }: FleetView): number | undefined {
  const span = Math.max(1, Math.round(alarm.period / 60));
  if (visible < span) return undefined;
  const values = minutes[alarm.metric];
  const newest = aggregate(alarm, values, visible - span, visible);
  if (!beyond(alarm, newest)) return undefined;
  let breaching = 1;
  for (let n = 1; n < alarm.evaluationPeriods && visible >= (n + 1) * span; n++) {
    if (beyond(alarm, aggregate(alarm, values, visible - (n + 1) * span, visible - n * span))) breaching++;
  }
  return breaching >= alarm.datapoints ? newest : undefined;
}

/** Rates are averaged whatever the statistic: a Sum over the period is the mean rate times its length. */
function aggregate({ statistic }: ScalingAlarm, values: Float64Array, from: number, to: number): number {
  if (to - from === 1) return values[from]!;
  let [sum, least, most] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    sum += value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (statistic === "Minimum") return least;
  return statistic === "Maximum" ? most : sum / (to - from);
}

function beyond({ comparison, threshold }: ScalingAlarm, value: number): boolean {
  switch (comparison) {
    case ">":
      return value > threshold;
    case ">=":
      return value >= threshold;
    case "<":
      return value < threshold;
    case "<=":
      return value <= threshold;
  }
}

/**
 * A policy's scale-out cooldown: it counts from when the added tasks are ready. Within it a result is
 * computed on the count that the activity started from, and only what exceeds that activity's own is added.
 */
function cooldown(seconds: number) {
  let activity: Activity | undefined;
  return {
    /** Starts the clock once all is ready, and forgets a cooldown that has run out; at each look at the fleet. */
    tick: ({ starting, settled, now }: FleetView) => {
      if (activity?.until === Number.POSITIVE_INFINITY && starting === 0) activity.until = settled + seconds;
      if (activity && now >= activity.until) activity = undefined;
    },
    /** The count that a result is computed on: `fresh` when no cooldown runs. */
    base: (fresh: number) => activity?.base ?? fresh,
    /** The result if it asks for more than there is, or than the running activity asked for; 0 otherwise. */
    beyond: (view: FleetView, base: number, result: number) => {
      if (result <= (activity?.result ?? view.ready + view.starting)) return 0;
      activity = { base, result, until: Number.POSITIVE_INFINITY };
      return result;
    },
  };
}
