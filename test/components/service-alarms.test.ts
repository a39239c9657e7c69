import { expect } from "chai";
import type { Registration } from "../../adapters/offline-preview.ts";
import { alarm } from "../../components/alarm.ts";
import { alarmWarnings } from "../../components/alarm-warnings.ts";
import type { Fleet } from "../../components/capacity-metrics.ts";
import { EntryAlarms } from "../../components/entry-alarms.ts";
import { Notifications } from "../../components/notifications.ts";
import { asked, CONTROLS, DEV, deploy, foundation, later, refusal } from "../support/deploy.ts";
import { evaluated } from "../support/metric-math.ts";
import { certificateArn, INSTANCES, observed, region, slos, TASKS } from "../support/observed.ts";

const window = 28 * 86_400;

describe("alarms of a service", () => {
  let ecs: readonly Registration[];
  before(async () => {
    ecs = await observed(TASKS);
  });

  it("CloudWatch.15, CloudWatch.17: every alarm acts, by itself or by its composite, and none is switched off", () => {
    const all = ecs.filter(({ type }) => /^aws:cloudwatch\/(metric|composite)Alarm/.test(type));
    const rules = all.map(({ inputs }) => String(inputs.alarmRule ?? "")).join();
    const silent = all.filter(({ inputs }) => inputs.alarmActions === undefined).map(({ name }) => name);
    expect(silent).to.have.length(16); // two windows of eight burn rates
    for (const name of silent) expect(rules).to.include(`ALARM("${later(`${name}.name`)}")`);
    expect(all.filter(({ inputs }) => "actionsEnabled" in inputs)).to.deep.equal([]);
    expect(all).to.have.length(16 + 4 + 2 + 4 + 1 + 2); // windows, composites, rollbacks, plain, ceiling, entry
  });

  it("CW-26: no composite alarm starts a scaling policy", () => {
    const composites = ecs.filter(({ type }) => type === "aws:cloudwatch/compositeAlarm:CompositeAlarm");
    const acts = composites.flatMap(({ inputs }) => inputs.alarmActions as string[]);
    expect(new Set(acts)).to.deep.equal(new Set([later("notify-page.arn"), later("notify-ticket.arn")]));
  });

  it("R-8: silence of traffic is good, of a heartbeat bad, and of an expired certificate changes nothing", () => {
    const treated = (name: string) => asked(ecs, name).treatMissingData;
    expect(treated("cart-5xx")).to.equal("notBreaching");
    expect(treated("cart-latency-slow")).to.equal("notBreaching");
    expect(treated("cart-heartbeat")).to.equal("breaching");
    expect(treated("entry-alarms-certificate")).to.equal("ignore");
  });

  it("watches 5xx, the promised percentile against its threshold, and healthy targets (rows 73, 74)", () => {
    expect(asked(ecs, "cart-latency-slow")).to.deep.include({
      metricName: "TargetResponseTime",
      extendedStatistic: "p99.5",
      threshold: 1,
      period: 60,
      evaluationPeriods: 5,
      evaluateLowSampleCountPercentiles: "ignore",
      alarmActions: [later("notify-ticket.arn")],
    });
    const errors = asked(ecs, "cart-5xx");
    expect(errors.threshold).to.be.closeTo(14.4 * 0.001, 1e-9);
    const share = (errors5xx: number) =>
      evaluated(errors, { "RequestCount Sum": 500, "HTTPCode_Target_5XX_Count Sum": errors5xx });
    expect(share(10)).to.equal(0.02);
    expect(share(9), "too few to mean anything").to.equal(0);
    expect(asked(ecs, "cart-heartbeat")).to.deep.include({
      metricName: "HealthyHostCount",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      alarmActions: [later("notify-page.arn")],
    });
    expect(asked(ecs, "cart-unhealthy")).to.deep.include({ metricName: "UnHealthyHostCount", threshold: 0 });
  });

  it("LB-12: names a redirect as the probable cause where targets stay unhealthy", () => {
    for (const name of ["cart-unhealthy", "cart-heartbeat"])
      expect(asked(ecs, name).alarmDescription).to.match(
        /health path .* redirect: .* answers 200, .* health\.matcher$/,
      );
  });

  it("expects no heartbeat of what stops by night", async () => {
    const names = (await observed(INSTANCES, false)).map(({ name }) => name);
    expect(names).to.include("cart-unhealthy").and.not.include("cart-heartbeat");
  });

  it("ACM.1: warns 30 days before the certificate ends, and where there is none, of none", async () => {
    expect(asked(ecs, "entry-alarms-certificate")).to.deep.include({
      namespace: "AWS/CertificateManager",
      metricName: "DaysToExpiry",
      dimensions: { CertificateArn: certificateArn },
      comparisonOperator: "LessThanThreshold",
      threshold: 30,
    });
    const plain = await deploy(() => {
      const { loadBalancer } = foundation(DEV, "task");
      const topics = new Notifications("notify", {
        ...{ region, notify: { page: [], ticket: [] }, key: undefined, logRetention: 14 },
      });
      new EntryAlarms("entry-alarms", { loadBalancer, certificateArn: undefined, slos, topics });
    });
    expect(plain.map(({ name }) => name)).to.not.include("entry-alarms-certificate");
  });

  it("pages when the balancer itself fails requests, those that it counts nowhere else among them (row 74)", () => {
    const entry = asked(ecs, "entry-alarms-5xx");
    const share = (requests: number | undefined, errors: number | undefined) =>
      evaluated(entry, { "RequestCount Sum": requests, "HTTPCode_ELB_5XX_Count Sum": errors });
    expect(share(980, 20)).to.equal(0.02);
    expect(share(undefined, 20)).to.equal(1); // no target at all
    expect(entry.alarmActions).to.deep.equal([later("notify-page.arn")]);
  });

  it("tells when all that the bounds allow has run for a while: tasks by their samples, instances by their group", async () => {
    expect(asked(ecs, "cart-ceiling")).to.deep.include({
      ...{ namespace: "AWS/ECS", metricName: "CPUUtilization", statistic: "SampleCount" },
      ...{ threshold: CONTROLS.max, evaluationPeriods: 15 },
      dimensions: { ClusterName: "shop", ServiceName: "cart" },
    });
    expect(asked(await observed(INSTANCES), "cart-ceiling")).to.deep.include({
      ...{ namespace: "AWS/AutoScaling", metricName: "GroupInServiceInstances", statistic: "Maximum" },
      threshold: CONTROLS.max,
    });
  });

  it("tells nothing of a count that is fixed, which is always at its end", async () => {
    const single: Fleet = { kind: "single", instanceId: "web-group" };
    const names = (await observed(single, true, { ...CONTROLS, min: 1, max: 1 })).map(({ name }) => name);
    expect(names).to.include("cart-dashboard").and.not.include("cart-ceiling");
  });

  it("CW-24, CW-28: refuses an alarm of a user's own before AWS does", async () => {
    const metric = { namespace: "Shop", metricName: "Orders", dimensions: {}, stat: "p999" };
    const own = () => {
      const { loadBalancer } = foundation(DEV, "task");
      const shape = { period: 45, evaluationPeriods: 1, threshold: 1, treatMissingData: "missing" } as const;
      const queries = [{ id: "1a", metric }];
      const told = { description: "", comparison: "LessThanThreshold", actions: [] } as const;
      alarm("orders", { ...shape, ...told, queries }, loadBalancer);
    };
    const said = (await refusal(own)).split("\n");
    expect(said.map((line) => /: (\w+) is/.exec(line)![1])).to.deep.equal([
      ...["period", "statistic", "alarmActions", "id"],
    ]);
  });
});

describe("alarmWarnings", () => {
  const service = (name: string, objective: number, peak: number) => {
    const slo = { kind: "availability", name: "availability", objective, window } as const;
    return { name, slos: [slo], demand: { kind: "peak", peak, growth: 0 } as const };
  };

  it("names alerts that can never fire, for the objective or for want of traffic (rows 68, 69)", () => {
    expect(alarmWarnings([service("cart", 0.999, 100)])).to.deep.equal([]);
    expect(alarmWarnings([service("cart", 0.9, 100)])[0]).to.match(
      /^services\.cart: availability: page-fast can never fire/,
    );
    expect(alarmWarnings([service("cart", 0.999, 0.0005)])[0]).to.match(/page-fast is left out/);
  });

  it("CW-27: states how long many alarms take to make", () => {
    const many = Array.from({ length: 20 }, (_, i) => service(`s${i}`, 0.999, 100));
    expect(alarmWarnings(many)).to.deep.equal([
      "280 alarms or fewer: CloudWatch takes 3 a second, so the first deployment waits some 94 s for them",
    ]);
  });
});
