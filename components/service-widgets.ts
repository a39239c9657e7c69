import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { burnAlerts } from "../policy/burn-rate.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";
import type { Slo } from "../policy/service.ts";
import { percent } from "../policy/words.ts";
import type { Query } from "./alarm.ts";
import { cpu, desired, type Fleet, memory, running } from "./capacity-metrics.ts";
import type { DashboardArgs } from "./dashboard.ts";
import { percentile } from "./service-alarms.ts";
import { ofGroups, plain, sli } from "./sli.ts";

/** A CloudWatch widget (CloudWatch API reference, "Dashboard body structure and syntax"). */
export interface Widget {
  readonly type: "metric" | "alarm";
  /** Of the 24 columns of a dashboard; CloudWatch fills row by row. */
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly metrics?: readonly unknown[];
    readonly alarms?: readonly pulumi.Input<string>[];
    readonly [property: string]: unknown;
  };
}

/** The widgets of one service, from what its users get to what it runs on. */
export function serviceWidgets(args: DashboardArgs): readonly Widget[] {
  const { slos, region } = args;
  return [
    alarmStates(args),
    ...slos.flatMap((slo) => [budgetLeft(slo, args), budgetOverTime(slo, args), burning(slo, args)]),
    traffic(args),
    latency(args),
    errors(args),
    capacity(args.fleet, args.controls, region),
    scalingActivity(args.fleet, region),
    loadPerTarget(args),
    utilization(args.fleet, args.controls, region),
  ];
}

const MINUTE = 60;
const HOUR = 3600;

/** State of everything that can wake somebody, children of composites left out. */
function alarmStates({ alarms, ceiling }: DashboardArgs): Widget {
  const all: readonly (aws.cloudwatch.CompositeAlarm | aws.cloudwatch.MetricAlarm)[] = [
    ...alarms.slos.flatMap(({ alerts, rollback }) => [...alerts, ...(rollback ? [rollback] : [])]),
    ...alarms.plain,
    ...(ceiling ? [ceiling] : []),
  ];
  const properties = { title: "Alarms", alarms: all.map(({ arn }) => arn) };
  return { type: "alarm", width: 24, height: 3, properties };
}

/** 100 % at the start of an SLO's window, 0 % once its budget is spent. */
function left(slo: Slo, bad: string, total: string): string {
  return `100 * (1 - ${bad} / ${total} / ${plain(1 - slo.objective)})`;
}

function budgetLeft(slo: Slo, { target, region }: DashboardArgs): Widget {
  const days = slo.window / 86_400;
  return graph(`${slo.name}: budget left of ${days} d`, region, {
    width: 4,
    queries: [...sli(slo, target), { id: "left", expression: left(slo, "bad", "total"), label: "% left" }],
    shown: ["left"],
    view: "singleValue",
    setPeriodToTimeRange: true,
    start: `-P${days}D`,
    end: "P0D",
  });
}

function budgetOverTime(slo: Slo, { target, region }: DashboardArgs): Widget {
  const days = slo.window / 86_400;
  const spent = left(slo, "RUNNING_SUM(bad)", "RUNNING_SUM(total)");
  return graph(`${slo.name}: ${percent(slo.objective)} over ${days} d`, region, {
    width: 10,
    queries: [...sli(slo, target), { id: "left", expression: spent, label: "% of the budget left" }],
    shown: ["left"],
    period: HOUR,
    start: `-P${days}D`,
    end: "P0D",
    lines: [{ label: "spent", value: 0 }],
  });
}

function burning(slo: Slo, { target, region }: DashboardArgs): Widget {
  const burn = { id: "burn", expression: `bad / total / ${plain(1 - slo.objective)}`, label: "burn rate" };
  return graph(`${slo.name}: burn rate`, region, {
    width: 10,
    queries: [...sli(slo, target), burn],
    shown: ["burn"],
    period: 5 * MINUTE,
    lines: burnAlerts(slo).alerts.map(({ name, factor }) => ({
      label: name,
      value: Number(factor.toFixed(2)),
    })),
  });
}

function traffic({ target, region }: DashboardArgs): Widget {
  return graph("Requests a minute", region, {
    queries: ofGroups("requests", "RequestCount", "Sum", target),
  });
}

function latency({ slos, target, region }: DashboardArgs): Widget {
  const promised = slos.flatMap((slo) => (slo.kind === "latency" ? [slo] : []));
  const stats = new Set(["p50", "p90", ...promised.map(({ objective }) => percentile(objective)), "p99"]);
  return graph("Response time, seconds", region, {
    queries: [...stats].flatMap((stat, i) => ofGroups(`time${i}`, "TargetResponseTime", stat, target)),
    shown: [...stats].map((_, i) => `time${i}`),
    lines: promised.map(({ name, threshold }) => ({ label: name, value: threshold })),
  });
}

function errors({ target, region }: DashboardArgs): Widget {
  const codes = ["HTTPCode_Target_5XX_Count", "HTTPCode_Target_4XX_Count", "TargetConnectionErrorCount"];
  return graph("Errors a minute", region, {
    queries: codes.flatMap((code, i) => ofGroups(`errors${i}`, code, "Sum", target)),
    shown: codes.map((_, i) => `errors${i}`),
  });
}

/** What runs and what is asked for, between the plan's bounds and its scheduled floors. */
function capacity(fleet: Fleet, { min, max, schedule }: ScalingControls, region: string): Widget {
  const wanted = desired(fleet);
  const floors = schedule.flatMap((action) => (action.min === undefined ? [] : [action.min]));
  const free = { id: "free", expression: `${max} - running`, label: "left to scale" };
  return graph(`${fleet.kind}s`, region, {
    queries: [
      { id: "running", metric: running(fleet) },
      ...(wanted === undefined ? [] : [{ id: "desired", metric: wanted }]),
      free,
    ],
    lines: [
      { label: "min", value: min },
      { label: "max", value: max },
      ...(floors.length === 0 ? [] : [{ label: "highest scheduled floor", value: Math.max(...floors) }]),
    ],
  });
}

function scalingActivity(fleet: Fleet, region: string): Widget {
  const metric = desired(fleet) ?? running(fleet);
  return graph(`Scaling: ${fleet.kind}s added and removed`, region, {
    queries: [
      { id: "count", metric },
      { id: "change", expression: "DIFF(count)", label: "change" },
    ],
    shown: ["change"],
  });
}

/** Load on each target against what the plan holds it at; the gap is the headroom. */
function loadPerTarget({ target, controls, region }: DashboardArgs): Widget {
  const setpoints = controls.tracking.filter(({ metric }) => metric === "requestRatePerTask");
  return graph("Requests a minute for each target", region, {
    queries: ofGroups("load", "RequestCountPerTarget", "Sum", target),
    lines: setpoints.map(({ name, setpoint }) => ({ label: `${name}: setpoint`, value: MINUTE * setpoint })),
  });
}

function utilization(fleet: Fleet, { tracking }: ScalingControls, region: string): Widget {
  const used = memory(fleet);
  const setpoints = tracking.filter(({ metric }) => metric === "cpuUtilization");
  return graph(used === undefined ? "CPU, %" : "CPU and memory, %", region, {
    queries: [
      { id: "cpu", metric: cpu(fleet) },
      ...(used === undefined ? [] : [{ id: "memory", metric: used }]),
    ],
    lines: setpoints.map(({ name, setpoint }) => ({ label: `${name}: setpoint`, value: 100 * setpoint })),
  });
}

interface Graph {
  readonly queries: readonly (Query & { readonly label?: string })[];
  /** Ids of what is drawn; all if undefined. */
  readonly shown?: readonly string[];
  readonly width?: number;
  /** Seconds. */
  readonly period?: number;
  readonly view?: "timeSeries" | "singleValue";
  readonly lines?: readonly { readonly label: string; readonly value: number }[];
  readonly start?: string;
  readonly end?: string;
  readonly setPeriodToTimeRange?: boolean;
}

function graph(title: string, region: string, drawn: Graph): Widget {
  const { queries, shown, width = 8, period = MINUTE, view = "timeSeries", lines = [], ...range } = drawn;
  const metrics = queries.map((query) => {
    const { id } = query;
    const visible = shown === undefined || shown.includes(id);
    const label = query.label === undefined ? {} : { label: query.label };
    if ("expression" in query) return [{ expression: query.expression, id, visible, ...label }];
    const { namespace, metricName, dimensions, stat } = query.metric;
    return [namespace, metricName, ...Object.entries(dimensions).flat(), { id, stat, visible, ...label }];
  });
  const annotations = lines.length === 0 ? {} : { annotations: { horizontal: lines } };
  const properties = { title, region, view, period, metrics, ...annotations, ...range };
  return { type: "metric", width, height: 6, properties };
}
