import { Cooldown, type Restraint } from "./cooldown.ts";
import type { FleetView } from "./fleet-view.ts";
import type { ScalingAlarm, StepAdjustment, StepScaling } from "./scaling-plan.ts";
import type { Turnover } from "./turnover.ts";

/** Step scaling on its alarm in AWS's loop. Each minute `out` is asked before `in`. */
export class StepScaler {
  /** Whether any of its steps may scale in. */
  readonly removes: boolean;
  /** Seconds. */
  readonly cooldown: number;
  private readonly policy: StepScaling;
  private readonly alarm: Alarm;
  private readonly restraint: Restraint;
  private readonly turnover: Turnover | undefined;
  private readonly exact: boolean;

  constructor(policy: StepScaling, turnover: Turnover | undefined) {
    this.policy = policy;
    this.alarm = new Alarm(policy.alarm);
    this.cooldown = policy.cooldown ?? 0;
    this.turnover = turnover;
    this.restraint = turnover ?? new Cooldown(this.cooldown);
    this.exact = policy.adjustment === "exact";
    this.removes = this.exact || policy.steps.some(({ change }) => change < 0);
  }

  /** The count that it scales out to; 0 for none. */
  out(view: FleetView): number {
    this.restraint.tick(view);
    const distance = this.alarm.distance(view);
    return Number.isNaN(distance) ? 0 : this.stepOut(view, distance);
  }

  private stepOut(view: FleetView, distance: number): number {
    const step = stepAt(this.policy.steps, distance);
    if (!step) return 0;
    if (this.exact) return step.change;
    const base = this.restraint.base(view.ready + view.starting);
    return this.restraint.beyond(view, base, base + added(this.policy, step.change, base));
  }

  /** The count that it scales in to; the current one for none. */
  in(view: FleetView, current: number): number {
    const distance = this.alarm.distance(view);
    const step = Number.isNaN(distance) ? undefined : stepAt(this.policy.steps, distance);
    if (!step || (!this.exact && step.change >= 0)) return current;
    const base = this.turnover?.withEnding() ?? current;
    return Math.max(1, this.exact ? step.change : base + added(this.policy, step.change, base));
  }
}

/** The step whose band holds a distance from the alarm's threshold, if any does. */
export function stepAt(steps: StepScaling["steps"], distance: number): StepAdjustment | undefined {
  for (let i = 0; i < steps.length; i++) {
    if (covers(steps[i]!.lower, steps[i]!.upper, distance)) return steps[i];
  }
  return undefined;
}

/**
 * What a step that sets no exact count adds to `base` tasks; below 0: removes. A percentage of them is rounded toward zero beyond ±1, within it
 * to ±1, and at least the minimum (Application Auto Scaling user guide).
 */
export function added(policy: StepScaling, change: number, base: number): number {
  if (policy.adjustment !== "percent") return change;
  const raw = base * change;
  const rounded = Math.abs(raw) < 1 ? Math.sign(raw) : Math.trunc(raw + Math.sign(raw) * 1e-9);
  return Math.sign(rounded) * Math.max(Math.abs(rounded), policy.minAdjustment ?? 0);
}

/** Lower inclusive and upper exclusive above the threshold, the other way round below it (EC2 Auto Scaling user guide). */
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
    return breaches(alarm, newest) && this.lasts(values, visible) ? newest - alarm.threshold : Number.NaN;
  }

  /** Whether M of the last N periods are beyond the threshold, the newest of which is. */
  private lasts(values: Float64Array, visible: number): boolean {
    const { alarm, span } = this;
    let breaching = 1;
    for (let n = 1; n < alarm.evaluationPeriods && visible >= (n + 1) * span; n++) {
      if (breaches(alarm, aggregate(alarm, values, visible - (n + 1) * span, visible - n * span)))
        breaching++;
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

/** Whether a value of an alarm's metric is beyond its threshold. */
export function breaches({ comparison, threshold }: ScalingAlarm, value: number): boolean {
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
