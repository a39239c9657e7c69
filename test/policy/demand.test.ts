import { expect } from "chai";
import { assumedDay, demandHistory } from "../../policy/demand.ts";
import { daily, flat } from "../support/services.ts";

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

  it("says what a short or coarse history leaves open", () => {
    expect(history(flat(1, 720)).assumptions.join()).to.match(
      /covers 12\.0 hours: too short for a daily pattern/,
    );
    expect(history(flat(1, 5 * 1440)).assumptions.join()).to.match(
      /5\.0 days: too short to tell weekends apart/,
    );
    const hourly = history({ ...flat(1, 15 * 24), step: 3600 });
    expect(hourly.trace.rates).to.have.length(15 * 1440);
    expect(hourly.assumptions.join()).to.include("one value every 60 minutes");
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
