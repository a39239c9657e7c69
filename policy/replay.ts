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

/** Whatever serves the requests: `tasks` ready tasks at `rate` for `seconds`; keeps its queues between calls. */
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

/** Runs `autoscaler` against `plant` over a trace of one-minute steps, from `initial` ready tasks. */
export function replay(
  autoscaler: Autoscaler,
  plant: Plant,
  trace: Trace,
  startup: number,
  initial: number,
  loop: AwsLoop = AWS_LOOP,
): Replay {
  let ready = initial;
  let starting: number[] = []; // when each is ready, Unix seconds, ascending
  let settled = trace.start;
  const metrics: MinuteMetrics[] = [];
  const minutes: ReplayMinute[] = [];
  const total = { arrived: 0, refused: 0, taskSeconds: 0, outs: 0, ins: 0 };
  const late: number[] = [];

  for (let minute = 0; minute < trace.rates.length; minute++) {
    const rate = trace.rates[minute]!;
    const time = trace.start + minute * 60;
    const sum = { arrived: 0, refused: 0, busy: 0, ready: 0, response: 0 };
    const lateHere: number[] = [];
    let span = SLICE;
    for (let now = time; now < time + 60; now += span) {
      while (starting.length > 0 && starting[0]! <= now) {
        settled = starting.shift()!;
        ready++;
      }
      if (now % autoscaler.interval === trace.start % autoscaler.interval) {
        const visible = Math.max(0, minute - loop.publicationDelay / 60);
        const current = ready + starting.length;
        const wanted = autoscaler.desired({
          now,
          ready,
          starting: starting.length,
          settled,
          minutes: metrics,
          visible,
        });
        if (wanted > current) {
          total.outs++;
          starting = [...starting, ...startTimes(wanted - current, now, startup, loop.startupSpread)].sort(
            (a, b) => a - b,
          );
        } else if (wanted < current) {
          total.ins++;
          const cancelled = Math.min(starting.length, current - wanted); // the newest go first
          starting.length -= cancelled;
          ready -= current - wanted - cancelled;
        }
      }
      // With nothing starting and nobody to ask before the next minute, the minute is served as one.
      span = starting.length === 0 && autoscaler.interval >= 60 && now === time ? 60 : SLICE;
      const served = plant(ready, rate, span);
      sum.arrived += served.arrived;
      sum.refused += served.refused;
      sum.busy += served.busy * ready * span;
      sum.ready += ready * span;
      sum.response += served.responseTime * span;
      served.late.forEach((count, i) => {
        lateHere[i] = (lateHere[i] ?? 0) + count;
      });
      total.taskSeconds += (ready + starting.length) * span;
    }
    metrics.push({
      requestRate: sum.arrived / 60,
      requestRatePerTask: sum.arrived / sum.ready,
      cpuUtilization: sum.busy / sum.ready,
      responseTime: sum.response / 60,
    });
    total.arrived += sum.arrived;
    total.refused += sum.refused;
    lateHere.forEach((count, i) => {
      late[i] = (late[i] ?? 0) + count;
    });
    minutes.push({
      time,
      rate,
      ready,
      capacity: ready + starting.length,
      late: lateHere,
      refused: sum.refused,
    });
  }
  return {
    minutes,
    arrived: total.arrived,
    late,
    refused: total.refused,
    taskHours: total.taskSeconds / 3600,
    scaleOuts: total.outs,
    scaleIns: total.ins,
  };
}

/** Start-up spread evenly over its range: the mean of the random one that AWS shows. */
function startTimes(count: number, now: number, startup: number, spread: number): number[] {
  return Array.from(
    { length: count },
    (_, i) => now + startup * (1 - spread + (2 * spread * (i + 0.5)) / count),
  );
}
