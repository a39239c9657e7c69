import { MOST_ERRORS, type Observation, type ResponseFigure } from "../policy/observation.ts";
import { isoMinute, percent } from "../policy/words.ts";
import { badInput } from "./bad-input.ts";
import { balancer, noData, requestCount, spanNotes, spansOf, type Window } from "./cloudwatch.ts";
import type { Watched } from "./cloudwatch-names.ts";
import { type CloudWatch, metricData, named, type Series, type Values } from "./metric-data.ts";

export interface Observed {
  readonly observations: readonly Observation[];
  readonly notes: readonly string[];
}

/** Response times read of the load balancer, and the share of requests that each is of. */
const RESPONSES = [
  { statistic: "Average", of: "mean" },
  { statistic: "p50", of: 0.5 },
  { statistic: "p90", of: 0.9 },
  { statistic: "p99", of: 0.99 },
] as const;

/** Reads what tells a task's capacity: rate, response times, errors, CPU and tasks of each period in which nothing else happened. */
export async function readObservations(
  client: CloudWatch,
  watched: Watched,
  window: Window,
): Promise<Observed> {
  const spans = spansOf(window);
  const counts = requestCount(watched);
  const series = {
    counts,
    failures: ofBalancer(watched, "HTTPCode_Target_5XX_Count", "Sum"),
    answered: ofBalancer(watched, "TargetResponseTime", "SampleCount"),
    // It has no dimension TargetGroup (Elastic Load Balancing, CloudWatch metrics for your Application Load Balancer).
    refused: ofBalancer(ofAllGroups(watched), "HTTPCode_ELB_5XX_Count", "Sum"),
    ofAll: watched.targetGroup === null ? null : requestCount(ofAllGroups(watched)),
    hosts: ofBalancer(watched, "HealthyHostCount", "Average"),
    running: ofService(watched, "ECS/ContainerInsights", "RunningTaskCount"),
    cpu: ofService(watched, "AWS/ECS", "CPUUtilization"),
  };
  const responses = RESPONSES.map(({ statistic }) => ofBalancer(watched, "TargetResponseTime", statistic));
  const asked = [...Object.values(series).filter((each) => each !== null), ...responses];
  const read = await metricData(client, asked, spans);
  const of = (each: Series | null): Values => (each === null ? NOTHING : read[asked.indexOf(each)]!);
  if (of(counts).size === 0) throw await noData(client, counts, watched, spans);
  const counted = of(series.running).size > 0;
  // ECS publishes the CPU of every service that runs: without any, the names are wrong, and not Container Insights off.
  if (series.cpu !== null && !counted && of(series.cpu).size === 0)
    throw await noData(client, series.cpu, watched, spans);
  const tasks = counted ? of(series.running) : of(series.hosts);
  if (tasks.size === 0) throw await noData(client, series.running ?? series.hosts, watched, spans);
  refuseMilliseconds(responses[0]!, of(responses[0]!));
  const periods = spans.flatMap(({ start, end, period }) =>
    Array.from({ length: Math.floor((end - start) / period) }, (_, i) => ({
      time: start + i * period,
      period,
    })),
  );
  const values = {
    counts: of(counts),
    failures: of(series.failures),
    answered: of(series.answered),
    refused: of(series.refused),
    ofAll: of(series.ofAll),
    cpu: of(series.cpu),
    tasks,
  };
  const times = responses.map(of);
  const judged = periods.flatMap(({ time, period }) => {
    const count = values.counts.get(time) ?? 0;
    return count === 0 ? [] : [observed(time, period, count, values, times)];
  });
  const kept = judged.filter((each) => "label" in each);
  return {
    observations: kept,
    notes: [
      ...spanNotes(spans),
      ...(counted
        ? []
        : [
            `${series.running === null ? "no ECS service is named" : "RunningTaskCount has no data (Container Insights is off)"}: tasks are the load balancer's HealthyHostCount`,
          ]),
      ...([...values.refused.keys()].some((time) => shared(time, values))
        ? [
            "other target groups share the load balancer, which counts its own 5XX for all of them together: this one's are taken to be at most its requests without an answer",
          ]
        : []),
      ...exclusions(judged.filter((each) => "excluded" in each)),
    ],
  };
}

const NOTHING: Values = new Map();

/** The same load balancer with all its target groups together. */
function ofAllGroups(watched: Watched): Watched {
  return { ...watched, targetGroup: null };
}

function ofBalancer(watched: Watched, metric: string, statistic: string): Series {
  // Healthy hosts are counted for each target group; without one there is no such metric, and it stays empty.
  return { namespace: "AWS/ApplicationELB", metric, dimensions: balancer(watched), statistic };
}

function ofService({ ecs }: Watched, namespace: string, metric: string): Series | null {
  if (ecs === null) return null;
  const dimensions = [
    { Name: "ClusterName", Value: ecs.cluster },
    { Name: "ServiceName", Value: ecs.service },
  ];
  return { namespace, metric, dimensions, statistic: "Average" };
}

/** Seconds; a median response beyond this is a unit mistaken. */
const SLOWEST = 60;

/** `TargetResponseTime` is in seconds (Elastic Load Balancing, CloudWatch metrics for your Application Load Balancer). */
function refuseMilliseconds(series: Series, values: Values): void {
  const sorted = [...values.values()].toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  if (median > SLOWEST)
    throw badInput([
      {
        where: named(series),
        message: `the median is ${median}; response times are in seconds, and more than ${SLOWEST} s looks like milliseconds. Publish the metric in seconds.`,
      },
    ]);
}

interface Excluded {
  readonly excluded: "failures" | "tasks" | "unknown";
  readonly time: number;
}

/** Requests that a percentile needs beyond it in one period: with fewer it is the maximum of a few. */
const BEYOND = 5;

/** What was counted in each period; `ofAll` are the requests of all target groups, where one of them is watched. */
type Counted = Readonly<
  Record<"counts" | "failures" | "answered" | "refused" | "ofAll" | "cpu" | "tasks", Values>
>;

function observed(
  time: number,
  period: number,
  count: number,
  values: Counted,
  times: readonly Values[],
): Observation | Excluded {
  const tasks = values.tasks.get(time);
  const errors = ((values.failures.get(time) ?? 0) + refusedOfGroup(time, count, values)) / count;
  const before = values.tasks.get(time - period);
  if (errors > MOST_ERRORS) return { excluded: "failures", time };
  if (tasks === undefined || tasks === 0) return { excluded: "unknown", time };
  if (!Number.isInteger(tasks) || (before !== undefined && before !== tasks))
    return { excluded: "tasks", time };
  const responses = RESPONSES.flatMap(({ of }, i): readonly ResponseFigure[] => {
    const value = times[i]!.get(time);
    const enough = of === "mean" || count * (1 - of) >= BEYOND;
    return value === undefined || value === 0 || !enough ? [] : [{ of, time: value }];
  });
  const cpu = values.cpu.get(time);
  const rate = count / period;
  return {
    label: new Date(1000 * time).toISOString().slice(5, 16).replace("T", " "),
    ...{ arrivalRate: rate, throughput: rate, tasks, responses, errors },
    cpu: cpu === undefined ? null : cpu / 100,
  };
}

/**
 * Requests of the target group that the load balancer itself answered with a 5xx, as targets had no room. It counts them for
 * all groups together: with this one alone all are this one's, with others at most its requests without an answer. What it
 * refuses before it has chosen a target is in no group's RequestCount.
 */
function refusedOfGroup(time: number, count: number, values: Counted): number {
  const refused = values.refused.get(time) ?? 0;
  if (!shared(time, values)) return refused;
  return Math.min(refused, Math.max(0, count - (values.answered.get(time) ?? 0)));
}

/** Whether other target groups of the balancer had requests, too. */
function shared(time: number, { counts, ofAll }: Counted): boolean {
  return (ofAll.get(time) ?? 0) > (counts.get(time) ?? 0);
}

const WHY = {
  failures: `in which more than ${percent(MOST_ERRORS)} of the requests failed (5XX, the load balancer's own included)`,
  tasks: "in which the number of tasks changed",
  unknown: "whose number of tasks is unknown",
} as const;

function exclusions(excluded: readonly Excluded[]): readonly string[] {
  return (["failures", "tasks", "unknown"] as const).flatMap((why) => {
    const times = excluded.filter((each) => each.excluded === why).map(({ time }) => time);
    if (times.length === 0) return [];
    const shown = times.slice(0, 3).map((time) => isoMinute(time));
    const more = times.length > 3 ? ` and ${times.length - 3} more` : "";
    return [`${times.length} period(s) ${WHY[why]} are left out: ${shown.join(", ")}${more}`];
  });
}
