import { AWS_LOOP, type AwsLoop, UNSET_WARMUP } from "./aws-loop.ts";
import type { FleetView } from "./fleet-view.ts";
import { dueMinutes, occursAt } from "./recurrence.ts";
import type { ScalingControls, ScheduledAction } from "./scaling-plan.ts";
import { StepScaler } from "./step-scaling.ts";
import { TargetTracker } from "./target-tracking.ts";
import { Turnover } from "./turnover.ts";

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
  private readonly trackers: readonly TargetTracker[];
  private readonly steppers: readonly StepScaler[];
  private readonly removers: readonly StepScaler[];
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
    this.trackers = tracking.map((policy) => new TargetTracker(policy, loop, turnover));
    this.steppers = steps.map((policy) => new StepScaler(policy, turnover));
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
    const count = this.bounded(least);
    if (count < current)
      this.scaleInHeldUntil = view.now + (asked > agreed ? this.askedCooldown : this.longestCooldown);
    return count;
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
    for (const minute of dueMinutes(action.at)) agenda[minute]!.actions.push(action);
  let next = DAY + agenda.findIndex(({ actions }) => actions.length > 0);
  for (let minute = DAY - 1; minute >= 0; minute--) {
    agenda[minute]!.wait = next - minute;
    if (agenda[minute]!.actions.length > 0) next = minute;
  }
  return agenda;
}
