import { expect } from "chai";
import { clairvoyantTaskHours } from "../../policy/clairvoyant.ts";
import { comparison, cpuTracking } from "../../policy/comparison.ts";
import { tasksNeeded } from "../../policy/demand-curve.ts";
import { demandOverTime } from "../../policy/demand-over-time.ts";
import type { Service } from "../../policy/service.ts";
import { CART, controlsOf, daily, flat, MONDAY, promising } from "../support/services.ts";

describe("comparison", () => {
  const trace = daily(1, 60);
  const { contenders, bound } = comparison(CART, controlsOf({ min: 2, max: 2 }), trace);
  const taskHours = (name: string) => contenders.find((each) => each.name === name)!.backtest.taskHours;

  it("puts the plan first and the usual settings after it", () => {
    expect(contenders.map((each) => each.name)).to.deep.equal([
      "this plan",
      "CPU 50 %",
      "CPU 60 %",
      "CPU 70 %",
      "predictive, 50 %",
      "HPA, CPU 50 %",
      "HPA, CPU 70 %",
      "KEDA, 50 %",
      "Knative KPA",
      "fixed at the peak",
    ]);
    expect(taskHours("this plan")).to.be.closeTo(2 * 24, 1e-9);
  });

  it("fixes a fleet at what the peak needs, which meets the SLO", () => {
    expect(taskHours("fixed at the peak")).to.be.closeTo(24 * tasksNeeded(CART, 60), 1e-9);
    expect(contenders.at(-1)!.backtest.met).to.equal(true);
  });

  it("costs more at a lower CPU target, and never more than the fixed fleet by day and night", () => {
    expect(taskHours("CPU 50 %")).to.be.above(taskHours("CPU 60 %"));
    expect(taskHours("CPU 60 %")).to.be.above(taskHours("CPU 70 %"));
    expect(taskHours("HPA, CPU 50 %")).to.be.above(taskHours("HPA, CPU 70 %"));
    expect(taskHours("CPU 50 %")).to.be.below(taskHours("fixed at the peak"));
  });

  it("knows what no setting that met the SLO went below, and what it costs", () => {
    const least = clairvoyantTaskHours(CART, trace);
    expect(bound).to.deep.equal({
      possible: true,
      taskHours: least,
      dollarsPerMonth: (least / 24) * CART.price * 730,
    });
    const met = contenders.filter(({ backtest }) => backtest.met);
    expect(met.length).to.be.at.least(3);
    for (const { backtest } of met) expect(backtest.taskHours).to.be.above(least);
  });

  it("says that there is no bound, in a way that survives JSON, where no fleet keeps an SLO", () => {
    const hopeless = comparison(promising(0.9999999, 0.1), controlsOf({ min: 2, max: 2 }), trace).bound;
    expect(JSON.parse(JSON.stringify(hopeless))).to.deep.equal({ possible: false });
  });

  it("judges each by numbers where the service may scale to zero and nobody comes at night", () => {
    const quiet = { ...trace, rates: trace.rates.map((rate, minute) => (minute < 360 ? 0 : rate)) };
    const zero = comparison({ ...CART, bounds: { min: 0 } }, cpuTracking(0.5, 0, 20), quiet);
    for (const { name, backtest } of zero.contenders) {
      expect(backtest.outcomes[0]!.goodShare, name).to.be.within(0, 1);
      expect(backtest.taskHours, name).to.be.above(0);
    }
  });

  it("measures each against what the minutes need", () => {
    const fixed = contenders.at(-1)!.elasticity;
    expect(fixed).to.include({ underProvisioning: 0, underTimeshare: 0, scaleEventsADay: 0 });
    const demand = demandOverTime(CART, trace);
    const beyond = demand.map((tasks) => tasksNeeded(CART, 60) / tasks - 1);
    expect(fixed.overProvisioning).to.be.closeTo(beyond.reduce((a, b) => a + b) / beyond.length, 1e-9);
    expect(contenders[0]!.elasticity.underTimeshare).to.be.above(0.5); // two tasks for a day up to 60 a second
  });

  it("gives predictive scaling the history before the traffic, grown as declared, and no minute of it", () => {
    const predictive = (start: number, growth: number) => {
      const history = { start, step: 60, rates: new Array(3 * 1440).fill(50) };
      const service: Service = { ...CART, demand: { kind: "history", trace: history, growth } };
      const { contenders } = comparison(service, controlsOf({ min: 2 }), flat(1, 60));
      return contenders.find((each) => each.name === "predictive, 50 %")!.backtest.peakCapacity;
    };
    expect(predictive(MONDAY - 3 * 86_400, 0)).to.equal(10); // 50 a second on tasks that 5 a second keep half busy
    expect(predictive(MONDAY - 3 * 86_400, 0.2)).to.equal(12);
    expect(predictive(MONDAY, 0)).to.equal(1); // all of it is yet to come
  });

  it("gives the usual settings room beyond a plan's own ceiling", () => {
    expect(contenders.find((each) => each.name === "CPU 50 %")!.backtest.peakCapacity).to.be.above(2);
  });
});

// 300 s each for ECS: TargetTrackingScalingPolicyConfiguration.
it("cpuTracking is AWS's default", () => {
  const [policy] = cpuTracking(0.5, 1, 10).tracking;
  expect(policy).to.include({ metric: "cpuUtilization", setpoint: 0.5, disableScaleIn: false });
  expect(policy).to.include({ scaleOutCooldown: 300, scaleInCooldown: 300 });
});
