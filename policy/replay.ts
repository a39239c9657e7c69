import type { Autoscaler, MinuteMetrics } from "./autoscaler.ts";
import { AWS_LOOP, type AwsLoop } from "./aws-loop.ts";
import type { Trace } from "./trace.ts";

/** What the tasks did in a slice of time: numbers of requests, and the share of slots that were busy. */
export interface Slice {
  readonly arrived: number;
  /** Requests refused or later than each threshold. */
  readonly late: readonly number[];
  readonly refused: number;
  readonly busy: number;
  /** Seconds, mean of the requests served. */
  readonly responseTime: number;
}

/**
 * Whatever serves the requests: `tasks` ready tasks at `rate` for `seconds`; keeps its queues between calls.
 * The slice it returns holds until the next call.
 */
export type Plant = (tasks: number, rate: number, seconds: number) => Slice;

/** What one minute of a replay looked like. */
export interface ReplayMinute {
  readonly time: number;
  readonly rate: number;
  readonly ready: number;
  readonly capacity: number;
  readonly late: readonly number[];
  readonly refused: number;
}

export interface Replay {
  readonly minutes: readonly ReplayMinute[];
  readonly arrived: number;
  readonly late: readonly number[];
  readonly refused: number;
  /** Task-hours, from the decision that starts a task until it is removed. */
  readonly taskHours: number;
  readonly scaleOuts: number;
  readonly scaleIns: number;
}

/** Seconds between looks at which tasks have become ready. */
const SLICE = 15;

/**
 * Runs `autoscaler` against `plant` over a trace of one-minute steps, from `initial` ready tasks; it stops early,
 * with the minutes so far, once it has used `limit` task-hours.
 */
export function replay(
  autoscaler: Autoscaler,
  plant: Plant,
  trace: Trace,
  startup: number,
  initial: number,
  loop: AwsLoop = AWS_LOOP,
  limit = Number.POSITIVE_INFINITY,
): Replay {
  const tasks = fleet(initial, trace.start, startup, loop.startupSpread);
  const metrics: MinuteMetrics[] = [];
  const minutes: ReplayMinute[] = [];
  const delay = loop.publicationDelay / 60;
  const view = { now: 0, ready: 0, starting: 0, settled: 0, minutes: metrics, visible: 0 };
  const ask = (now: number, minute: number) => {
    view.now = now;
    view.ready = tasks.ready;
    view.starting = tasks.starting.length;
    view.settled = tasks.settled;
    view.visible = Math.max(0, minute - delay);
    tasks.resize(autoscaler.desired(view), now);
  };
  const askOften = autoscaler.interval < 60;
  let [arrived, refused, taskSeconds] = [0, 0, 0];
  let late: number[] = [];

  for (let minute = 0; minute < trace.rates.length && taskSeconds < limit * 3600; minute++) {
    const rate = trace.rates[minute]!;
    const time = trace.start + minute * 60;
    const sum = { arrived: 0, refused: 0, busy: 0, ready: 0, response: 0 };
    let lateHere: number[] | undefined;
    let span = SLICE;
    for (let now = time; now < time + 60; now += span) {
      tasks.settle(now);
      if (now === time || askOften) ask(now, minute);
      const { ready, starting } = tasks;
      // With nothing starting and nobody to ask before the next minute, the minute is served as one.
      span = starting.length === 0 && now === time && !askOften ? 60 : SLICE;
      const served = plant(ready, rate, span);
      sum.arrived += served.arrived;
      sum.refused += served.refused;
      sum.busy += served.busy * ready * span;
      sum.ready += ready * span;
      sum.response += served.responseTime * span;
      lateHere = lateHere ? added(lateHere, served.late) : served.late.slice();
      taskSeconds += (ready + starting.length) * span;
    }
    metrics.push({
      requestRate: sum.arrived / 60,
      requestRatePerTask: sum.arrived / sum.ready,
      cpuUtilization: sum.busy / sum.ready,
      responseTime: sum.response / 60,
    });
    arrived += sum.arrived;
    refused += sum.refused;
    late = late.length > 0 ? added(late, lateHere!) : lateHere!.slice();
    const capacity = tasks.ready + tasks.starting.length;
    minutes.push({ time, rate, ready: tasks.ready, capacity, late: lateHere!, refused: sum.refused });
  }
  const { scaleOuts, scaleIns } = tasks;
  return { minutes, arrived, late, refused, taskHours: taskSeconds / 3600, scaleOuts, scaleIns };
}

/** Adds the second to the first, in place. */
function added(sums: number[], values: readonly number[]): number[] {
  for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!;
  return sums;
}

/** The tasks that are ready, and when those that start will be: Unix seconds, ascending. */
function fleet(initial: number, now: number, startup: number, spread: number) {
  const tasks = {
    ready: initial,
    starting: [] as number[],
    settled: now,
    scaleOuts: 0,
    scaleIns: 0,
    settle: (time: number) => {
      while (tasks.starting.length > 0 && tasks.starting[0]! <= time) {
        tasks.settled = tasks.starting.shift()!;
        tasks.ready++;
      }
    },
    resize: (wanted: number, time: number) => {
      const current = tasks.ready + tasks.starting.length;
      if (wanted > current) {
        tasks.scaleOuts++;
        tasks.starting.push(...startTimes(wanted - current, time, startup, spread));
        tasks.starting.sort((a, b) => a - b);
      } else if (wanted < current) {
        tasks.scaleIns++;
        const cancelled = Math.min(tasks.starting.length, current - wanted); // the newest go first
        tasks.starting.length -= cancelled;
        tasks.ready -= current - wanted - cancelled;
      }
    },
  };
  return tasks;
}

/** Start-up spread evenly over its range: the mean of the random one that AWS shows. */
function startTimes(count: number, now: number, startup: number, spread: number): number[] {
  return Array.from(
    { length: count },
    (_, i) => now + startup * (1 - spread + (2 * spread * (i + 0.5)) / count),
  );
}
