import { expect } from "chai";
import fc from "fast-check";
import {
  adjustment,
  adjustmentType,
  alarmMetric,
  alarmValue,
  comparison,
  comparisonOperator,
  scalingMetric,
  stepAdjustments,
  trackingMetric,
  trackingSetpoint,
  trackingTarget,
  valueOfAlarm,
} from "../../adapters/aws-vocabulary.ts";
import type { StepScaling } from "../../policy/scaling-plan.ts";

const METRICS = ["requestRatePerTask", "cpuUtilization", "requestRate", "responseTime"] as const;
const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

describe("AWS's vocabulary", () => {
  it("turns per second into per minute and a ratio into a percentage", () => {
    expect(trackingTarget({ metric: "requestRatePerTask", setpoint: 5 })).to.equal(300);
    expect(trackingTarget({ metric: "cpuUtilization", setpoint: 0.55 })).to.equal(55);
    expect(alarmValue("requestRate", "Sum", 300, 2)).to.equal(600);
    expect(alarmValue("cpuUtilization", "Average", 300, 0.7)).to.equal(70);
    expect(alarmValue("responseTime", "Average", 300, 0.7)).to.equal(0.7);
  });

  it("turns its values back into ours", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...METRICS),
        fc.constantFrom(60, 300),
        positive,
        (metric, period, value) => {
          const back = valueOfAlarm(metric, period, alarmValue(metric, "Sum", period, value));
          expect(back).to.be.closeTo(value, 1e-10 * value);
        },
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom("requestRatePerTask", "cpuUtilization"), positive, (metric, setpoint) => {
        expect(trackingSetpoint(metric, trackingTarget({ metric, setpoint }))).to.be.closeTo(
          setpoint,
          1e-10 * setpoint,
        );
      }),
    );
  });

  it("turns its names back into ours", () => {
    for (const metric of METRICS) expect(scalingMetric(alarmMetric(metric).metricName)).to.equal(metric);
    for (const sign of [">", ">=", "<", "<="] as const)
      expect(comparison(comparisonOperator(sign))).to.equal(sign);
    for (const kind of ["change", "percent", "exact"] as const)
      expect(adjustment(adjustmentType({ adjustment: kind }))).to.equal(kind);
  });

  it("names the CPU of tasks and of instances apart", () => {
    expect(trackingMetric({ metric: "cpuUtilization" }, "task")).to.equal("ECSServiceAverageCPUUtilization");
    expect(trackingMetric({ metric: "cpuUtilization" }, "instance")).to.equal("ASGAverageCPUUtilization");
    expect(alarmMetric("cpuUtilization", "instance").namespace).to.equal("AWS/EC2");
  });

  it("gives steps as offsets in the metric's unit, open ends left out", () => {
    const alarm = {
      metric: "requestRatePerTask",
      statistic: "Sum",
      comparison: ">",
      threshold: 5,
      period: 60,
      evaluationPeriods: 3,
      datapoints: 3,
    } as const;
    const steps = [
      { lower: 0, upper: 2, change: 0.25 },
      { lower: 2, upper: null, change: 0.55 },
    ];
    const surge: StepScaling = { name: "surge", alarm, adjustment: "percent", steps, cooldown: 60 };
    expect(stepAdjustments(surge)).to.deep.equal([
      { lower: 0, upper: 120, adjustment: 25 },
      { lower: 120, adjustment: 55 },
    ]);
  });
});
