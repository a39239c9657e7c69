import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { jsonText } from "./json-text.ts";
import type { ObservabilityArgs } from "./observability.ts";
import { serviceWidgets, type Widget } from "./service-widgets.ts";

export interface DashboardArgs extends ObservabilityArgs {
  readonly ceiling: aws.cloudwatch.MetricAlarm | undefined;
}

/** A service on one page: its promises and what is left of their budgets, its traffic, and its capacity against the plan. */
export class Dashboard extends pulumi.ComponentResource {
  readonly pages: readonly aws.cloudwatch.Dashboard[];

  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Dashboard", name, {}, opts);
    const pages = dashboardPages(serviceWidgets(args));
    this.pages = pages.map((widgets, i) => {
      const page = pages.length === 1 ? name : `${name}-${i + 1}`;
      return new aws.cloudwatch.Dashboard(
        `${page}-dashboard`,
        {
          // A dashboard has no identity but its name; stacks of one account must not share it.
          dashboardName: `${pulumi.getProject()}-${pulumi.getStack()}-${page}`,
          dashboardBody: jsonText({ start: "-PT6H", periodOverride: "inherit", widgets }),
        },
        { parent: this },
      );
    });
    this.registerOutputs({});
  }
}

/** What one dashboard holds at most (CloudWatch service quotas). */
const MOST_WIDGETS = 500;
const MOST_METRICS = 2500;

/** CW-29: as few dashboards as hold all widgets. */
export function dashboardPages(widgets: readonly Widget[]): readonly (readonly Widget[])[] {
  const pages: Widget[][] = [[]];
  let metrics = 0;
  for (const widget of widgets) {
    const count = widget.properties.metrics?.length ?? 0;
    if (pages.at(-1)!.length === MOST_WIDGETS || metrics + count > MOST_METRICS) {
      pages.push([]);
      metrics = 0;
    }
    pages.at(-1)!.push(widget);
    metrics += count;
  }
  return pages;
}
