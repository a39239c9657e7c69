import type { AwsLoop } from "./aws-loop.ts";
import { Cooldown, type Restraint } from "./cooldown.ts";
import type { FleetView, Metrics } from "./fleet-view.ts";
import type { TargetTracking } from "./scaling-plan.ts";
import type { Turnover } from "./turnover.ts";

/** Before the first look at a replay. */
const NO_VALUES = new Float64Array(0);

/** More tasks than there are anywhere: counts up to it are integers to the processor, which is quicker than with fractions. */
const MOST = 2 ** 30;

/** Target tracking of one metric in AWS's loop. Each minute `out` is asked before `in`. */
export class TargetTracker {
  private readonly policy: TargetTracking;
  private readonly loop: AwsLoop;
  private readonly low: number;
  private readonly restraint: Restraint;
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
    this.restraint = turnover ?? new Cooldown(policy.scaleOutCooldown ?? 0);
  }

  /** The count that it scales out to; 0 for none. */
  out(view: FleetView): number {
    this.restraint.tick(view);
    this.look(view);
    return this.above < this.loop.datapointsOut ? 0 : this.proportional(view);
  }

  /** The count at which the metric would be at the setpoint, if it is more than there is. */
  private proportional(view: FleetView): number {
    const base = this.restraint.base(view.ready);
    return this.restraint.beyond(view, base, this.proportionalTo(base, view));
  }

  /** The count that it agrees to scale in to: the current one where it does not agree, 0 where it has no say. */
  in(view: FleetView, current: number): number {
    if (this.policy.disableScaleIn) return 0;
    if (this.below < this.loop.datapointsIn) return current;
    const count = this.proportionalTo(this.turnover?.withEnding() ?? view.ready, view);
    return count > 1 ? count : 1;
  }

  /** The count at which the metric would be at the setpoint if `base` tasks had shown its newest value. */
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
