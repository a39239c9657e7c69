import { setTimeout } from "node:timers/promises";
import {
  type CloudWatchClient,
  type Dimension,
  GetMetricDataCommand,
  type GetMetricDataCommandOutput,
  type MetricDataResult,
} from "@aws-sdk/client-cloudwatch";
import { awsFailure } from "./aws-failure.ts";
import type { MetricSpan } from "./metric-periods.ts";

/** What we ask of CloudWatch; a real client, or one that answers from a record. */
export type CloudWatch = Pick<CloudWatchClient, "send">;

/** One metric at one statistic. */
export interface Series {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: readonly Dimension[];
  readonly statistic: string;
}

/** Values by the Unix second at which their period begins. */
export type Values = ReadonlyMap<number, number>;

/** Queries of one GetMetricData call; a fixed quota of CloudWatch. */
const QUERIES = 500;

/** Datapoints of one answer; more come with `NextToken`. */
const DATAPOINTS = 100_800;

/** Times that a query which failed inside CloudWatch is asked again. */
const TRIES = 5;

/** Milliseconds before a query that failed inside CloudWatch is asked again, twice as many each time. */
const PAUSE = 1000;

/** Waits for so many milliseconds. */
export type Wait = (milliseconds: number) => Promise<unknown>;

/** Reads every series over every span to the last page; nothing is returned unless all of it was read. */
export async function metricData(
  client: CloudWatch,
  series: readonly Series[],
  spans: readonly MetricSpan[],
  wait: Wait = setTimeout,
): Promise<readonly Values[]> {
  const values = series.map(() => new Map<number, number>());
  for (const span of spans)
    for (let first = 0; first < series.length; first += QUERIES) {
      const batch = series.slice(first, first + QUERIES);
      const read = await spanData(client, batch, span, wait);
      read.forEach((part, i) => {
        for (const [time, value] of part) values[first + i]!.set(time, value);
      });
    }
  return values;
}

async function spanData(
  client: CloudWatch,
  series: readonly Series[],
  span: MetricSpan,
  wait: Wait,
): Promise<readonly Values[]> {
  const values = series.map(() => new Map<number, number>());
  let open = series.map((_, i) => i);
  for (let tries = 1; open.length > 0; tries++) {
    const status = await pagesInto(values, client, series, open, span);
    refuseForbidden(series, status);
    open = open.filter((i) => status.get(i)?.code !== "Complete");
    if (open.length > 0 && tries === TRIES) {
      const failed = open.map((i) => `${named(series[i]!)}: ${status.get(i)?.code ?? "no answer"}`);
      throw new Error(
        `CloudWatch answered ${series.length - open.length} of ${series.length} queries in full for ${when(span)}; ${TRIES} times not: ${failed.join("; ")}. Nothing is made of half the data; try again later.`,
      );
    }
    if (open.length > 0) await wait(PAUSE * 2 ** (tries - 1));
  }
  return values;
}

interface Status {
  readonly code: string;
  readonly message: string;
}

/** Follows `NextToken` to the end; the status of a query is that of its last page. */
async function pagesInto(
  values: readonly Map<number, number>[],
  client: CloudWatch,
  series: readonly Series[],
  open: readonly number[],
  span: MetricSpan,
): Promise<ReadonlyMap<number, Status>> {
  const status = new Map<number, Status>();
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await answered(client, series, open, span, token, seen.size);
    for (const result of page.MetricDataResults ?? []) collect(values, series, status, result);
    token = page.NextToken;
    if (token !== undefined && seen.has(token))
      throw new Error(
        `CloudWatch repeats a page of GetMetricData for ${when(span)}; reading would never end.`,
      );
    if (token !== undefined) seen.add(token);
  } while (token !== undefined);
  return status;
}

async function answered(
  client: CloudWatch,
  series: readonly Series[],
  open: readonly number[],
  { start, end, period }: MetricSpan,
  token: string | undefined,
  pages: number,
): Promise<GetMetricDataCommandOutput> {
  const command = new GetMetricDataCommand({
    StartTime: new Date(1000 * start),
    EndTime: new Date(1000 * end),
    ScanBy: "TimestampAscending",
    MaxDatapoints: DATAPOINTS,
    ...(token === undefined ? {} : { NextToken: token }),
    MetricDataQueries: open.map((i) => {
      const { namespace, metric, dimensions, statistic } = series[i]!;
      const named = { Namespace: namespace, MetricName: metric, Dimensions: [...dimensions] };
      return { Id: `m${i}`, MetricStat: { Metric: named, Period: period, Stat: statistic } };
    }),
  });
  try {
    return await client.send(command);
  } catch (error) {
    throw awsFailure(
      error,
      "cloudwatch:GetMetricData",
      `${pages} page(s) of ${when({ start, end, period })} had been read`,
    );
  }
}

/** Beyond this CloudWatch stores nothing: values lie within ±2^360 (PutMetricData). */
const MOST = 2 ** 360;

function collect(
  values: readonly Map<number, number>[],
  series: readonly Series[],
  status: Map<number, Status>,
  { Id = "", Timestamps = [], Values = [], StatusCode = "Complete", Messages = [] }: MetricDataResult,
): void {
  const i = Number(Id.slice(1));
  const asked = series[i];
  if (asked === undefined) return;
  Timestamps.forEach((timestamp, k) => {
    const value = Values[k]!;
    if (!Number.isFinite(value) || value < 0 || value > MOST)
      throw new Error(
        `CloudWatch gives ${value} for ${named(asked)} at ${timestamp.toISOString()}; a value is finite and at least 0.`,
      );
    values[i]!.set(timestamp.getTime() / 1000, value);
  });
  status.set(i, { code: StatusCode, message: Messages.map(({ Value }) => Value).join(" ") });
}

function refuseForbidden(series: readonly Series[], status: ReadonlyMap<number, Status>): void {
  const denied = [...status].filter(([, { code }]) => code === "Forbidden");
  if (denied.length === 0) return;
  const metrics = denied.map(
    ([i, { message }]) => `${named(series[i]!)}${message === "" ? "" : ` (${message})`}`,
  );
  throw new Error(`CloudWatch forbids ${metrics.join(", ")}; allow \`cloudwatch:GetMetricData\`.`);
}

/** `AWS/ECS CPUUtilization Average {ClusterName=…, ServiceName=…}` */
export function named({ namespace, metric, dimensions, statistic }: Series): string {
  const listed = dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(", ");
  return `${namespace} ${metric} ${statistic} {${listed}}`;
}

function when({ start, end, period }: MetricSpan): string {
  const iso = (seconds: number) => new Date(1000 * seconds).toISOString().slice(0, 16);
  return `${iso(start)}Z to ${iso(end)}Z at ${period} s`;
}
