import type { PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import type { Bag } from "../cloud.ts";
import { apiNames, nameValues } from "./api-names.ts";
import type { Clients } from "./clients.ts";
import type { Asked, Passed } from "./passed.ts";

async function putAlarm({ cloudWatch }: Clients, { inputs, outputs }: Asked) {
  const {
    name: _name,
    tags: _tags,
    dimensions,
    metricQueries,
    okActions,
    extendedStatistic,
    ...rest
  } = inputs;
  await cloudWatch.putMetricAlarm({
    AlarmName: String(outputs.name),
    Dimensions: nameValues(dimensions),
    OKActions: okActions as string[] | undefined,
    ExtendedStatistic: extendedStatistic as string | undefined,
    ...apiNames<Pick<PutMetricAlarmInput, "EvaluationPeriods" | "ComparisonOperator">>(rest),
    ...(metricQueries === undefined ? {} : { Metrics: (metricQueries as Bag[]).map(metricQuery) }),
  });
  const { MetricAlarms } = await cloudWatch.describeAlarms({ AlarmNames: [String(outputs.name)] });
  return { arn: MetricAlarms![0]!.AlarmArn };
}

/** One line of metric math: a metric, or an expression of other lines. */
function metricQuery({ metric, ...rest }: Bag) {
  if (metric === undefined) return apiNames<{ Id: string }>(rest);
  const { dimensions, period, stat, unit, ...named } = metric as Bag;
  const measured = { ...apiNames<object>(named), Dimensions: nameValues(dimensions) };
  const MetricStat = {
    Metric: measured,
    ...apiNames<{ Period: number; Stat: string }>({ period, stat, unit }),
  };
  return { ...apiNames<{ Id: string }>(rest), MetricStat };
}

async function putDashboard({ cloudWatch }: Clients, { inputs }: Asked) {
  const { dashboardName, dashboardBody } = inputs;
  await cloudWatch.putDashboard({
    DashboardName: String(dashboardName),
    DashboardBody: String(dashboardBody),
  });
  return {};
}

/** moto has no composite alarms: those the stand-in keeps to itself. */
export const CLOUDWATCH: Readonly<Record<string, Passed>> = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    create: putAlarm,
    update: putAlarm,
    remove: ({ cloudWatch }, { outputs }) => cloudWatch.deleteAlarms({ AlarmNames: [String(outputs.name)] }),
    read: async ({ cloudWatch }, { outputs }) => {
      const { MetricAlarms } = await cloudWatch.describeAlarms({ AlarmNames: [String(outputs.name)] });
      const [found] = MetricAlarms!;
      return found && (outputs.threshold === undefined ? {} : { threshold: found.Threshold });
    },
  },
  "aws:cloudwatch/dashboard:Dashboard": {
    create: putDashboard,
    update: putDashboard,
    remove: ({ cloudWatch }, { outputs }) =>
      cloudWatch.deleteDashboards({ DashboardNames: [String(outputs.dashboardName)] }),
  },
};
