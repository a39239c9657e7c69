import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type BurnAlert, burnAlerts, leastBad, type Severity } from "../policy/burn-rate.ts";
import type { Slo } from "../policy/service.ts";
import { percent } from "../policy/words.ts";
import { alarm, type Query } from "./alarm.ts";
import type { Notifications } from "./notifications.ts";
import { burnRate, sli } from "./sli.ts";
import type { Target } from "./target.ts";

export interface SloAlarmsArgs {
  readonly slo: Slo;
  readonly target: Target;
  readonly topics: Pick<Notifications, Severity>;
  /** Requests per second expected on average; a service with few gets alarms that a single failure does not set off. */
  readonly rate?: number;
}

/**
 * Alarms on how fast an SLO's budget burns. CloudWatch has one period for an alarm's metrics, so each alert is two metric
 * alarms, over its long and its short window, and a composite that acts when both are on.
 */
export class SloAlarms extends pulumi.ComponentResource {
  /** The alerts, the soonest to fire first. */
  readonly alerts: readonly aws.cloudwatch.CompositeAlarm[];
  /**
   * On within minutes when a release burns the budget. A plain metric alarm on a short window: AWS documents no composite
   * alarms for rollbacks, and ECS watches a release for as long as the alarm looks back.
   */
  readonly rollback: aws.cloudwatch.MetricAlarm | undefined;

  constructor(name: string, args: SloAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:SloAlarms", name, {}, opts);
    const { slo, target, topics, rate } = args;
    const { alerts } = burnAlerts(slo, rate);
    const counted = sli(slo, target);
    this.alerts = alerts.map((alert) => burnAlarm(this, name, slo, counted, alert, topics));
    const [soonest] = alerts;
    this.rollback =
      soonest &&
      windowAlarm(`${name}-rollback`, this, slo, counted, {
        factor: soonest.factor,
        window: soonest.short,
        leastBad: leastBad(rate ?? Number.POSITIVE_INFINITY, soonest.short),
        actions: [topics.ticket.arn],
      });
    this.registerOutputs({});
  }
}

function burnAlarm(
  parent: SloAlarms,
  name: string,
  slo: Slo,
  counted: readonly Query[],
  alert: BurnAlert,
  topics: SloAlarmsArgs["topics"],
): aws.cloudwatch.CompositeAlarm {
  const over = (length: "long" | "short", leastBad: number) =>
    windowAlarm(`${name}-${alert.name}-${length}`, parent, slo, counted, {
      factor: alert.factor,
      window: alert[length],
      leastBad,
      actions: "composite",
    });
  // The long window holds enough to mean something; the short one only shows that it goes on.
  const [long, short] = [over("long", alert.leastBad), over("short", 1)];
  const topic = topics[alert.severity].arn;
  return new aws.cloudwatch.CompositeAlarm(
    `${name}-${alert.name}`,
    {
      alarmName: pulumi.interpolate`${long.name}-and-short`,
      alarmDescription: description(slo, alert.factor, alert.long),
      alarmRule: pulumi.interpolate`ALARM("${long.name}") AND ALARM("${short.name}")`,
      alarmActions: [topic],
      okActions: [topic],
    },
    { parent },
  );
}

function windowAlarm(
  name: string,
  parent: SloAlarms,
  slo: Slo,
  counted: readonly Query[],
  {
    factor,
    window,
    leastBad,
    actions,
  }: {
    readonly factor: number;
    readonly window: number;
    readonly leastBad: number;
    readonly actions: "composite" | readonly pulumi.Input<string>[];
  },
): aws.cloudwatch.MetricAlarm {
  return alarm(
    name,
    {
      description: description(slo, factor, window),
      queries: [...counted, burnRate(slo, leastBad)],
      period: window,
      evaluationPeriods: 1,
      comparison: "GreaterThanOrEqualToThreshold",
      threshold: Number(factor.toFixed(6)),
      treatMissingData: "notBreaching", // no traffic is no fault
      actions,
    },
    parent,
  );
}

function description(slo: Slo, factor: number, window: number): string {
  const promise = slo.kind === "latency" ? `succeed within ${slo.threshold} s` : "succeed";
  return `${percent(slo.objective)} of the requests of ${slo.window / 86_400} d ${promise}: the budget burns ${Number(factor.toFixed(2))} times too fast over ${window / 60} min`;
}
