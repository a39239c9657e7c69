import { expect } from "chai";
import { replications } from "../../policy/replications.ts";
import type { Trace } from "../../policy/trace.ts";
import { daily, flat } from "../support/services.ts";

const DAYS = 28 * 1440;

/** A wave of half an hour, the mean of whose ten minutes is off the hour's by about 0.79 of so much ÷ √2. */
function wave(height: number): Trace {
  const level = flat(50, DAYS);
  return {
    ...level,
    rates: level.rates.map((rate, i) => rate * (1 + height * Math.sin((Math.PI * i) / 15))),
  };
}

/** By which logarithm each rate is off, for each replication. */
const offIn = (trace: Trace) =>
  replications(trace).map(({ rates }) => rates.map((rate, i) => Math.log(rate / trace.rates[i]!)));
const off = offIn(wave(0.5));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
function covariance(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [mean(one), mean(other)];
  return mean(one.slice(0, other.length).map((value, i) => (value - a) * (other[i]! - b)));
}

describe("replications", () => {
  it("are off by twice as much as the traffic is in the hour, by a tenth at most, and by nothing on average", () => {
    for (const { rates } of replications(wave(0.5))) expect(mean(rates)).to.be.closeTo(50, 0.5);
    const spread = (height: number) => offIn(wave(height)).map((logs) => Math.sqrt(covariance(logs, logs)));
    for (const each of spread(0.5)) expect(each).to.be.closeTo(0.1, 0.01);
    for (const each of spread(0.02)) expect(each).to.be.closeTo(2 * 0.02 * 0.79 * Math.SQRT1_2, 0.003);
    for (const each of spread(0)) expect(each).to.be.closeTo(0, 1e-9);
  });

  it("wander: after half an hour 1 ÷ e of it is left, after three next to nothing", () => {
    for (const logs of off) {
      const left = (minutes: number) => covariance(logs, logs.slice(minutes)) / covariance(logs, logs);
      expect(left(1)).to.be.closeTo(Math.exp(-1 / 30), 0.01);
      expect(left(30)).to.be.closeTo(1 / Math.E, 0.1);
      expect(left(180)).to.be.closeTo(0, 0.1);
    }
  });

  it("have nothing in common", () => {
    for (const [i, one] of off.entries())
      for (const other of off.slice(i + 1))
        expect(covariance(one, other) / covariance(one, one)).to.be.closeTo(0, 0.15);
  });

  it("have counts of their own", () => {
    const counted = replications(wave(0.5)).map(({ rates, counts }) =>
      rates.map((rate, i) => (counts![i]! - 60 * rate) / Math.sqrt(60 * rate)),
    );
    for (const [i, one] of counted.entries()) {
      expect(covariance(one, one)).to.be.closeTo(1, 0.05);
      for (const other of counted.slice(i + 1)) expect(covariance(one, other)).to.be.closeTo(0, 0.05);
    }
  });

  it("keep what makes the traffic: its start, its minutes, its silences", () => {
    const trace = daily(1, 60);
    const silent = { ...trace, rates: trace.rates.map((rate, i) => (i < 60 ? 0 : rate)) };
    for (const { start, step, rates } of replications(silent)) {
      expect([start, step, rates.length]).to.deep.equal([trace.start, 60, 1440]);
      expect(Math.max(...rates.slice(0, 60))).to.equal(0);
      expect(Math.min(...rates.slice(60))).to.be.above(0);
    }
  });

  it("are the same each time", () => {
    expect(replications(daily(1, 60))).to.deep.equal(replications(daily(1, 60)));
  });
});
