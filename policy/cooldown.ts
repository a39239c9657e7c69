import type { FleetView } from "./fleet-view.ts";

/** What keeps a policy from making the same shortage good twice: its cooldown, or the group's warm-up. */
export interface Restraint {
  /** At each look at the fleet. */
  readonly tick: (view: FleetView) => void;
  /** The count that a result is computed on: `fresh` when nothing is waited for. */
  readonly base: (fresh: number) => number;
  /** The result if it asks for more than there is; 0 otherwise. */
  readonly beyond: (view: FleetView, base: number, result: number) => number;
}

/**
 * A policy's scale-out cooldown: it counts from when the added tasks are ready (AWS counts from when they run, which a replay does not know: it
 * has no moment between their start and that). Within it a result is computed on the count that the activity started from, and only what
 * exceeds that activity's own is added.
 */
export class Cooldown implements Restraint {
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
