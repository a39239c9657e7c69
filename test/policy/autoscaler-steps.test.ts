import { expect } from "chai";
import { awsAutoscaler } from "../../policy/autoscaler.ts";
import type { ScalingAlarm, StepAdjustment, StepScaling } from "../../policy/scaling-plan.ts";
import { controlsOf, MONDAY, minutesOf, view } from "../support/services.ts";

const alarm: ScalingAlarm = {
  metric: "requestRatePerTask",
  statistic: "Sum",
  comparison: ">=",
  threshold: 10,
  period: 60,
  evaluationPeriods: 1,
  datapoints: 1,
};
const bands: StepAdjustment[] = [
  { lower: 0, upper: 5, change: 2 },
  { lower: 5, upper: null, change: 3 },
];
const surge: StepScaling = { name: "surge", alarm, adjustment: "change", steps: bands, cooldown: 300 };
const stepping = (some: Partial<StepScaling>) =>
  awsAutoscaler(controlsOf({ steps: [{ ...surge, ...some }] }));
const rates = (...values: number[]) => values.flatMap((value) => minutesOf([0], value));
const percentOf = (change: number, minAdjustment?: number): Partial<StepScaling> => ({
  adjustment: "percent",
  steps: [{ lower: 0, upper: null, change }],
  ...(minAdjustment === undefined ? {} : { minAdjustment }),
});

describe("awsAutoscaler, step scaling", () => {
  it("includes the lower bound of a band above the threshold and excludes the upper", () => {
    const added = (rate: number) => stepping({}).desired(view(rates(rate))) - 4;
    expect([9.99, 10, 14.99, 15, 1000].map(added)).to.deep.equal([0, 2, 2, 3, 3]);
  });

  it("includes the upper bound of a band below the threshold and excludes the lower", () => {
    const steps = [
      { lower: null, upper: -5, change: 3 },
      { lower: -5, upper: 0, change: 2 },
    ];
    const falling = { alarm: { ...alarm, comparison: "<" as const }, steps };
    const added = (rate: number) => stepping(falling).desired(view(rates(rate))) - 4;
    expect([10, 9.99, 5.01, 5, 0].map(added)).to.deep.equal([0, 2, 2, 3, 3]);
  });

  // 12.7 becomes 12, 0.4 becomes 1: EC2 Auto Scaling user guide, step and simple scaling.
  it("SCL-25 rounds percentages as AWS does", () => {
    expect(stepping(percentOf(0.1)).desired(view(rates(10), { ready: 127 }))).to.equal(100); // the maximum
    const roomy = awsAutoscaler(controlsOf({ max: 200, steps: [{ ...surge, ...percentOf(0.1) }] }));
    expect(roomy.desired(view(rates(10), { ready: 127 }))).to.equal(127 + 12);
    expect(stepping(percentOf(0.1)).desired(view(rates(10)))).to.equal(4 + 1);
    expect(stepping(percentOf(0.1, 3)).desired(view(rates(10)))).to.equal(4 + 3);
    expect(stepping(percentOf(0.5, 3)).desired(view(rates(10), { ready: 10 }))).to.equal(10 + 5);
  });

  it("takes its percentage of the tasks still starting, too", () => {
    expect(stepping(percentOf(0.5)).desired(view(rates(10), { starting: 4 }))).to.equal(8 + 4);
  });

  it("adds only the difference when a larger band is breached within the cooldown", () => {
    const autoscaler = stepping({});
    expect(autoscaler.desired(view(rates(10)))).to.equal(6);
    const pending = { now: MONDAY + 60, starting: 2 };
    expect(autoscaler.desired(view(rates(10, 10), pending))).to.equal(6);
    expect(autoscaler.desired(view(rates(10, 10, 15), { ...pending, now: MONDAY + 120 }))).to.equal(7); // 2 then 3: one more
  });

  it("forgets a cooldown that ran out, although others have added tasks since", () => {
    const autoscaler = stepping(percentOf(0.5));
    expect(autoscaler.desired(view(rates(10)))).to.equal(6);
    const ready = { now: MONDAY + 120, ready: 6, settled: MONDAY + 75 };
    expect(autoscaler.desired(view(rates(1), ready))).to.equal(6); // looked at every minute: the cooldown's clock starts
    const anHourLater = { now: MONDAY + 3600, ready: 20, settled: MONDAY + 3590 }; // tracking or a floor raised it
    expect(autoscaler.desired(view(rates(10), anHourLater))).to.equal(20 + 10);
  });

  it("sets an exact capacity, upwards and downwards", () => {
    const exact = { adjustment: "exact" as const, steps: [{ lower: 0, upper: null, change: 7 }] };
    expect(stepping(exact).desired(view(rates(10)))).to.equal(7);
    expect(stepping(exact).desired(view(rates(10), { ready: 9 }))).to.equal(7);
    expect(stepping(exact).desired(view(rates(9.9), { ready: 9 }))).to.equal(9);
  });

  describe("scale-in", () => {
    const quiet: StepScaling = {
      ...surge,
      name: "quiet",
      alarm: { ...alarm, comparison: "<", threshold: 4 },
      adjustment: "percent",
      steps: [
        { lower: -2, upper: 0, change: -0.1 },
        { lower: null, upper: -2, change: -0.5 },
      ],
    };
    const removing = (...others: StepScaling[]) => awsAutoscaler(controlsOf({ steps: [quiet, ...others] }));

    it("removes what the band of the alarm's distance says", () => {
      const left = (rate: number) => removing().desired(view(rates(rate), { ready: 20 }));
      expect([4, 3.9, 2.1, 2, 0].map(left)).to.deep.equal([20, 18, 18, 10, 10]);
    });

    it("never goes below the minimum, and takes no fewer than the least adjustment", () => {
      const least = awsAutoscaler(controlsOf({ min: 8, steps: [quiet] }));
      expect(least.desired(view(rates(0), { ready: 9 }))).to.equal(8);
      const coarse = awsAutoscaler(controlsOf({ steps: [{ ...quiet, minAdjustment: 3 }] }));
      expect(coarse.desired(view(rates(3), { ready: 20 }))).to.equal(17);
    });

    it("waits for its cooldown before it removes more, which a scale-out ends", () => {
      const autoscaler = removing(surge);
      expect(autoscaler.desired(view(rates(3), { ready: 20 }))).to.equal(18);
      expect(autoscaler.desired(view(rates(3, 3), { ready: 18, now: MONDAY + 299 }))).to.equal(18);
      expect(autoscaler.desired(view(rates(3, 3), { ready: 18, now: MONDAY + 300 }))).to.equal(17);
      expect(autoscaler.desired(view(rates(10), { ready: 17, now: MONDAY + 360 }))).to.equal(19);
      expect(autoscaler.desired(view(rates(3), { ready: 19, now: MONDAY + 420 }))).to.equal(18);
    });

    it("yields to a scale-out, and is not held back by tracking that is not ready", () => {
      const both = removing({ ...surge, alarm: { ...alarm, threshold: 1 } });
      expect(both.desired(view(rates(3), { ready: 20 }))).to.equal(22);
      const notReady = {
        name: "tracking",
        metric: "requestRatePerTask",
        setpoint: 3.2, // 3 is within a tenth of it
        disableScaleIn: false,
        scaleOutCooldown: 300,
        scaleInCooldown: 300,
      } as const;
      const tracked = awsAutoscaler(controlsOf({ steps: [quiet], tracking: [notReady] }));
      expect(tracked.desired(view(rates(3), { ready: 20 }))).to.equal(18);
    });
  });

  it("waits for M of the last N periods", () => {
    const patient = { alarm: { ...alarm, evaluationPeriods: 3, datapoints: 2 } };
    expect(stepping(patient).desired(view(rates(0, 0, 10)))).to.equal(4);
    expect(stepping(patient).desired(view(rates(10, 0, 0, 10)))).to.equal(4); // the first is out of the three
    expect(stepping(patient).desired(view(rates(10, 0, 10)))).to.equal(6);
  });

  it("aggregates its period by its statistic", () => {
    const over = (statistic: ScalingAlarm["statistic"]) =>
      stepping({ alarm: { ...alarm, statistic, period: 180 } }).desired(view(rates(6, 9, 16)));
    expect(over("Average")).to.equal(6); // mean 10.33
    expect(over("Minimum")).to.equal(4);
    expect(over("Maximum")).to.equal(7); // 16 lies in the second band
  });
});
