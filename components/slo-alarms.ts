import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type BurnAlert, burnAlerts, leastBad, type Severity } from "../policy/burn-rate.ts";
import type { Slo } from "../policy/service.ts";
import { percent } from "../policy/words.ts";
import { type AlarmArgs, alarm, type Query } from "./alarm.ts";
import type { Notifications } from "./notifications.ts";
import { burnRate, sli } from "./sli.ts";
import type { Target } from "./target.ts";

export interface SloAlarmsArgs {
  readonly slo: Slo;
  readonly target: Target;
  /** Where alarms are heard; without, there is only the one that releases roll back on. */
  readonly topics: Pick<Notifications, Severity> | undefined;
  /** Requests per second expected on average; a service with few gets alarms that a single failure does not set off. */
  readonly rate?: number;
}

/**
 * Alarms on how fast an SLO's budget burns. CloudWatch evaluates an alarm over one window, so each burn rate is two
 * metric alarms, over its long and its short one; a composite for each severity acts when both of any are on: one
 * message for an incident, however many burn rates it reaches.
 */
export class SloAlarms extends pulumi.ComponentResource {
  /** What acts: a page and a ticket, as far as they can fire. */
  readonly alerts: readonly aws.cloudwatch.CompositeAlarm[];
  /** What the alerts are made of. */
  readonly windows: readonly aws.cloudwatch.MetricAlarm[];
  /**
   * On within minutes when a release burns the budget. A plain metric alarm on a short window: AWS documents no composite
   * alarms for rollbacks, and ECS watches a release for as long as the alarm looks back.
   */
  readonly rollback: aws.cloudwatch.MetricAlarm | undefined;
  /** Seconds that it looks back. */
  readonly rollbackWindow: number | undefined;

  constructor(name: string, args: SloAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:SloAlarms", name, {}, opts);
    const { slo, target, topics, rate } = args;
    const { alerts } = burnAlerts(slo, rate);
    const counted = sli(slo, target);
    const heard = topics === undefined ? [] : alerts;
    const pairs = heard.map((alert) => ({ ...alert, ...bothWindows(this, name, slo, counted, alert) }));
    this.windows = pairs.flatMap(({ alarms }) => alarms);
    this.alerts = (["page", "ticket"] as const).flatMap((severity) => {
      const rules = pairs.filter((pair) => pair.severity === severity).map(({ rule }) => rule);
      return rules.length === 0 || topics === undefined
        ? []
        : [acting(this, `${name}-${severity}`, slo, rules, topics[severity].arn)];
    });
    const [soonest] = alerts;
    this.rollbackWindow = soonest?.short;
    this.rollback =
      soonest &&
      windowAlarm(`${name}-rollback`, this, slo, counted, {
        factor: soonest.factor,
        window: soonest.short,
        leastBad: leastBad(rate ?? Number.POSITIVE_INFINITY, soonest.short),
        actions: topics === undefined ? "release" : [topics.ticket.arn],
      });
    this.registerOutputs({});
  }
}

function bothWindows(
  parent: SloAlarms,
  name: string,
  slo: Slo,
  counted: readonly Query[],
  alert: BurnAlert,
): { readonly alarms: readonly aws.cloudwatch.MetricAlarm[]; readonly rule: pulumi.Output<string> } {
  const over = (length: "long" | "short", leastBad: number) =>
    windowAlarm(`${name}-${alert.name}-${length}`, parent, slo, counted, {
      factor: alert.factor,
      window: alert[length],
      leastBad,
      actions: "composite",
    });
  // The long window holds enough to mean something; the short one only shows that it goes on.
  const [long, short] = [over("long", alert.leastBad), over("short", 1)];
  const rule = pulumi.interpolate`(ALARM("${long.name}") AND ALARM("${short.name}"))`;
  return { alarms: [long, short], rule };
}

function acting(
  parent: SloAlarms,
  name: string,
  slo: Slo,
  rules: readonly pulumi.Output<string>[],
  topic: pulumi.Output<string>,
): aws.cloudwatch.CompositeAlarm {
  return new aws.cloudwatch.CompositeAlarm(
    name,
    {
      // Pulumi names no composite; an alarm's name is unique in its account and region.
      alarmName: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
      alarmDescription: `The error budget burns too fast: ${promise(slo)}`,
      alarmRule: pulumi.all([...rules]).apply((each) => each.join(" OR ")),
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
    readonly actions: AlarmArgs["actions"];
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
  return `${promise(slo)}: the budget burns ${Number(factor.toFixed(2))} times too fast over ${window / 60} min`;
}

function promise(slo: Slo): string {
  const good = slo.kind === "latency" ? `succeed within ${slo.threshold} s` : "succeed";
  return `${percent(slo.objective)} of the requests of ${slo.window / 86_400} d ${good}`;
}
