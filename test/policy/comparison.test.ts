import { expect } from "chai";
import { comparison, cpuTracking } from "../../policy/comparison.ts";
import { tasksNeeded } from "../../policy/demand-curve.ts";
import { CART, controlsOf, daily } from "../support/services.ts";

describe("comparison", () => {
  const trace = daily(1, 60);
  const contenders = comparison(CART, controlsOf({ min: 2, max: 2 }), trace);
  const taskHours = (name: string) => contenders.find((each) => each.name === name)!.backtest.taskHours;

  it("puts the plan first and the usual settings after it", () => {
    expect(contenders.map((each) => each.name)).to.deep.equal([
      "this plan",
      "CPU 50 %",
      "CPU 70 %",
      "HPA, CPU 50 %",
      "HPA, CPU 70 %",
      "fixed at the peak",
    ]);
    expect(taskHours("this plan")).to.be.closeTo(2 * 24, 1e-9);
  });

  it("fixes a fleet at what the peak needs, which meets the SLO", () => {
    expect(taskHours("fixed at the peak")).to.be.closeTo(24 * tasksNeeded(CART, 60), 1e-9);
    expect(contenders.at(-1)!.backtest.met).to.equal(true);
  });

  it("costs more at a lower CPU target, and never more than the fixed fleet by day and night", () => {
    expect(taskHours("CPU 50 %")).to.be.above(taskHours("CPU 70 %"));
    expect(taskHours("HPA, CPU 50 %")).to.be.above(taskHours("HPA, CPU 70 %"));
    expect(taskHours("CPU 50 %")).to.be.below(taskHours("fixed at the peak"));
  });

  it("gives the usual settings room beyond a plan's own ceiling", () => {
    expect(contenders.find((each) => each.name === "CPU 50 %")!.backtest.peakCapacity).to.be.above(2);
  });
});

// 300 s each for ECS: TargetTrackingScalingPolicyConfiguration (aws-facts §1.1).
it("cpuTracking is AWS's default", () => {
  const [policy] = cpuTracking(0.5, 1, 10).tracking;
  expect(policy).to.include({ metric: "cpuUtilization", setpoint: 0.5, disableScaleIn: false });
  expect(policy).to.include({ scaleOutCooldown: 300, scaleInCooldown: 300 });
});
