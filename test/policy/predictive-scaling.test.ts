import { expect } from "chai";
import { type Autoscaler, awsAutoscaler } from "../../policy/autoscaler.ts";
import { backtestOf } from "../../policy/backtest.ts";
import { cpuTracking } from "../../policy/comparison.ts";
import { predictiveAutoscaler } from "../../policy/predictive-scaling.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART, controlsOf, daily, MONDAY, minutesOf, view } from "../support/services.ts";

const [HOUR, DAY] = [3600, 86_400];

/** Hours that end on Monday at midnight, one level each. */
const hourly = (levels: readonly number[]): Trace => ({
  start: MONDAY - levels.length * HOUR,
  step: HOUR,
  rates: levels,
});

/** Days of one level each, the last a Sunday; by minute, so that no line joins them. */
const days = (...levels: readonly number[]): Trace => ({
  start: MONDAY - levels.length * DAY,
  step: 60,
  rates: levels.flatMap((level) => new Array<number>(1440).fill(level)),
});

/** Two weeks of 100 requests a second, and 400 in one hour of each day. */
const busyAt = (busy: number): Trace => ({
  start: MONDAY - 14 * DAY,
  step: 60,
  rates: Array.from({ length: 14 * 1440 }, (_, minute) =>
    Math.floor(minute / 60) % 24 === busy ? 400 : 100,
  ),
});

/** The count wanted `second` seconds after Monday's midnight by a fresh autoscaler without other policies, ten requests a second a task. */
const wanted = (history: Trace | undefined, second = 0, ready = 1, max = 100) =>
  predictiveAutoscaler(controlsOf({ max }), 10, history).desired(view([], { now: MONDAY + second, ready }));

// Application Auto Scaling user guide, Predictive scaling; the forecast itself is ours.
describe("predictiveAutoscaler", () => {
  it("foretells an hour as the mean of the same hour on days of the same kind", () => {
    expect(wanted(days(200, 300, 400, 500, 600, 900, 900))).to.equal(40); // Monday after Monday to Friday, and a weekend
    expect(wanted(days(200, 300, 400, 500, 600, 900, 900), 5 * DAY)).to.equal(90); // the Saturday after
  });

  it("takes all days together while fewer than two of the kind are known", () => {
    expect(wanted(days(100, 300))).to.equal(20); // Monday after a Saturday and a Sunday
    expect(wanted(days(400, 100, 300))).to.equal(27); // ⌈800 ÷ 3 ÷ 10⌉: one workday is an event
  });

  it("needs a day of metric", () => {
    expect(wanted(undefined)).to.equal(1);
    expect(wanted(hourly(new Array(23).fill(500)))).to.equal(1);
    expect(wanted(hourly(new Array(24).fill(500)))).to.equal(50);
  });

  it("forgets what is older than two weeks", () => {
    expect(wanted(days(...new Array(7).fill(9000), ...new Array(14).fill(200)))).to.equal(20);
  });

  it("acts five minutes before a rise, and holds the fall back to its hour", () => {
    const at = [6 * HOUR - 301, 6 * HOUR - 300, 7 * HOUR - 1, 7 * HOUR];
    expect(at.map((second) => wanted(busyAt(6), second))).to.deep.equal([10, 40, 40, 10]);
  });

  it("is as early for a rise that begins as its forecast is due anew", () => {
    const autoscaler = predictiveAutoscaler(controlsOf({}), 10, busyAt(7));
    const at = (second: number) => autoscaler.desired(view([], { now: MONDAY + second, ready: 1 }));
    expect(at(HOUR - 60)).to.equal(10); // of 00:59, to stand until 06:59
    expect([7 * HOUR - 360, 7 * HOUR - 300, 7 * HOUR - 120].map(at)).to.deep.equal([10, 40, 40]);
  });

  it("scales out only and honors the maximum", () => {
    expect(wanted(days(100, 100), 0, 60)).to.equal(60);
    expect(wanted(days(900, 900), 0, 1, 30)).to.equal(30);
  });

  it("leaves to the other policies what they want beyond it", () => {
    const seen = minutesOf(new Array(6).fill(1), 10);
    const both = predictiveAutoscaler(cpuTracking(0.5, 1, 100), 10, days(50, 50));
    expect(both.desired(view(seen, { ready: 20 }))).to.equal(40); // tracking: 20 × 1 ÷ 0.5
    expect(both.interval).to.equal(60);
  });

  it("forecasts anew every six hours, on what has become visible since", () => {
    const autoscaler = predictiveAutoscaler(controlsOf({}), 10, hourly(new Array(20).fill(500)));
    const rates = new Array(12 * 60).fill(0);
    const seen = minutesOf(rates).map((minute) => ({ ...minute, requestRate: 300 }));
    const at = (hour: number) =>
      autoscaler.desired(
        view(seen.slice(0, hour * 60), {
          now: MONDAY + hour * HOUR,
          ready: 1,
          visible: Math.max(0, hour * 60 - 2),
        }),
      );
    expect([0, 4, 5].map(at)).to.deep.equal([1, 1, 1]); // a day is known, but no new forecast is due
    expect(at(6)).to.equal(50); // 6 h: of yesterday
  });

  it("keeps a service's promise through a morning that reaction alone is late for", () => {
    const rise = {
      ...daily(1, 300),
      rates: daily(1, 300).rates.map((rate, i) => (i % 1440 < 480 ? 30 : rate)),
    };
    const history = { start: MONDAY - 7 * DAY, step: 60, rates: new Array(7).fill(rise.rates).flat() };
    const tracking = cpuTracking(0.6, 1, 500);
    const share = (autoscaler: Autoscaler) => backtestOf(CART, autoscaler, rise, 8).outcomes[0]!.goodShare;
    expect(share(predictiveAutoscaler(tracking, 6, history))).to.be.above(share(awsAutoscaler(tracking)));
  });
});
