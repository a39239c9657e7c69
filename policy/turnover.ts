import type { Restraint } from "./cooldown.ts";
import type { FleetView } from "./fleet-view.ts";

/** So many instances, launched or ended at `from`, Unix seconds. */
interface Batch {
  readonly from: number;
  count: number;
}

/**
 * The instances of an EC2 group that come and go, as its policies count them (EC2 Auto Scaling user guide, "Target tracking scaling
 * policies", "Step scaling policies"): one that warms up is left out of the count that a scale-out is computed on, but not of
 * what there is; while any does nothing scales in; one that ends is part of the count that a scale-in is computed on. Warm-up counts
 * from the launch, as InService may come before anything is served.
 */
export class Turnover implements Restraint {
  private readonly warmup: number;
  private readonly draining: number;
  private launched: Batch[] = [];
  private ended: Batch[] = [];
  private current = -1;
  private before = 0;

  /** Both in seconds. */
  constructor(warmup: number, draining: number) {
    this.warmup = warmup;
    this.draining = draining;
  }

  /** Whatever has changed since the look before was decided at that one. */
  look(now: number, current: number): void {
    const change = this.current < 0 ? 0 : current - this.current;
    if (change > 0) this.launched.push({ from: this.before, count: change });
    if (change < 0) this.end(-change);
    if (this.launched.length > 0) this.launched = since(this.launched, now - this.warmup);
    if (this.ended.length > 0) this.ended = since(this.ended, now - this.draining);
    this.current = current;
    this.before = now;
  }

  /** How many warm up. */
  get warming(): number {
    return total(this.launched);
  }

  /** All there are, and those that are ending. */
  withEnding(): number {
    return this.current + total(this.ended);
  }

  /** Nothing to do: `look` has seen the fleet before any policy asks. */
  tick(): void {}

  base(): number {
    return this.current - this.warming;
  }

  beyond(_view: FleetView, _base: number, result: number): number {
    return result > this.current ? result : 0;
  }

  /** The newest go first. */
  private end(count: number): void {
    this.ended.push({ from: this.before, count });
    let left = count;
    for (let batch = this.launched.at(-1); batch && left > 0; batch = this.launched.at(-1)) {
      const gone = Math.min(left, batch.count);
      batch.count -= gone;
      left -= gone;
      if (batch.count === 0) this.launched.pop();
    }
  }
}

function since(batches: Batch[], time: number): Batch[] {
  return batches.filter(({ from }) => from > time);
}

function total(batches: readonly Batch[]): number {
  let count = 0;
  for (const batch of batches) count += batch.count;
  return count;
}
