import { expect } from "chai";
import { historyReasons } from "../../policy/history-reasons.ts";
import { workload } from "../../policy/workload.ts";
import { daily, flat, MONDAY } from "../support/services.ts";

const told = (...trace: Parameters<typeof daily>) => {
  const [level, growth, spikes] = historyReasons(workload(daily(...trace), 75));
  return { level: level!, growth: growth!, spikes: spikes! };
};

describe("historyReasons", () => {
  it("say how long the history is, and what that leaves open", () => {
    expect(told(14, 100).level.because).to.include("14 days of history, two weeks or more");
    const first = daily(14, 100).rates.slice(1); // its first minute is missing
    const [level] = historyReasons(workload({ start: MONDAY + 60, step: 60, rates: first }, 75));
    expect(level!.because).to.include("14 days of history, two weeks or more");
    const [year] = historyReasons(workload(daily(28, 100), 75), 455);
    expect(year!.because).to.include("the newest 28 days of 455 days of history, two weeks or more");
    const [hour] = historyReasons(workload(flat(10, 60), 75));
    expect(hour!.because).to.include("60 minutes of history, under 14 days");
    expect(told(1, 100).level.because)
      .to.include("under 14 days: surges are taken to be the steeper")
      .and.include("no day has another before it")
      .and.include("no trend can be told");
  });

  it("tell a trend with its sign, and none without", () => {
    expect(told(14, 100).level.because).to.include(
      "changes by 0 % a week (half of the pairs of like weekdays say 0 % to 0 %)",
    );
    const days = daily(14, 100);
    const less = days.rates.map((rate, i) => rate * (1 - i / (28 * 1440)));
    const [level] = historyReasons(workload({ ...days, rates: less }, 75));
    expect(level!.because).to.match(/changes by −[\d.]+ % a week/);
  });

  it("tell of traffic after none at all, which grows by no factor, but not of a stray request", () => {
    const rates = Array.from({ length: 3 * 1440 }, (_, i) => (i % 1440 >= 480 && i % 1440 < 1200 ? 300 : 0));
    const growth = (each: readonly number[]) =>
      historyReasons(workload({ start: MONDAY, step: 60, rates: each }, 75))[1]!.because;
    // Five minutes a day: that long is one reaction time.
    expect(growth(rates)).to.include(
      "1 at most, besides 15 minutes of traffic after none at all, steepest from 08:00 UTC (1 times in one minute of twenty);",
    );
    const stray = rates.map((rate, i) => (i % 60 === 0 ? rate + 0.1 : rate)); // six requests
    expect(growth(stray)).to.include("besides 15 minutes");
    expect(told(3, 100).growth.because).to.not.include("besides");
  });

  it("tell a pattern from noise", () => {
    expect(told(5, 100).level.because).to.include("the days before foretell 100 %");
    const rates = flat(1, 5 * 1440).rates.map((_, i) => (Math.floor(i / 30) * 7919) % 100);
    const [level] = historyReasons(workload({ start: MONDAY, step: 60, rates }, 75));
    expect(level!.because).to.include("no pattern to rely on");
  });

  it("name the growth while the loop reacts and the highest spike", () => {
    const rates = flat(30, 1440).rates.map((rate, i) => (i >= 700 && i < 706 ? 4 * rate : rate));
    const [, growth, spikes] = historyReasons(workload({ start: MONDAY, step: 60, rates }, 75));
    expect(growth!.because).to.include("255 s").and.include("4 at most");
    expect(spikes).to.include({ value: "1, to 4 times the hours around" });
    expect(spikes!.because).to.include("2026-11-23T11:40Z for 6 min");
    expect(told(2, 100).spikes.value).to.equal("none");
  });
});
