import type { Dimension } from "@aws-sdk/client-cloudwatch";
import type { Trace } from "../policy/trace.ts";
import { badInput } from "./bad-input.ts";
import { existingDimensions, type Watched } from "./cloudwatch-names.ts";
import { type CloudWatch, metricData, named, type Series, type Values } from "./metric-data.ts";
import { type MetricSpan, metricSpans, retentionDays } from "./metric-periods.ts";
import { regular } from "./trace-grid.ts";

/** How far back to read, and at least how finely. */
export interface Window {
  /** Unix seconds. */
  readonly now: number;
  /** Seconds. */
  readonly length: number;
  /** Seconds of the coarsest period that will do; `null` where the finest kept is taken, whatever it is. */
  readonly resolution: number | null;
}

export interface Demanded {
  readonly trace: Trace;
  readonly notes: readonly string[];
}

/** Reads the request rate of a load balancer's target group as a trace: RequestCount, period by period. */
export async function readDemand(client: CloudWatch, watched: Watched, window: Window): Promise<Demanded> {
  const spans = spansOf(window);
  const series = requestCount(watched);
  const [counts = new Map()] = await metricData(client, [series], spans);
  if (counts.size === 0) throw await noData(client, series, watched, spans);
  const { times, rates, step } = rateRows(counts, spans);
  const grid = regular({ times, rates }, step, []);
  if (typeof grid === "string") {
    const silent = rates.some(Number.isNaN)
      ? " A balancer publishes nothing where nothing is requested: nights without traffic are told from missing data by another day or week that has them, too; ask for more --days."
      : "";
    throw badInput([{ where: named(series), message: `${grid}.${silent}` }]);
  }
  return { trace: grid.trace, notes: [...spanNotes(spans), ...grid.notes] };
}

/** The spans to read; refused where CloudWatch no longer keeps them as finely as asked. */
export function spansOf({ now, length, resolution }: Window): readonly MetricSpan[] {
  const spans = metricSpans(now, length);
  const coarsest = Math.max(...spans.map(({ period }) => period));
  if (resolution !== null && coarsest > resolution)
    throw badInput([
      {
        where: "--resolution",
        message: `a resolution of ${resolution} s is asked for ${Math.round(length / 86_400)} d; CloudWatch keeps periods of ${resolution} s for ${retentionDays(resolution)} d. Ask for fewer days, or leave out --resolution.`,
      },
    ]);
  return spans;
}

/** What was read at a coarser period than the rest. */
export function spanNotes(spans: readonly MetricSpan[]): readonly string[] {
  const parts = spans.map(
    ({ start, end, period }) => `${((end - start) / 86_400).toFixed(1)} d at ${period} s`,
  );
  return spans.length > 1
    ? [
        `CloudWatch keeps older data more coarsely: ${parts.join(", then ")}; a coarser period's rate is taken to hold throughout it`,
      ]
    : [];
}

export function requestCount(watched: Watched): Series {
  return {
    namespace: "AWS/ApplicationELB",
    metric: "RequestCount",
    dimensions: balancer(watched),
    statistic: "Sum",
  };
}

/** CloudWatch's dimensions of what the load balancer measures. */
export function balancer({ loadBalancer, targetGroup }: Watched): readonly Dimension[] {
  return [
    ...(targetGroup === null ? [] : [{ Name: "TargetGroup", Value: targetGroup }]),
    { Name: "LoadBalancer", Value: loadBalancer },
  ];
}

/** Why there is nothing to read: what was asked, and what there is instead. */
export async function noData(
  client: CloudWatch,
  series: Series,
  { region }: Watched,
  spans: readonly MetricSpan[],
): Promise<Error> {
  const existing = await existingDimensions(client, series.namespace, series.metric);
  const iso = (seconds: number) => new Date(1000 * seconds).toISOString().slice(0, 16);
  const others =
    existing.length === 0
      ? `no ${series.metric} exists in that region`
      : `there is data for ${existing.slice(0, 10).join("; ")}`;
  return badInput([
    {
      where: `CloudWatch in ${region}`,
      message: `no data for ${named(series)} from ${iso(spans[0]!.start)}Z to ${iso(spans.at(-1)!.end)}Z; ${others}. Check the names and the region.`,
    },
  ]);
}

/**
 * A load balancer without traffic publishes nothing. A silence of up to an hour has no requests, and so has one that most of
 * the same hours of another day or week have, as nights and weekends do; any other is unknown.
 */
const SILENCE = 3600;
const MOST = 0.9;
const DAY = 86_400;

/** Seconds from a time to the same one of other days. */
const SAME_HOURS: readonly number[] = [-DAY, DAY, -7 * DAY, 7 * DAY];

/** From the first datapoint on, a row for each step; a gap's rows are `NaN` or 0. */
function rateRows(counts: Values, spans: readonly MetricSpan[]) {
  const step = Math.min(...spans.map(({ period }) => period));
  const first = Math.min(...counts.keys());
  const times: number[] = [];
  const rates: number[] = [];
  for (const { start, end, period } of spans)
    for (let time = start; time + period <= end; time += period) {
      if (time + period <= first) continue;
      const count = counts.get(time);
      for (let part = 0; part < period; part += step) {
        times.push(time + part);
        rates.push(count === undefined ? Number.NaN : count / period);
      }
    }
  return { times, rates: silenceAsZero(rates, step), step };
}

function silenceAsZero(rates: readonly number[], step: number): readonly number[] {
  const filled = [...rates];
  for (const [from, to] of silences(rates)) {
    const elsewhere = (i: number) =>
      SAME_HOURS.map((offset) => i + offset / step).some(
        (other) => (other < from || other >= to) && Number.isNaN(rates[other]),
      );
    let recurring = 0;
    for (let i = from; i < to; i++) if (elsewhere(i)) recurring++;
    if ((to - from) * step <= SILENCE || recurring >= MOST * (to - from)) filled.fill(0, from, to);
  }
  return filled;
}

/** Where rates are unknown: the first of each silence, and the first after it. */
function silences(rates: readonly number[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  rates.forEach((rate, i) => {
    if (!Number.isNaN(rate)) return;
    const last = found.at(-1);
    if (last?.[1] === i) last[1] = i + 1;
    else found.push([i, i + 1]);
  });
  return found;
}
