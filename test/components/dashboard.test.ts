import { expect } from "chai";
import type { Registration } from "../../adapters/offline-preview.ts";
import type { Fleet } from "../../components/capacity-metrics.ts";
import { dashboardPages } from "../../components/dashboard.ts";
import type { Widget } from "../../components/service-widgets.ts";
import { asked, later, ofType } from "../support/deploy.ts";
import { evaluated } from "../support/metric-math.ts";
import { INSTANCES, observed, TASKS } from "../support/observed.ts";

function widgets(registered: readonly Registration[]): readonly Widget[] {
  const body = JSON.parse(String(asked(registered, "cart-dashboard").dashboardBody)) as { widgets: Widget[] };
  return body.widgets;
}

interface Drawn {
  readonly metrics: readonly (readonly unknown[])[];
  readonly annotations: {
    readonly horizontal: readonly { readonly label: string; readonly value: number }[];
  };
}

const titled = (all: readonly Widget[], title: RegExp) => {
  const found = all.filter(({ properties }) => title.test(properties.title));
  expect(found, String(title)).to.have.length(1);
  return found[0]!.properties as unknown as Drawn;
};

describe("the dashboard of a service", () => {
  let ecs: readonly Registration[];
  before(async () => {
    ecs = await observed(TASKS);
  });

  it("names only resources of the stack, in metrics that AWS publishes of them (rows 71, 72)", async () => {
    for (const registered of [ecs, await observed(INSTANCES)]) {
      const names = new Set(registered.map(({ name }) => name));
      for (const { properties } of widgets(registered)) {
        for (const arn of properties.alarms ?? [])
          expect(names).to.include(/\{(.+)\.arn\}/.exec(String(arn))![1]);
        for (const metric of (properties.metrics ?? []) as readonly unknown[][]) {
          if (metric.length === 1) continue; // an expression
          const [namespace, metricName, ...rest] = metric as string[];
          expect(PUBLISHED[namespace!], namespace).to.include(metricName);
          const values = rest.slice(0, -1).filter((_, i) => i % 2 === 1);
          for (const value of values) {
            const owner = /^\$\{(.+)\.arnSuffix\}$/.exec(value)?.[1];
            if (owner === undefined) expect(["shop", "cart", "web-group"]).to.include(value);
            else expect(names).to.include(owner);
          }
        }
      }
    }
  });

  it("draws expressions over series that it has itself", () => {
    for (const { properties } of widgets(ecs)) {
      const series = (properties.metrics ?? []) as readonly (readonly (
        | string
        | { id: string; expression?: string }
      )[])[];
      const ids = new Set(series.map((each) => (each.at(-1) as { id: string }).id));
      expect(ids.size, properties.title).to.equal(series.length);
      for (const each of series) {
        const { expression = "" } = each.at(-1) as { expression?: string };
        const used = expression.match(/\b[a-z]\w*/g) ?? [];
        for (const id of used) expect(ids, `${properties.title}: ${expression}`).to.include(id);
      }
    }
  });

  it("shows the budget left over the SLO's own window, now and over time (row 66)", () => {
    const now = titled(widgets(ecs), /^availability: budget left of 28 d$/);
    expect(now).to.deep.include({ view: "singleValue", setPeriodToTimeRange: true, start: "-P28D" });
    const metricQueries = now.metrics.map((each) => {
      const last = each.at(-1) as { id: string; expression?: string; stat: string };
      const returnData = last.id === "left";
      if (last.expression !== undefined) return { ...last, returnData };
      return { id: last.id, metric: { metricName: each[1], stat: last.stat }, returnData };
    });
    const left = (errors: number) =>
      evaluated(
        { metricQueries },
        {
          "RequestCount Sum": 1_000_000,
          "TargetResponseTime SampleCount": 1_000_000,
          "HTTPCode_Target_5XX_Count Sum": errors,
        },
      );
    expect([0, 250, 1000, 2000].map((errors) => Number(left(errors).toFixed(6)))).to.deep.equal([
      100, 75, 0, -100,
    ]);
    const curve = titled(widgets(ecs), /^availability: 99\.9 % over 28 d$/);
    expect(JSON.stringify(curve.metrics)).to.include("RUNNING_SUM(bad) / RUNNING_SUM(total)");
    expect(titled(widgets(ecs), /^availability: burn rate$/).annotations.horizontal[0]).to.deep.equal({
      label: "page-fast",
      value: 14.4,
    });
  });

  it("shows capacity between the plan's bounds and floors, what is left, and what scaling does (row 75)", async () => {
    const tasks = titled(widgets(ecs), /^tasks$/);
    expect(tasks.annotations.horizontal).to.deep.equal([
      { label: "min", value: 3 },
      { label: "max", value: 40 },
      { label: "highest scheduled floor", value: 9 },
    ]);
    expect(JSON.stringify(tasks.metrics)).to.include("40 - running").and.include("DesiredTaskCount");
    expect(JSON.stringify(titled(widgets(ecs), /^Scaling: tasks/).metrics)).to.include("DIFF(count)");
    expect(titled(widgets(ecs), /for each target$/).annotations.horizontal).to.deep.equal([
      { label: "load: setpoint", value: 390 }, // 6.5 a second, as the metric is by the minute
    ]);
    const { value } = titled(widgets(ecs), /^CPU and memory/).annotations.horizontal[0]!;
    expect(value).to.be.closeTo(55, 1e-9);
    const instances = widgets(await observed(INSTANCES));
    expect(JSON.stringify(titled(instances, /^instances$/).metrics)).to.include("GroupDesiredCapacity");
    const unseen = widgets(await observed({ ...TASKS, insights: false } as Fleet));
    expect(JSON.stringify(titled(unseen, /^tasks$/).metrics)).to.not.include("ContainerInsights");
  });

  it("holds the latency's percentiles against its threshold, and shows the state of every alarm that acts", () => {
    const latency = titled(widgets(ecs), /^Response time/);
    expect(latency.metrics.map((each) => (each.at(-1) as { stat: string }).stat)).to.deep.equal([
      ...["p50", "p90", "p99.5", "p99"],
    ]);
    expect(latency.annotations.horizontal).to.deep.equal([{ label: "latency", value: 1 }]);
    const acting = ofType(ecs, "aws:cloudwatch/metricAlarm:MetricAlarm")
      .concat(ofType(ecs, "aws:cloudwatch/compositeAlarm:CompositeAlarm"))
      .filter(({ name, inputs }) => name.startsWith("cart") && inputs.alarmActions !== undefined);
    const [states] = widgets(ecs);
    expect(new Set(states!.properties.alarms)).to.deep.equal(
      new Set(acting.map(({ name }) => later(`${name}.arn`))),
    );
  });

  it("CW-29: takes as many dashboards as 500 widgets or 2,500 metrics each make", () => {
    const widget = (metrics: number): Widget => ({
      ...{ type: "metric", width: 8, height: 6 },
      properties: { title: "", metrics: Array.from({ length: metrics }, () => []) },
    });
    const pages = (count: number, metrics: number) =>
      dashboardPages(Array.from({ length: count }, () => widget(metrics))).map(({ length }) => length);
    expect(pages(500, 5)).to.deep.equal([500]);
    expect(pages(501, 1)).to.deep.equal([500, 1]);
    expect(pages(26, 100)).to.deep.equal([25, 1]);
  });
});

/** By namespace, of what AWS's user guides list. */
const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
  "AWS/ApplicationELB": [
    ...["RequestCount", "RequestCountPerTarget", "TargetResponseTime", "TargetConnectionErrorCount"],
    ...["HTTPCode_Target_5XX_Count", "HTTPCode_Target_4XX_Count", "HTTPCode_ELB_5XX_Count"],
  ],
  "AWS/ECS": ["CPUUtilization", "MemoryUtilization"],
  "AWS/EC2": ["CPUUtilization"],
  "AWS/AutoScaling": ["GroupInServiceInstances", "GroupDesiredCapacity"],
  "ECS/ContainerInsights": ["DesiredTaskCount"],
};
