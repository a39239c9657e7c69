import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Severity } from "../policy/burn-rate.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";
import type { Slo } from "../policy/service.ts";
import { alarm } from "./alarm.ts";
import { type Fleet, running } from "./capacity-metrics.ts";
import { Dashboard } from "./dashboard.ts";
import type { Notifications } from "./notifications.ts";
import type { ServiceAlarms } from "./service-alarms.ts";
import type { Target } from "./target.ts";

export interface ObservabilityArgs {
  readonly region: string;
  readonly slos: readonly Slo[];
  readonly target: Target;
  readonly fleet: Fleet;
  readonly controls: ScalingControls;
  readonly alarms: ServiceAlarms;
  /** Where its alarm is heard; without, there is none. */
  readonly topics: Pick<Notifications, Severity> | undefined;
}

/** What is seen of a running service: its dashboard, and an alarm when scaling has nothing left to give. */
export class Observability extends pulumi.ComponentResource {
  /** Where the plan leaves something to scale, as a count that is fixed is always at its end, and somebody hears. */
  readonly ceiling: aws.cloudwatch.MetricAlarm | undefined;
  readonly dashboard: Dashboard;

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Observability", name, {}, opts);
    const { min, max } = args.controls;
    const { topics } = args;
    this.ceiling = min < max && topics !== undefined ? ceiling(this, name, { ...args, topics }) : undefined;
    this.dashboard = new Dashboard(name, { ...args, ceiling: this.ceiling }, { parent: this });
    this.registerOutputs({});
  }
}

function ceiling(
  parent: Observability,
  name: string,
  { fleet, controls, topics }: ObservabilityArgs & { readonly topics: Pick<Notifications, Severity> },
): aws.cloudwatch.MetricAlarm {
  return alarm(
    `${name}-ceiling`,
    {
      description: `All ${controls.max} ${fleet.kind}s that bounds.max allows have run for a quarter of an hour`,
      queries: [{ id: "running", metric: running(fleet) }],
      period: 60,
      evaluationPeriods: 15,
      comparison: "GreaterThanOrEqualToThreshold",
      threshold: controls.max,
      treatMissingData: "notBreaching",
      actions: [topics.ticket.arn],
    },
    parent,
  );
}
