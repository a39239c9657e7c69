import { expect } from "chai";
import { backtest, backtestOf, initialTasks } from "../../policy/backtest.ts";
import { comparison, cpuTracking } from "../../policy/comparison.ts";
import { controlsAutoscaler } from "../../policy/controls-autoscaler.ts";
import { section } from "../../policy/minutes.ts";
import { predictiveAutoscaler } from "../../policy/predictive-scaling.ts";
import type { PredictiveScaling, ScalingControls } from "../../policy/scaling-plan.ts";
import type { Service } from "../../policy/service.ts";
import { CART, daily } from "../support/services.ts";

const [DAY, DAYS] = [1440, 6];
const traffic = daily(DAYS, 200);
const lastDay = section(traffic, (DAYS - 1) * DAY, DAY);
const knowing = (minutes: number): Service => ({
  ...CART,
  demand: { kind: "history", trace: section(traffic, 0, minutes), growth: 0 },
});
const before = knowing((DAYS - 1) * DAY);

const forecast: PredictiveScaling = {
  name: "forecast",
  metric: "requestRatePerTask",
  setpoint: 5,
  mode: "forecastAndScale",
  buffer: 600,
};
const reactive = cpuTracking(0.6, 1, 500);
const scaling: ScalingControls = { ...reactive, predictive: forecast };

describe("a back-test of predictive scaling", () => {
  it("replays the stand-in for AWS's forecast, from the history before the days judged", () => {
    const history = section(traffic, 0, (DAYS - 1) * DAY);
    const standIn = predictiveAutoscaler(reactive, 5, history, 600);
    const initial = initialTasks(before, lastDay, 1, 500);
    const judged = backtest(before, scaling, lastDay);
    expect(judged).to.deep.equal(backtestOf(before, standIn, lastDay, initial));
    expect(judged.taskHours).not.to.be.closeTo(backtest(before, reactive, lastDay).taskHours, 1);
    expect(comparison(before, scaling, lastDay).contenders[0]!.backtest).to.deep.equal(judged);
  });

  it("uses nothing of the days judged, though the declared history has them", () => {
    expect(backtest(knowing(DAYS * DAY), scaling, lastDay)).to.deep.equal(backtest(before, scaling, lastDay));
  });

  it("follows of the trace itself what was seen before each minute, and nothing on its first day without a history", () => {
    const none: Service = { ...CART, demand: { kind: "peak", peak: 200, growth: 0 } };
    const first = section(traffic, 0, DAY);
    expect(backtest(none, scaling, first)).to.deep.equal(backtest(none, reactive, first));
    const two = section(traffic, 0, 2 * DAY);
    expect(backtest(none, scaling, two)).not.to.deep.equal(backtest(none, reactive, two));
  });

  it("changes nothing by forecasts alone", () => {
    const watching: ScalingControls = { ...reactive, predictive: { ...forecast, mode: "forecastOnly" } };
    expect(backtest(before, watching, lastDay)).to.deep.equal(backtest(before, reactive, lastDay));
  });

  it("takes a setpoint of CPU for the requests that make it", () => {
    const onCpu: ScalingControls = {
      ...reactive,
      predictive: { ...forecast, metric: "cpuUtilization", setpoint: 0.5 },
    };
    expect(backtest(before, onCpu, lastDay)).to.deep.equal(backtest(before, scaling, lastDay)); // 5 /s × 0.2 s ÷ 2 slots
  });

  it("honors the maximum that a scheduled action has set", () => {
    const at = { minutes: [1], hours: [0], weekdays: null, daysOfMonth: null, months: null, years: null };
    const capped: ScalingControls = { ...scaling, schedule: [{ name: "cap", at, max: 12 }] };
    expect(backtest(before, scaling, lastDay).peakCapacity).to.be.above(30);
    expect(backtest(before, capped, lastDay).peakCapacity).to.equal(12);
    expect(controlsAutoscaler(before, capped, lastDay.start).interval).to.equal(60);
  });
});
