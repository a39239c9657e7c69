import { expect } from "chai";
import { assumedDay, demandHistory } from "../../policy/demand.ts";
import { daily, flat, MONDAY } from "../support/services.ts";

const history = (trace: ReturnType<typeof flat>, growth = 0) =>
  demandHistory({ kind: "history", trace, growth });

describe("demandHistory", () => {
  it("grows every minute", () => {
    const grown = history(daily(1, 100), 0.2).trace.rates;
    daily(1, 100).rates.forEach((rate, i) => {
      expect(grown[i]).to.be.closeTo(1.2 * rate, 1e-9);
    });
    const peaks = [0, 0.5].map((growth) => demandHistory({ kind: "peak", peak: 40, growth }).trace.rates);
    expect(peaks.map((rates) => Math.max(...rates))).to.deep.equal([40, 60]);
  });

  it("looks at the newest four weeks, and says so", () => {
    const long = { ...flat(1, 40 * 1440), rates: Array.from({ length: 40 * 1440 }, (_, i) => i) };
    const { trace, assumptions } = history(long);
    expect(trace.rates).to.have.length(28 * 1440);
    expect(trace.rates[0]).to.equal(12 * 1440);
    expect(trace.start).to.equal(long.start + 12 * 86_400);
    expect(assumptions.join()).to.include("newest four weeks");
  });

  it("plans for the season that a year ago followed, never for less than these weeks had", () => {
    const hours = 60 * 7 * 24; // sixty weeks, one value an hour
    const yearAgo = hours - 52 * 7 * 24;
    const busy = (from: number, weeks: number, rate: number) =>
      Array.from({ length: hours }, (_, hour) => (hour >= from && hour < from + weeks * 7 * 24 ? rate : 100));
    const planned = (rates: number[]) => history({ start: MONDAY, step: 3600, rates });
    const peakSeason = planned(busy(yearAgo + 2 * 7 * 24, 1, 250));
    // an hour's line from 100 to 250 before the week, and one back at its end
    expect(Math.max(...peakSeason.trace.rates)).to.be.closeTo(250, 1);
    expect(peakSeason.assumptions.join()).to.match(/2\.5 times the traffic of the four before/);
    const quiet = planned(busy(yearAgo, 4, 40));
    expect(Math.max(...quiet.trace.rates)).to.equal(100);
    expect(quiet.assumptions.join()).to.include("no busier");
    const elsewhere = planned(busy(yearAgo + 10 * 7 * 24, 1, 250));
    expect(Math.max(...elsewhere.trace.rates)).to.equal(100);
  });

  it("takes a launch, or a silence of the recording, a year ago for no season", () => {
    const weeks = (rateOf: (week: number) => number) => {
      const rates = Array.from({ length: 57 * 7 * 24 }, (_, hour) => rateOf(Math.floor(hour / (7 * 24))));
      const { trace, assumptions } = history({ start: MONDAY, step: 3600, rates });
      return { most: Math.max(...trace.rates), said: assumptions.join() };
    };
    const launched = weeks((week) => (week < 5 ? 5 : 100)); // was planned for at 2,000
    expect(launched.most).to.equal(100);
    expect(launched.said).to.include("no busier than these are");
    expect(weeks((week) => (week >= 2 && week < 4 ? 0 : 100)).most).to.equal(100);
    // A quiet summer is one, and so is a season of a service that grows by half a year.
    expect(weeks((week) => (week % 52 < 5 ? 50 : 100)).most).to.be.closeTo(100, 1);
    const grown = (week: number) => 1.5 ** (week / 52);
    expect(weeks((week) => 100 * grown(week) * (week === 6 ? 2 : 1)).most).to.be.closeTo(
      2 * 100 * grown(52 + 6),
      5,
    );
  });

  it("tells the highest rate of all that was recorded, and of the season to come as the year grew", () => {
    const weeks = 57;
    const grown = (week: number) => 1.5 ** (week / 52);
    const highest = (dayOf: number, growth = 0) =>
      history(
        {
          start: MONDAY,
          step: 3600,
          rates: Array.from({ length: weeks * 7 * 24 }, (_, hour) => {
            const day = Math.floor(hour / 24);
            return 100 * grown(Math.floor(day / 7)) * (day === dayOf ? 5 : 1);
          }),
        },
        growth,
      ).highest;
    expect(highest(30 * 7, 0.2)).to.be.closeTo(1.2 * 500 * grown(30), 1);
    expect(highest(6 * 7)).to.be.closeTo(500 * grown(52 + 6), 25); // one of the four weeks that followed a year ago
    expect(demandHistory({ kind: "peak", peak: 40, growth: 0.5 }).highest).to.equal(60);
  });

  it("says what a short or coarse history leaves open", () => {
    expect(history(flat(1, 720)).assumptions.join()).to.match(
      /covers 12 hours: too short for a daily pattern/,
    );
    expect(history(flat(1, 5 * 1440)).assumptions.join()).to.match(
      /5 days: too short to tell weekends apart/,
    );
    const hourly = history({ ...flat(1, 15 * 24), step: 3600 });
    expect(hourly.trace.rates).to.have.length(15 * 1440);
    expect(hourly.assumptions.join()).to.include("one value every 60 minutes");
    const fives = history({ ...flat(1, 15 * 288), step: 300 });
    expect(fives.assumptions.join()).to.match(
      /one value every 5 minutes: .* bursts shorter than that are unknown; how likely a miss is leaves them out/,
    );
    expect(history({ ...flat(1, 15 * 8640), step: 10 }).assumptions).to.deep.equal([]);
    expect(history(flat(1, 15 * 1440)).assumptions).to.deep.equal([]);
  });

  it("says that a day is assumed when only a peak is declared", () => {
    const { trace, assumptions } = demandHistory({ kind: "peak", peak: 40, growth: 0 });
    expect(trace).to.deep.equal(assumedDay(40));
    expect(assumptions.join()).to.match(/no history is declared.*35 %.*80 %/);
  });
});

describe("assumedDay", () => {
  it("swings as it says, and surges to the peak within five minutes", () => {
    const { rates } = assumedDay(100);
    expect(rates[0]).to.be.closeTo(35, 1e-9);
    expect(rates[720]).to.be.closeTo(80, 1e-9);
    expect(rates[725]).to.be.closeTo(100, 1e-9);
    expect(rates[750]).to.be.closeTo(100, 1e-9);
    expect(rates[756]).to.be.below(80);
    expect(Math.max(...rates)).to.be.closeTo(100, 1e-9);
    expect(rates.slice(1440)).to.deep.equal(rates.slice(0, 1440));
  });
});
