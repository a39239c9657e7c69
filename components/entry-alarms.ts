import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { alarmingShare, type Severity, SIGNIFICANT } from "../policy/burn-rate.ts";
import type { Slo } from "../policy/service.ts";
import { alarm } from "./alarm.ts";
import type { LoadBalancer } from "./load-balancer.ts";
import type { Notifications } from "./notifications.ts";
import { balancerMetric } from "./sli.ts";

export interface EntryAlarmsArgs {
  readonly loadBalancer: Pick<LoadBalancer, "balancer">;
  readonly certificateArn: pulumi.Input<string> | undefined;
  /** Of all services behind it. */
  readonly slos: readonly Slo[];
  readonly topics: Pick<Notifications, Severity>;
}

/** Days: ACM renews 60 days before the end, so by now it has tried for a month (ACM.1). */
const EXPIRY = 30;

/** Alarms on what all services share: the balancer's own errors, and its certificate. */
export class EntryAlarms extends pulumi.ComponentResource {
  readonly errors: aws.cloudwatch.MetricAlarm;
  readonly certificate: aws.cloudwatch.MetricAlarm | undefined;

  constructor(name: string, args: EntryAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:EntryAlarms", name, {}, opts);
    this.errors = errors(this, name, args);
    const { certificateArn, topics } = args;
    this.certificate =
      certificateArn === undefined ? undefined : expiry(this, name, certificateArn, topics.ticket.arn);
    this.registerOutputs({});
  }
}

/** Also what reaches no service at all: the balancer counts no request that it found no target for. */
function errors(
  parent: pulumi.Resource,
  name: string,
  { loadBalancer, slos, topics }: EntryAlarmsArgs,
): aws.cloudwatch.MetricAlarm {
  const limit = Math.min(...slos.map(alarmingShare));
  const sum = (metricName: string) => ({ ...balancerMetric(metricName, loadBalancer), stat: "Sum" });
  return alarm(
    `${name}-5xx`,
    {
      description: `The balancer itself answers more than ${Number((100 * limit).toFixed(3))} % of the requests with 5xx`,
      queries: [
        { id: "requests", metric: sum("RequestCount") },
        { id: "errors", metric: sum("HTTPCode_ELB_5XX_Count") },
        {
          id: "share",
          expression: `IF(errors >= ${SIGNIFICANT}, errors / (FILL(requests, 0) + errors), 0)`,
        },
      ],
      period: 300,
      evaluationPeriods: 1,
      comparison: "GreaterThanThreshold",
      threshold: limit,
      treatMissingData: "notBreaching",
      actions: [topics.page.arn],
    },
    parent,
  );
}

function expiry(
  parent: pulumi.Resource,
  name: string,
  certificateArn: pulumi.Input<string>,
  action: pulumi.Input<string>,
): aws.cloudwatch.MetricAlarm {
  const metric = {
    namespace: "AWS/CertificateManager",
    metricName: "DaysToExpiry",
    dimensions: { CertificateArn: certificateArn },
    stat: "Minimum",
  };
  return alarm(
    `${name}-certificate`,
    {
      description: `The certificate ends within ${EXPIRY} days and ACM has not renewed it`,
      queries: [{ id: "days", metric }],
      period: 86_400,
      evaluationPeriods: 1,
      comparison: "LessThanThreshold",
      threshold: EXPIRY,
      treatMissingData: "ignore", // none comes once it has expired: the alarm stays on
      actions: [action],
    },
    parent,
  );
}
