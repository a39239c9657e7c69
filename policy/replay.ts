import type { Autoscaler } from "./autoscaler.ts";
import { AWS_LOOP, type AwsLoop } from "./aws-loop.ts";
import { fleetOf } from "./fleet.ts";
import type { Metrics } from "./fleet-view.ts";
import { servedInShape } from "./minute-shape.ts";
import type { Trace } from "./trace.ts";

/** What the tasks did in a slice of time: numbers of requests, and how busy they were. */
export interface Slice {
  readonly arrived: number;
  /** Requests refused or later than each threshold. */
  readonly late: ArrayLike<number>;
  readonly refused: number;
  /** CPU utilization. */
  readonly busy: number;
  /** Share of slots that were idle, where it is not what `busy` leaves. */
  readonly idle?: number;
  /** Seconds, mean of the requests served. */
  readonly responseTime: number;
  /** US dollars beyond the price of the tasks, if there are any. */
  readonly charged?: number;
  /** Times that a task ran out of memory and lost what it served, if any may; what is lost is among the late and refused. */
  readonly outOfMemory?: number;
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
  /** US dollars beyond the price of the task-hours. */
  readonly charged: number;
  /** Times that a task ran out of memory. */
  readonly outOfMemory: number;
  readonly scaleOuts: number;
  readonly scaleIns: number;
}

/** Seconds between looks at which tasks have become ready, and at the metrics of who does not wait for CloudWatch. */
export const SLICE = 15;

/** Looks at a replay each whole hour, with the minutes so far, and says whether it goes on. */
export type Watch = (minutes: ReplayMinutes, taskHours: number) => boolean;

/** Runs `autoscaler` against `plant` over a trace of one-minute steps, from `initial` ready tasks, as long as `watch` wants. */
export function replay(
  autoscaler: Autoscaler,
  plant: Plant,
  trace: Trace,
  startup: number,
  initial: number,
  loop: AwsLoop = AWS_LOOP,
  watch: Watch = () => true,
): Replay {
  const tasks = fleetOf(initial, trace.start, startup, loop.startupSpread);
  const column = () => new Float64Array(trace.rates.length);
  const metrics = metricColumns(trace.rates.length);
  const { requestRate, requestRatePerTask, cpuUtilization, responseTime } = metrics;
  const delay = loop.publicationDelay / 60;
  const askOften = autoscaler.interval < 60;
  const slices = metricColumns(askOften ? (trace.rates.length * 60) / SLICE : 0);
  // One literal: spread from another object it takes Node 20 half as long again.
  const view = {
    now: 0,
    ready: 0,
    starting: 0,
    settled: 0,
    minutes: metrics,
    complete: 0,
    visible: 0,
    slices,
    sliced: 0,
  };
  const [arrivals, refusals, ready, capacity] = [column(), column(), column(), column()];
  const late: Float64Array[] = [];
  const minutes = { arrived: arrivals, refused: refusals, ready, capacity, late, count: 0 };
  const shapes = trace.shapes ?? [];
  let nextShape = 0;
  let taskSeconds = 0;
  let charged = 0;
  let outOfMemory = 0;
  let minute = 0;

  for (; minute < trace.rates.length; minute++) {
    if (minute % 60 === 0 && minute > 0) {
      minutes.count = minute;
      if (!watch(minutes, taskSeconds / 3600)) break;
    }
    const rate = trace.rates[minute]!;
    const shape = shapes[nextShape]?.minute === minute ? shapes[nextShape++]!.shape : undefined;
    const time = trace.start + minute * 60;
    const end = time + 60;
    let arrived = 0;
    let refused = 0;
    let busy = 0;
    let idle = 0;
    let readySeconds = 0;
    let response = 0;
    let span = SLICE;
    for (let now = time; now < end; now += span) {
      if (now >= tasks.nextStart) tasks.settle(now);
      if (now === time || askOften) {
        view.now = now;
        view.ready = tasks.ready;
        view.starting = tasks.starting;
        view.settled = tasks.settled;
        view.complete = minute;
        view.visible = minute > delay ? minute - delay : 0;
        const wanted = autoscaler.desired(view);
        if (wanted !== tasks.ready + tasks.starting) tasks.resize(wanted, now);
      }
      const serving = tasks.ready;
      span = askOften ? SLICE : untilNextStart(tasks.nextStart, now, end);
      const served =
        shape === undefined
          ? plant(serving, rate, span)
          : servedInShape(plant, serving, rate, shape, now - time, span);
      arrived += served.arrived;
      refused += served.refused;
      if (late.length === 0) for (let i = 0; i < served.late.length; i++) late.push(column());
      for (let i = 0; i < late.length; i++) late[i]![minute]! += served.late[i]!;
      busy += served.busy * serving * span;
      idle += (served.idle ?? 1 - served.busy) * serving * span;
      readySeconds += serving * span;
      response += served.responseTime * span;
      charged += served.charged ?? 0;
      outOfMemory += served.outOfMemory ?? 0;
      taskSeconds += (serving + tasks.starting) * span;
      if (askOften) record(slices, view.sliced++, served, serving);
    }
    arrivals[minute] = arrived;
    refusals[minute] = refused;
    const shown = trace.counts === undefined ? arrived : trace.counts[minute]!;
    const work = trace.work === undefined ? shown : trace.work[minute]!;
    requestRate[minute] = shown / 60;
    // What no task was there to measure is missing: it breaches nothing.
    requestRatePerTask[minute] = readySeconds > 0 ? shown / readySeconds : Number.NaN;
    cpuUtilization[minute] =
      readySeconds > 0 ? (busy / readySeconds) * shownBusier(work, arrived, idle / readySeconds) : Number.NaN;
    responseTime[minute] = response / 60;
    ready[minute] = tasks.ready;
    capacity[minute] = tasks.ready + tasks.starting;
  }
  minutes.count = minute;
  return {
    minutes,
    arrived: sum(arrivals),
    refused: sum(refusals),
    late: late.map(sum),
    taskHours: taskSeconds / 3600,
    charged,
    outOfMemory,
    scaleOuts: tasks.scaleOuts,
    scaleIns: tasks.scaleIns,
  };
}

/**
 * How many times as busy as at its mean rate the work of the requests counted in a minute makes tasks: by as much more or less as it is, but not
 * beyond the share of slots that were idle. Where none was, one request more waits or is refused, and one less leaves none idle.
 */
function shownBusier(work: number, arrived: number, idle: number): number {
  if (work === arrived || arrived === 0) return 1;
  const room = idle / (1 - idle);
  return 1 + Math.max(-room, Math.min(room, work / arrived - 1));
}

function metricColumns(length: number): Metrics {
  const column = () => new Float64Array(length);
  return {
    requestRate: column(),
    requestRatePerTask: column(),
    cpuUtilization: column(),
    responseTime: column(),
  };
}

/** What no task was there to measure is missing. */
function record(slices: Metrics, at: number, { arrived, busy, responseTime }: Slice, ready: number) {
  slices.requestRate[at] = arrived / SLICE;
  slices.requestRatePerTask[at] = ready > 0 ? arrived / (ready * SLICE) : Number.NaN;
  slices.cpuUtilization[at] = ready > 0 ? busy : Number.NaN;
  slices.responseTime[at] = responseTime;
}

function sum(column: Float64Array): number {
  let total = 0;
  for (let i = 0; i < column.length; i++) total += column[i]!;
  return total;
}

/** Seconds until the slice in which the next task becomes ready, or until `end`. */
function untilNextStart(nextStart: number, now: number, end: number): number {
  if (nextStart >= end) return end - now;
  const slices = Math.ceil((nextStart - now) / SLICE);
  return slices > 1 ? slices * SLICE : SLICE;
}
