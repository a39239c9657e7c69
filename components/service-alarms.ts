import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { alarmingShare, type Severity, SIGNIFICANT } from "../policy/burn-rate.ts";
import type { Slo } from "../policy/service.ts";
import { type AlarmArgs, alarm } from "./alarm.ts";
import type { Notifications } from "./notifications.ts";
import { ofGroups } from "./sli.ts";
import { SloAlarms } from "./slo-alarms.ts";
import type { Target } from "./target.ts";

export interface ServiceAlarmsArgs {
  readonly slos: readonly Slo[];
  readonly target: Target;
  /** Where alarms are heard; without, there are only those that releases roll back on. */
  readonly topics: Pick<Notifications, Severity> | undefined;
  /** Requests per second expected on average: `meanRate`. */
  readonly rate?: number;
  /** Whether targets are expected at all times: not of what stops by night. */
  readonly alwaysOn: boolean;
}

/** Alarms on what users get from a service; they need its target group alone, so that a release can roll back on them. */
export class ServiceAlarms extends pulumi.ComponentResource {
  readonly slos: readonly SloAlarms[];
  readonly plain: readonly aws.cloudwatch.MetricAlarm[];
  /** Names of the alarms that a release rolls back on. */
  readonly rollbackAlarms: readonly pulumi.Output<string>[];
  /** Seconds that the longest of them looks back; nothing, where there are none. */
  readonly rollbackWindow: number | undefined;

  constructor(name: string, args: ServiceAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:ServiceAlarms", name, {}, opts);
    const { slos, target, topics, rate } = args;
    const known = rate === undefined ? {} : { rate };
    this.slos = slos.map(
      (slo) => new SloAlarms(`${name}-${slo.name}`, { slo, target, topics, ...known }, { parent: this }),
    );
    this.plain = topics === undefined ? [] : plainAlarms(this, name, { ...args, topics });
    this.rollbackAlarms = this.slos.flatMap(({ rollback }) =>
      rollback === undefined ? [] : [rollback.name],
    );
    const windows = this.slos.flatMap(({ rollbackWindow = [] }) => rollbackWindow);
    this.rollbackWindow = windows.length === 0 ? undefined : Math.max(...windows);
    this.registerOutputs({ rollbackAlarms: this.rollbackAlarms });
  }
}

type Heard = ServiceAlarmsArgs & { readonly topics: Pick<Notifications, Severity> };

function plainAlarms(
  parent: pulumi.Resource,
  name: string,
  heard: Heard,
): readonly aws.cloudwatch.MetricAlarm[] {
  return [
    errors(parent, name, heard),
    unhealthy(parent, name, heard),
    ...(heard.alwaysOn ? [heartbeat(parent, name, heard)] : []),
    ...heard.slos.flatMap((slo) => (slo.kind === "latency" ? [slow(parent, name, slo, heard)] : [])),
  ];
}

/** Five minutes, one by one. */
const FIVE_MINUTES = { period: 60, evaluationPeriods: 5 } as const;

type Parts = Pick<Heard, "target" | "topics">;
/** Of an alarm that waits until the morning and takes silence for good. */
const quiet = ({ topics }: Parts) =>
  ({
    comparison: "GreaterThanThreshold",
    treatMissingData: "notBreaching",
    actions: [topics.ticket.arn],
  }) satisfies Partial<AlarmArgs>;

/** 5xx of the service's own, at a rate that burns the strictest budget as fast as its first alert. */
function errors(parent: pulumi.Resource, name: string, { slos, target, topics }: Heard) {
  const limit = Math.min(...slos.map(alarmingShare));
  return alarm(
    `${name}-5xx`,
    {
      description: `Targets answer more than ${Number((100 * limit).toFixed(3))} % of the requests with 5xx`,
      queries: [
        ...ofGroups("requests", "RequestCount", "Sum", target),
        ...ofGroups("errors", "HTTPCode_Target_5XX_Count", "Sum", target),
        { id: "share", expression: `IF(errors >= ${SIGNIFICANT}, errors / requests, 0)` },
      ],
      period: 300,
      evaluationPeriods: 1,
      threshold: limit,
      ...quiet({ target, topics }),
    },
    parent,
  );
}

/** The percentile that the SLO names, above its threshold for five minutes. */
function slow(
  parent: pulumi.Resource,
  name: string,
  slo: Extract<Slo, { kind: "latency" }>,
  { target, topics }: Heard,
) {
  const stat = percentile(slo.objective);
  return alarm(
    `${name}-${slo.name}-slow`,
    {
      description: `${stat} of the response time is above ${slo.threshold} s`,
      queries: ofGroups("slow", "TargetResponseTime", stat, target),
      ...FIVE_MINUTES,
      threshold: slo.threshold,
      ...quiet({ target, topics }),
    },
    parent,
  );
}

/** `p99.9` of 0.999; CloudWatch's percentiles have two decimals by way of the provider, so 99.999 % is p99.99. */
export function percentile(objective: number): string {
  return `p${Math.floor(objective * 10_000 + 1e-6) / 100}`;
}

/** LB-12: no preview can ask a path what it answers. */
const SUSPECT =
  "Where it began with a release, the health path probably answers a redirect: name one that answers 200, or its code in health.matcher";

function unhealthy(parent: pulumi.Resource, name: string, { target, topics }: Heard) {
  return alarm(
    `${name}-unhealthy`,
    {
      description: `A target has failed its health checks for a quarter of an hour, and nothing replaced it. ${SUSPECT}`,
      queries: ofGroups("unhealthy", "UnHealthyHostCount", "Maximum", target),
      period: 60,
      evaluationPeriods: 15,
      threshold: 0,
      ...quiet({ target, topics }),
    },
    parent,
  );
}

/** No healthy target, or no word of any: nobody is served. */
function heartbeat(parent: pulumi.Resource, name: string, { target, topics }: Heard) {
  return alarm(
    `${name}-heartbeat`,
    {
      description: `No healthy target: nobody is served. ${SUSPECT}`,
      queries: ofGroups("healthy", "HealthyHostCount", "Maximum", target),
      period: 60,
      evaluationPeriods: 3,
      comparison: "LessThanThreshold",
      threshold: 1,
      treatMissingData: "breaching",
      actions: [topics.page.arn],
    },
    parent,
  );
}
