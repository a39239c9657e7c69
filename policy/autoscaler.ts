import { AWS_LOOP, type AwsLoop, UNSET_WARMUP } from "./aws-loop.ts";
import { occursAt } from "./recurrence.ts";
import type {
  ScalingAlarm,
  ScalingControls,
  ScalingMetric,
  ScheduledAction,
  StepScaling,
  TargetTracking,
} from "./scaling-plan.ts";
import { Turnover } from "./turnover.ts";

/** The metrics over time, one column for each, in requests per second, ratios and seconds. */
export type Metrics = Readonly<Record<ScalingMetric, Float64Array>>;

/** What an autoscaler sees of the fleet when it decides. */
export interface FleetView {
  /** Unix seconds. */
  readonly now: number;
  readonly ready: number;
  readonly starting: number;
  /** Unix seconds when the last of the starting tasks is ready; `now` when none is starting. */
  readonly settled: number;
  /** Oldest first; only the first `complete` have been measured. */
  readonly minutes: Metrics;
  /** Minutes that have ended by now, and of them those that CloudWatch shows already. */
  readonly complete: number;
  readonly visible: number;
  /** The same metrics slice by slice, as what is no CloudWatch shows them, and how many have ended; none where the autoscaler is asked by the minute. */
  readonly slices: Metrics;
  readonly sliced: number;
}

/** Names the number of tasks wanted now; called once in `interval` seconds. */
export interface Autoscaler {
  readonly interval: number;
  readonly desired: (view: FleetView) => number;
}

/** One that knows the most there may be now, as scheduled actions move it. */
export interface BoundedAutoscaler extends Autoscaler {
  readonly max: number;
}

/**
 * AWS's loop: target tracking, step scaling and scheduled actions on one target. Scale out: the largest count that any policy asks for.
 * Scale in: the count that all tracking policies with scale-in agree on, or the one that a step asks for, which tracking that is not ready
 * does not hold back (Application Auto Scaling user guide); the larger of the two. Where AWS publishes no rule `loop` has it.
 * Policies without cooldowns are those of an EC2 group, where instances that warm up or end count as `Turnover` says.
 */
export function awsAutoscaler(controls: ScalingControls, loop: AwsLoop = AWS_LOOP): BoundedAutoscaler {
  return new AwsAutoscaler(controls, loop);
}

/** A replay asks for each minute of weeks: hence classes, and loops by index, which V8 makes into less code than closures and iterators. */
class AwsAutoscaler implements BoundedAutoscaler {
  readonly interval = 60;
  private readonly agenda: readonly Due[];
  private readonly trackers: readonly Tracker[];
  private readonly steppers: readonly Stepper[];
  private readonly removers: readonly Stepper[];
  private readonly longestCooldown: number;
  private readonly scaleOutEndsCooldown: boolean;
  private readonly turnover: Turnover | undefined;
  private min: number;
  max: number;
  private scaleInHeldUntil = Number.NEGATIVE_INFINITY;
  private askedCooldown = 0;
  /** Unix seconds of the next minute of the day that has scheduled actions. */
  private nextDue: number;

  constructor(controls: ScalingControls, loop: AwsLoop) {
    const { min, max, tracking, steps, schedule } = controls;
    this.min = min;
    this.max = max;
    this.agenda = schedule.length === 0 ? [] : agendaOf(schedule);
    this.nextDue = schedule.length === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    const turnover = isGroup(controls)
      ? new Turnover(controls.warmup ?? UNSET_WARMUP, loop.draining)
      : undefined;
    this.turnover = turnover;
    this.trackers = tracking.map((policy) => new Tracker(policy, loop, turnover));
    this.steppers = steps.map((policy) => new Stepper(policy, turnover));
    this.removers = this.steppers.filter(({ removes }) => removes);
    const removing = tracking.filter(({ disableScaleIn }) => !disableScaleIn);
    this.longestCooldown = Math.max(0, ...removing.map(({ scaleInCooldown }) => scaleInCooldown ?? 0));
    this.scaleOutEndsCooldown = loop.scaleOutEndsScaleInCooldown;
  }

  desired(view: FleetView): number {
    if (view.now >= this.nextDue) this.act(view.now);
    const current = view.ready + view.starting;
    this.turnover?.look(view.now, current);
    const largest = this.largestOut(view);
    if (largest > current) {
      if (this.scaleOutEndsCooldown) this.scaleInHeldUntil = Number.NEGATIVE_INFINITY;
      return this.bounded(largest);
    }
    if (view.now < this.scaleInHeldUntil || (this.turnover?.warming ?? 0) > 0) return this.bounded(current);
    const agreed = this.agreedIn(view, current);
    const asked = this.removers.length === 0 ? 0 : this.askedIn(view, current);
    const least = asked > agreed ? asked : agreed;
    if (least === 0) return this.bounded(current);
    if (least >= this.min)
      this.scaleInHeldUntil = view.now + (asked > agreed ? this.askedCooldown : this.longestCooldown);
    return this.bounded(least);
  }

  private act(now: number): void {
    const minute = Math.floor(now / 60);
    const due = this.agenda[minute % DAY]!;
    for (const { at, min, max } of due.actions) {
      if (!occursAt(at, now)) continue;
      this.min = min ?? this.min;
      this.max = max ?? this.max;
    }
    this.nextDue = 60 * (minute + due.wait);
  }

  private largestOut(view: FleetView): number {
    const { trackers, steppers } = this;
    let largest = 0;
    for (let i = 0; i < trackers.length; i++) {
      const count = trackers[i]!.out(view);
      if (count > largest) largest = count;
    }
    for (let i = 0; i < steppers.length; i++) {
      const count = steppers[i]!.out(view);
      if (count > largest) largest = count;
    }
    return largest;
  }

  /** The count below the current one that all tracking agrees on; 0 where it does not. */
  private agreedIn(view: FleetView, current: number): number {
    const { trackers } = this;
    let largest = 0;
    for (let i = 0; i < trackers.length; i++) {
      const count = trackers[i]!.in(view, current);
      if (count >= current) return 0;
      if (count > largest) largest = count;
    }
    return largest;
  }

  /** The largest count below the current one that a step asks for; 0 where none does. */
  private askedIn(view: FleetView, current: number): number {
    let largest = 0;
    for (const step of this.removers) {
      const count = step.in(view, current);
      if (count >= current || count <= largest) continue;
      largest = count;
      this.askedCooldown = step.cooldown;
    }
    return largest;
  }

  private bounded(count: number): number {
    const most = count < this.max ? count : this.max;
    return most > this.min ? most : this.min;
  }
}

/** Whether it is an EC2 group that is scaled: a policy of ECS has a cooldown. */
function isGroup({ tracking, steps }: ScalingControls): boolean {
  const cooldowns = [
    ...tracking.map(({ scaleOutCooldown }) => scaleOutCooldown),
    ...steps.map(({ cooldown }) => cooldown),
  ];
  return cooldowns.length > 0 && cooldowns.every((cooldown) => cooldown === undefined);
}

/** Minutes in a day. */
const DAY = 1440;

/** What is due in a minute of the day, and the minutes until something is due again. */
interface Due {
  readonly actions: ScheduledAction[];
  wait: number;
}

/** By the minute of the day. */
function agendaOf(schedule: readonly ScheduledAction[]): readonly Due[] {
  const agenda = Array.from({ length: DAY }, (): Due => ({ actions: [], wait: 0 }));
  for (const action of schedule)
    for (const hour of action.at.hours)
      for (const minute of action.at.minutes) agenda[hour * 60 + minute]!.actions.push(action);
  let next = DAY + agenda.findIndex(({ actions }) => actions.length > 0);
  for (let minute = DAY - 1; minute >= 0; minute--) {
    agenda[minute]!.wait = next - minute;
    if (agenda[minute]!.actions.length > 0) next = minute;
  }
  return agenda;
}

const NO_VALUES = new Float64Array(0);

/** More tasks than there are anywhere: counts up to it are integers to the processor, which is quicker than with fractions. */
const MOST = 2 ** 30;

/** Target tracking of one metric: the count it wants out (0: none) and, asked after that, in (the current one: it does not agree). */
class Tracker {
  private readonly policy: TargetTracking;
  private readonly loop: AwsLoop;
  private readonly low: number;
  private readonly pace: Pace;
  private readonly turnover: Turnover | undefined;
  private minutes: Metrics | undefined;
  private values: Float64Array = NO_VALUES;
  /** Minutes looked at, and of the newest of them how many in a row are above the setpoint and below the low threshold. */
  private looked = 0;
  private above = 0;
  private below = 0;

  constructor(policy: TargetTracking, loop: AwsLoop, turnover: Turnover | undefined) {
    this.policy = policy;
    this.loop = loop;
    this.low = policy.setpoint * loop.lowFactor;
    this.turnover = turnover;
    this.pace = turnover ?? new Cooldown(policy.scaleOutCooldown ?? 0);
  }

  out(view: FleetView): number {
    this.pace.tick(view);
    this.look(view);
    return this.above < this.loop.datapointsOut ? 0 : this.proportional(view);
  }

  /** The count at which the metric would be at the setpoint, if it is more than there is. */
  private proportional(view: FleetView): number {
    const base = this.pace.base(view.ready);
    return this.pace.beyond(view, base, this.proportionalTo(base, view));
  }

  in(view: FleetView, current: number): number {
    if (this.policy.disableScaleIn) return 0;
    if (this.below < this.loop.datapointsIn) return current;
    const count = this.proportionalTo(this.turnover?.withEnding() ?? view.ready, view);
    return count > 1 ? count : 1;
  }

  private proportionalTo(base: number, { visible }: FleetView): number {
    const count = Math.ceil((base * this.values[visible - 1]!) / this.policy.setpoint - 1e-9);
    return count < MOST ? count | 0 : MOST;
  }

  private look(view: FleetView): void {
    const { minutes } = view;
    if (minutes !== this.minutes) {
      this.minutes = minutes;
      this.values = minutes[this.policy.metric];
      this.looked = this.above = this.below = 0;
    }
    const { setpoint } = this.policy;
    for (let i = this.looked; i < view.visible; i++) {
      const value = this.values[i]!;
      this.above = value > setpoint ? this.above + 1 : 0;
      this.below = value < this.low ? this.below + 1 : 0;
    }
    this.looked = view.visible;
  }
}

/** Step scaling on its alarm: the count it wants out (0: none), and in (the current one: none). */
class Stepper {
  readonly removes: boolean;
  readonly cooldown: number;
  private readonly policy: StepScaling;
  private readonly alarm: Alarm;
  private readonly counted: Pace;
  private readonly turnover: Turnover | undefined;
  private readonly exact: boolean;

  constructor(policy: StepScaling, turnover: Turnover | undefined) {
    this.policy = policy;
    this.alarm = new Alarm(policy.alarm);
    this.cooldown = policy.cooldown ?? 0;
    this.turnover = turnover;
    this.counted = turnover ?? new Cooldown(this.cooldown);
    this.exact = policy.adjustment === "exact";
    this.removes = this.exact || policy.steps.some(({ change }) => change < 0);
  }

  out(view: FleetView): number {
    this.counted.tick(view);
    const distance = this.alarm.distance(view);
    return Number.isNaN(distance) ? 0 : this.stepOut(view, distance);
  }

  private stepOut(view: FleetView, distance: number): number {
    const step = stepAt(this.policy.steps, distance);
    if (!step) return 0;
    if (this.exact) return step.change;
    const base = this.counted.base(view.ready + view.starting);
    return this.counted.beyond(view, base, base + added(this.policy, step.change, base));
  }

  in(view: FleetView, current: number): number {
    const distance = this.alarm.distance(view);
    const step = Number.isNaN(distance) ? undefined : stepAt(this.policy.steps, distance);
    if (!step || (!this.exact && step.change >= 0)) return current;
    const base = this.turnover?.withEnding() ?? current;
    return Math.max(1, this.exact ? step.change : base + added(this.policy, step.change, base));
  }
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

/** Whether and how far a metric is beyond a threshold, M periods of the last N. */
class Alarm {
  private readonly alarm: ScalingAlarm;
  /** Minutes in a period. */
  private readonly span: number;

  constructor(alarm: ScalingAlarm) {
    this.alarm = alarm;
    this.span = Math.max(1, Math.round(alarm.period / 60));
  }

  /** The newest period's value less the threshold when M of the last N are beyond it; NaN when they are not. */
  distance({ minutes, visible }: FleetView): number {
    const { alarm, span } = this;
    if (visible < span) return Number.NaN;
    const values = minutes[alarm.metric];
    const newest = aggregate(alarm, values, visible - span, visible);
    return beyond(alarm, newest) && this.lasts(values, visible) ? newest - alarm.threshold : Number.NaN;
  }

  /** Whether M of the last N periods are beyond the threshold, the newest of which is. */
  private lasts(values: Float64Array, visible: number): boolean {
    const { alarm, span } = this;
    let breaching = 1;
    for (let n = 1; n < alarm.evaluationPeriods && visible >= (n + 1) * span; n++) {
      if (beyond(alarm, aggregate(alarm, values, visible - (n + 1) * span, visible - n * span))) breaching++;
    }
    return breaching >= alarm.datapoints;
  }
}

/** Rates are averaged whatever the statistic: a Sum over the period is the mean rate times its length. */
function aggregate({ statistic }: ScalingAlarm, values: Float64Array, from: number, to: number): number {
  return to - from === 1 ? values[from]! : aggregateOfMany(statistic, values, from, to);
}

function aggregateOfMany(statistic: string, values: Float64Array, from: number, to: number): number {
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

/** What keeps a policy from making the same shortage good twice: its cooldown, or the group's warm-up. */
interface Pace {
  /** At each look at the fleet. */
  readonly tick: (view: FleetView) => void;
  /** The count that a result is computed on: `fresh` when nothing is waited for. */
  readonly base: (fresh: number) => number;
  /** The result if it asks for more than there is; 0 otherwise. */
  readonly beyond: (view: FleetView, base: number, result: number) => number;
}

/**
 * A policy's scale-out cooldown: it counts from when the added tasks are ready. Within it a result is
 * computed on the count that the activity started from, and only what exceeds that activity's own is added.
 */
class Cooldown implements Pace {
  private readonly seconds: number;
  private running = false;
  /** Of the activity that it runs for: the ready tasks that it counted from, and the count it asked for. */
  private from = 0;
  private result = 0;
  /** Unix seconds at which it ends; infinite until the tasks are ready. */
  private until = Number.POSITIVE_INFINITY;

  constructor(seconds: number) {
    this.seconds = seconds;
  }

  /** Starts the clock once all is ready, and ends a cooldown that has run out; at each look at the fleet. */
  tick(view: FleetView): void {
    if (this.running) this.advance(view);
  }

  private advance(view: FleetView): void {
    if (this.until === Number.POSITIVE_INFINITY && view.starting === 0)
      this.until = view.settled + this.seconds;
    if (view.now >= this.until) this.running = false;
  }

  /** The count that a result is computed on: `fresh` when no cooldown runs. */
  base(fresh: number): number {
    return this.running ? this.from : fresh;
  }

  /** The result if it asks for more than there is, or than the running activity asked for; 0 otherwise. */
  beyond(view: FleetView, base: number, result: number): number {
    if (result <= (this.running ? this.result : view.ready + view.starting)) return 0;
    this.running = true;
    this.from = base;
    this.result = result;
    this.until = Number.POSITIVE_INFINITY;
    return result;
  }
}
