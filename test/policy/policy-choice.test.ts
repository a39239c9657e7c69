import { expect } from "chai";
import { awsPlan } from "../../adapters/aws-plan.ts";
import { parseAwsPlan } from "../../adapters/aws-plan-reading.ts";
import { backtest } from "../../policy/backtest.ts";
import { fights } from "../../policy/fights.ts";
import { scalingPlan } from "../../policy/plan.ts";
import type { PolicyChoice, Service } from "../../policy/service.ts";
import { CART, daily, surging } from "../support/services.ts";

const surges: Service = { ...CART, demand: { kind: "history", trace: surging(), growth: 0 } };
const calm: Service = { ...CART, demand: { kind: "history", trace: daily(2, 60), growth: 0 } };
const planned = (policies: PolicyChoice, service = surges) => scalingPlan({ ...service, policies });
const reasonOf = (plan: ReturnType<typeof planned>, of: string) =>
  plan.reasons.find((each) => each.of === of)!;

interface Policies {
  readonly ScalingPolicies: readonly Record<string, unknown>[];
  readonly Alarms: readonly Record<string, unknown>[];
}
const aws = (plan: ReturnType<typeof planned>) => awsPlan(plan) as Policies;

describe("a plan on CPU", () => {
  const plan = planned({ metric: "cpuUtilization" });
  const [tracking] = plan.controls.tracking;

  it("holds the utilization that the requests of its other plan keep the slots at, or less", () => {
    const [onRequests] = scalingPlan(surges).controls.tracking;
    const converted = (onRequests!.setpoint * 0.2) / 2; // service time ÷ slots
    expect(tracking!.metric).to.equal("cpuUtilization");
    expect(tracking!.setpoint / converted).to.be.within(0.5, 1.0001);
    expect(planned({ metric: "cpuUtilization" }, calm).controls.tracking[0]!.setpoint).to.be.within(
      0.3,
      0.97,
    );
  });

  it("keeps the SLO on its history, and its policies do not fight", () => {
    for (const service of [surges, calm]) {
      const { controls, feasibility } = planned({ metric: "cpuUtilization" }, service);
      const trace = service.demand.kind === "history" ? service.demand.trace : expect.fail();
      expect(feasibility).to.deep.equal({ possible: true });
      expect(backtest(service, controls, trace).met).to.equal(true);
      expect(fights(service, controls)).to.deep.equal([]);
    }
  });

  it("steps on CPU too, by bands that CPU can reach, the last one open", () => {
    const [surge] = plan.controls.steps;
    expect(surge!.alarm).to.include({ metric: "cpuUtilization", statistic: "Average" });
    expect(surge!.alarm.threshold).to.be.below(1);
    for (const { lower } of surge!.steps) expect(surge!.alarm.threshold + lower!).to.be.below(1);
    surge!.steps.slice(1).forEach((band, i) => {
      expect(band.lower).to.equal(surge!.steps[i]!.upper);
    });
    expect(surge!.steps.at(-1)!.upper).to.equal(null);
  });

  it("says so", () => {
    expect(reasonOf(plan, "tracking.setpoint").value).to.match(/^CPU at \d+(\.\d+)? %$/);
    expect(reasonOf(plan, "tracking.setpoint").because).to.match(/on CPU, as declared/);
    expect(reasonOf(plan, "surge").value).to.match(/^above CPU at/);
  });

  it("is asked of AWS as CPU, in percent, and read again as it was", () => {
    const { ScalingPolicies, Alarms } = aws(plan);
    expect(JSON.stringify(ScalingPolicies[0])).to.include('"ECSServiceAverageCPUUtilization"');
    expect(Alarms[0]).to.deep.include({
      MetricName: "CPUUtilization",
      Namespace: "AWS/ECS",
      Statistic: "Average",
    });
    const read = parseAwsPlan(JSON.stringify(awsPlan(plan)), "plan.json").controls;
    expect(read.tracking[0]!.setpoint).to.be.closeTo(tracking!.setpoint, 1e-9);
  });

  it("follows metrics of 20 s where declared, and says what the service must do", () => {
    const fine = planned({ metric: "cpuUtilization", highResolution: true });
    const document = JSON.stringify(awsPlan(fine));
    expect(document).to.include('"ECSServiceAverageCPUUtilizationHighResolution"');
    expect(fine.assumptions.join()).to.match(/resolutionSeconds: 20/);
    const { controls, notes } = parseAwsPlan(document, "plan.json");
    expect(controls.tracking[0]).to.include({ metric: "cpuUtilization", highResolution: true });
    expect(notes.join()).to.match(/the replay has the slower ones of 60 s/);
  });
});

describe("a plan with predictive scaling", () => {
  it("has none unless it is declared", () => {
    expect(scalingPlan(surges).controls).not.to.have.property("predictive");
    expect(JSON.stringify(awsPlan(scalingPlan(surges)))).not.to.include("Predictive");
  });

  it("forecasts at target tracking's setpoint, early by the longest start-up, beside the same other policies", () => {
    const plan = planned({ predictive: "forecastAndScale" });
    const { predictive, ...others } = plan.controls;
    expect(others).to.deep.equal(scalingPlan(surges).controls);
    expect(predictive).to.deep.equal({
      name: "forecast",
      metric: "requestRatePerTask",
      setpoint: plan.controls.tracking[0]!.setpoint,
      mode: "forecastAndScale",
      buffer: 90, // 75 s × 1.2
    });
    expect(plan.assumptions.join()).to.match(/does not publish its forecast/);
  });

  it("is asked of Application Auto Scaling in its shape, and of EC2 Auto Scaling in its own", () => {
    const { ScalingPolicies } = aws(planned({ predictive: "forecastOnly" }));
    const policy = ScalingPolicies.at(-1)!;
    const configuration = policy.PredictiveScalingPolicyConfiguration as Record<string, unknown>;
    const target = planned({ predictive: "forecastOnly" }).controls.tracking[0]!.setpoint * 60;
    expect(policy).to.include({
      PolicyName: "forecast",
      PolicyType: "PredictiveScaling",
      ServiceNamespace: "ecs",
    });
    expect(configuration).to.deep.include({
      Mode: "ForecastOnly",
      SchedulingBufferTime: 90,
      MaxCapacityBreachBehavior: "HonorMaxCapacity",
    });
    const [metric] = configuration.MetricSpecifications as Record<string, never>[];
    expect(metric!.TargetValue).to.be.closeTo(target, 1e-6);
    expect(metric!.PredefinedMetricPairSpecification).to.include({ PredefinedMetricType: "ALBRequestCount" });
    const instances: Service = { ...surges, compute: { type: "ec2", instanceType: "m5.large" } };
    const group = aws(planned({ predictive: "forecastAndScale", metric: "cpuUtilization" }, instances));
    const shape = JSON.stringify(group.ScalingPolicies.at(-1));
    expect(shape).to.include('"PredictiveScalingConfiguration"').and.include('"ASGCPUUtilization"');
    expect(shape).to.include('"Mode":"ForecastAndScale"').and.not.include("ServiceNamespace");
  });

  it("is read back as nothing where it only forecasts, and as it is where it scales, of tasks and of instances", () => {
    const text = JSON.stringify(awsPlan(planned({ predictive: "forecastOnly" })));
    const { controls, notes } = parseAwsPlan(text, "plan.json");
    expect(controls).not.to.have.property("predictive");
    expect(notes.join()).to.match(/forecast only forecasts: it never acts/);
    const instances: Service = { ...surges, compute: { type: "ec2", instanceType: "m5.large" } };
    for (const [service, metric] of [
      [surges, "requestRatePerTask"],
      [instances, "cpuUtilization"],
    ] as const) {
      const plan = planned({ predictive: "forecastAndScale", metric }, service);
      const document = awsPlan(plan);
      const read = parseAwsPlan(JSON.stringify(document), "plan.json");
      const { setpoint, ...forecast } = plan.controls.predictive!;
      expect(read.controls.predictive).to.deep.include(forecast);
      expect(read.controls.predictive!.setpoint).to.be.closeTo(setpoint, 1e-9);
      expect(read.notes.join()).to.match(/forecast scales by a forecast: AWS does not publish its forecast/);
      expect(awsPlan({ ...plan, controls: read.controls })).to.deep.equal(document);
    }
  });
});
