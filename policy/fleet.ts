/** Tasks started by one decision; the i-th is ready at `from + (i + ½) × gap`, Unix seconds. */
interface Batch {
  readonly from: number;
  readonly gap: number;
  /** How many it still holds, ready ones included; a scale-in takes its newest. */
  count: number;
  ready: number;
}

/** The tasks of a replay: those that serve, and those that start. */
export interface Fleet {
  readonly ready: number;
  readonly starting: number;
  /** Unix seconds at which the last of the started tasks became ready. */
  readonly settled: number;
  /** Unix seconds at which the next task becomes ready; infinite when none starts. */
  readonly nextStart: number;
  readonly scaleOuts: number;
  readonly scaleIns: number;
  /** Counts as ready what has started by `time`. */
  readonly settle: (time: number) => void;
  /** Starts or removes tasks so that there are `wanted`; the newest go first. */
  readonly resize: (wanted: number, time: number) => void;
}

/**
 * A fleet of `initial` ready tasks. Start-up is spread evenly over `startup` × (1 ± `spread`), seconds: the mean of
 * the random one that AWS shows.
 */
export function fleetOf(initial: number, now: number, startup: number, spread: number): Fleet {
  const batches: Batch[] = [];
  const fleet = {
    ready: initial,
    starting: 0,
    settled: now,
    nextStart: Number.POSITIVE_INFINITY,
    scaleOuts: 0,
    scaleIns: 0,
    settle: (time: number) => {
      if (time < fleet.nextStart) return;
      for (const batch of batches) {
        const ready = readyBy(batch, time);
        if (ready <= batch.ready) continue;
        fleet.ready += ready - batch.ready;
        fleet.starting -= ready - batch.ready;
        batch.ready = ready;
        fleet.settled = Math.max(fleet.settled, batch.from + (ready - 0.5) * batch.gap);
      }
      refresh();
    },
    resize: (wanted: number, time: number) => {
      const change = wanted - fleet.ready - fleet.starting;
      if (change === 0) return;
      if (change > 0) {
        fleet.scaleOuts++;
        fleet.starting += change;
        const gap = (2 * spread * startup) / change;
        batches.push({ from: time + startup * (1 - spread), gap, count: change, ready: 0 });
      } else {
        fleet.scaleIns++;
        remove(-change);
      }
      refresh();
    },
  };
  /** Those that start go before those that serve, and of them the newest. */
  const remove = (tasks: number) => {
    let left = tasks;
    for (let i = batches.length - 1; i >= 0 && left > 0; i--) {
      const cancelled = Math.min(left, batches[i]!.count - batches[i]!.ready);
      batches[i]!.count -= cancelled;
      fleet.starting -= cancelled;
      left -= cancelled;
    }
    fleet.ready -= left;
  };
  const refresh = () => {
    let kept = 0;
    let next = Number.POSITIVE_INFINITY;
    for (let i = 0; i < batches.length; i++) {
      const batch = batches[i]!;
      if (batch.ready >= batch.count) continue;
      batches[kept++] = batch;
      next = Math.min(next, batch.from + (batch.ready + 0.5) * batch.gap);
    }
    while (batches.length > kept) batches.pop();
    fleet.nextStart = next;
  };
  return fleet;
}

function readyBy({ from, gap, count, ready }: Batch, time: number): number {
  if (time < from) return ready;
  if (gap === 0) return count;
  return Math.max(ready, Math.min(count, Math.floor((time - from) / gap + 0.5)));
}
