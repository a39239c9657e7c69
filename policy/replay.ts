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

/** What the minutes of a replay looked like, one column for each figure. */
export interface ReplayMinutes {
  readonly count: number;
  /** Requests that arrived, were refused, and were refused or later than each threshold. */
  readonly arrived: Float64Array;
  readonly refused: Float64Array;
  readonly late: readonly Float64Array[];
  /** Tasks at the end of the minute: ready, and with those that start. */
  readonly ready: Float64Array;
  readonly capacity: Float64Array;
}

export interface Replay {
  readonly minutes: ReplayMinutes;
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
  const column = () => new Float64Array(trace.rates.length);
  const metrics: MinuteMetrics = {
    requestRate: column(),
    requestRatePerTask: column(),
    cpuUtilization: column(),
    responseTime: column(),
  };
  const delay = loop.publicationDelay / 60;
  const view = { now: 0, ready: 0, starting: 0, settled: 0, minutes: metrics, complete: 0, visible: 0 };
  const ask = (now: number, minute: number) => {
    view.now = now;
    view.ready = tasks.ready;
    view.starting = tasks.starting.length;
    view.settled = tasks.settled;
    view.complete = minute;
    view.visible = Math.max(0, minute - delay);
    tasks.resize(autoscaler.desired(view), now);
  };
  const askOften = autoscaler.interval < 60;
  const columns = { arrived: column(), refused: column(), ready: column(), capacity: column() };
  let late: Float64Array[] | undefined;
  let [taskSeconds, minute] = [0, 0];

  for (; minute < trace.rates.length && taskSeconds < limit * 3600; minute++) {
    const rate = trace.rates[minute]!;
    const time = trace.start + minute * 60;
    const end = time + 60;
    let [arrived, refused, busy, readySeconds, response, span] = [0, 0, 0, 0, 0, SLICE];
    for (let now = time; now < end; now += span) {
      if (tasks.starting.length > 0) tasks.settle(now);
      if (now === time || askOften) ask(now, minute);
      const { ready, starting } = tasks;
      span = askOften ? SLICE : untilNextStart(starting, now, end);
      const served = plant(ready, rate, span);
      arrived += served.arrived;
      refused += served.refused;
      late ??= served.late.map(column);
      for (let i = 0; i < late.length; i++) late[i]![minute]! += served.late[i]!;
      busy += served.busy * ready * span;
      readySeconds += ready * span;
      response += served.responseTime * span;
      taskSeconds += (ready + starting.length) * span;
    }
    columns.arrived[minute] = arrived;
    columns.refused[minute] = refused;
    metrics.requestRate[minute] = arrived / 60;
    metrics.requestRatePerTask[minute] = arrived / readySeconds;
    metrics.cpuUtilization[minute] = busy / readySeconds;
    metrics.responseTime[minute] = response / 60;
    columns.ready[minute] = tasks.ready;
    columns.capacity[minute] = tasks.ready + tasks.starting.length;
  }
  return {
    minutes: { ...columns, late: late ?? [], count: minute },
    arrived: total(columns.arrived),
    late: (late ?? []).map(total),
    refused: total(columns.refused),
    taskHours: taskSeconds / 3600,
    scaleOuts: tasks.scaleOuts,
    scaleIns: tasks.scaleIns,
  };
}

/** Seconds until the slice in which the next task becomes ready, or until `end`. */
function untilNextStart(starting: readonly number[], now: number, end: number): number {
  if (starting.length === 0 || starting[0]! >= end) return end - now;
  return Math.max(SLICE, Math.ceil((starting[0]! - now) / SLICE) * SLICE);
}

function total(column: Float64Array): number {
  return column.reduce((sum, value) => sum + value, 0);
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
