import { expect } from "chai";
import { backtest } from "../../policy/backtest.ts";
import { demandHistory } from "../../policy/demand.ts";
import { withoutOutages } from "../../policy/outages.ts";
import { scalingPlan } from "../../policy/plan.ts";
import type { Service } from "../../policy/service.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART, daily, flat, MONDAY } from "../support/services.ts";
import { seededRandom } from "../support/simulate.ts";
import { habitual } from "../support/synthetic.ts";

const DAY = 1440;
const calm = { days: 1, level: 80, swing: 0.5, bursts: 0, height: 2, seed: 3 };
const on = (trace: Trace): Service => ({ ...CART, demand: { kind: "history", trace, growth: 0 } });

/** The trace with nothing from one step to another. */
const silent = (trace: Trace, from: number, to: number): Trace => ({
  ...trace,
  rates: trace.rates.map((rate, i) => (i >= from && i < to ? 0 : rate)),
});

/** Minutes of a shop that opens at eight and shuts at twenty, UTC, and on Sundays. */
const shop = (days: number): Trace => ({
  start: MONDAY,
  step: 60,
  rates: Array.from({ length: days * DAY }, (_, i) => {
    const open = i % DAY >= 480 && i % DAY < 1200 && Math.floor(i / DAY) % 7 !== 6;
    return open ? 50 + 10 * Math.sin(i / 50) : 0;
  }),
});

describe("withoutOutages", () => {
  const histories: [string, Trace][] = [
    ["a steady day", flat(100, DAY)],
    ["a day with a swing", habitual(calm)],
    ["four days with a swing", daily(4, 200)],
    ["eleven days with surges", habitual({ ...calm, days: 11, level: 60, bursts: 3, height: 2.5 })],
  ];
  for (const [what, trace] of histories)
    it(`leaves plans within 2 % of those without an outage: ${what}`, () => {
      const clean = scalingPlan(on(trace)).controls;
      const cost = backtest(CART, clean, trace).taskHours;
      const end = trace.rates.length;
      for (const from of [Math.floor(0.55 * end), end - 400, end - 60]) {
        const { controls, assumptions } = scalingPlan(on(silent(trace, from, from + 60)));
        expect(backtest(CART, controls, trace).taskHours / cost).to.be.within(0.98, 1.02);
        expect([controls.steps.length, controls.min]).to.deep.equal([clean.steps.length, clean.min]);
        expect(controls.schedule.length > 0).to.equal(clean.schedule.length > 0);
        expect(assumptions.join()).to.match(
          /60 minutes of the history are silent amid traffic: taken for outages/,
        );
      }
    });

  it("takes hardly any minute for an outage that is silent by chance, in traffic of eight to ten requests a minute", () => {
    const silentBy = (perMinute: number, seed: number) => {
      const random = seededRandom(seed);
      const requests = () => {
        let [count, product] = [0, random()];
        for (; product > Math.exp(-perMinute); count++) product *= random();
        return count;
      };
      const rates = Array.from({ length: 14 * DAY }, () => requests() / 60);
      return withoutOutages({ start: MONDAY, step: 60, rates }, 5).silent;
    };
    const seeds = Array.from({ length: 10 }, (_, i) => i + 1);
    const told = [8, 10].flatMap((perMinute) => seeds.filter((seed) => silentBy(perMinute, seed) > 0));
    expect(told).to.have.lengthOf.at.most(1); // it was in 12 of these 20 histories
  });

  it("takes two silent minutes of ten requests each for an outage", () => {
    expect(withoutOutages(silent(flat(10 / 60, 3 * DAY), 2000, 2002), 5).silent).to.equal(2);
  });

  it("tells the outage among the reasons all the same", () => {
    const { reasons } = scalingPlan(on(silent(daily(4, 200), 3000, 3060)));
    expect(reasons.find(({ of }) => of === "history.spikes")!.because).to.match(
      /60 minutes are silent amid traffic/,
    );
  });

  it("fills at the level of the day itself, not of the days around", () => {
    const weekly = daily(14, 200);
    const level = (i: number) => (Math.floor(i / DAY) % 7 >= 5 ? 0.2 : 1);
    const trace = { ...weekly, rates: weekly.rates.map((rate, i) => rate * level(i)) };
    for (const day of [6, 8, 12]) {
      const from = day * DAY + 600;
      const { rates } = withoutOutages(silent(trace, from, from + 90), 1).trace;
      for (let i = from; i < from + 90; i++) expect(rates[i]! / trace.rates[i]!).to.be.within(0.95, 1.05);
    }
  });

  it("fills the same wherever it lies in less than two days, whose other day a part of the minutes has", () => {
    const trace = flat(100, 1.5 * DAY);
    for (const from of [0, 700, 719, 800, 1430, 2100])
      expect(withoutOutages(silent(trace, from, from + 20), 1).trace.rates, `${from}`).to.deep.equal(
        trace.rates,
      );
  });

  it("fills a few minutes at the rate of the others, where none are far enough from the silence", () => {
    const trace: Trace = { ...flat(0, 8), rates: [0, 0, 0, 500, 600, 700, 600, 600] };
    expect(withoutOutages(trace, 5).trace.rates).to.deep.equal([600, 600, 600, 600, 600, 700, 600, 600]);
  });

  it("leaves a night as it is that no other day of a recording tells of", () => {
    const trace = silent(flat(100, 1.5 * DAY), 800, 1300);
    expect(withoutOutages(trace, 1)).to.deep.equal({ trace, silent: 0, filled: 0 });
  });

  it("fills what a coarse recording has joined to the silence, and nothing beyond it", () => {
    const coarse: Trace = {
      start: MONDAY,
      step: 300,
      rates: daily(4, 200).rates.filter((_, i) => i % 5 === 0),
    };
    const demand = (trace: Trace) => demandHistory({ kind: "history", trace, growth: 0 }).trace.rates;
    const [clean, filled] = [demand(coarse), demand(silent(coarse, 600, 612))];
    expect(Math.max(...clean.map((rate, i) => Math.abs(filled[i]! / rate - 1)))).to.be.below(0.03);
  });

  it("fills the minute in which the silence began, of which a part had traffic", () => {
    const trace = silent(flat(100, DAY), 600, 660);
    const rates = trace.rates.map((rate, i) => (i === 599 ? 30 : i === 660 ? 60 : rate));
    expect(withoutOutages({ ...trace, rates }, 1).trace.rates).to.deep.equal(flat(100, DAY).rates);
  });

  it("leaves nights and Sundays without anybody as they are", () => {
    for (const days of [1, 2, 6, 15]) {
      const trace = shop(days);
      expect(withoutOutages(trace, 1), String(days)).to.deep.equal({ trace, silent: 0, filled: 0 });
    }
  });

  it("takes no batch that starts at another minute each day for an outage at the others' minutes", () => {
    const random = seededRandom(5);
    for (const days of [2, 3, 7, 14]) {
      const starts = Array.from({ length: days }, (_, day) => day * DAY + 540 + Math.floor(120 * random()));
      const rates = Array.from({ length: days * DAY }, (_, i) =>
        starts.some((start) => i >= start && i < start + 40) ? 20 : 0,
      );
      const trace = { start: MONDAY, step: 60, rates };
      expect(withoutOutages(trace, 5), String(days)).to.deep.equal({ trace, silent: 0, filled: 0 });
    }
  });

  it("takes no hour by which clocks change for an outage of a shop that is shut at night", () => {
    for (const days of [4, 8, 21])
      for (const changed of [2, days >> 1]) {
        const { start, step, rates } = shop(days);
        const shifted = rates.map((rate, i) => (i < changed * DAY ? rate : (rates[i - 60] ?? 0)));
        const trace = { start, step, rates: shifted };
        expect(withoutOutages(trace, 5).silent % 720, `${days}, ${changed}`).to.equal(0); // a Sunday at most
      }
  });

  it("fills an outage of a shop's opening hours, and not the night", () => {
    const from = 9 * DAY + 500;
    const { rates } = shop(15);
    const { trace, silent: minutes } = withoutOutages(silent(shop(15), from, from + 120), 1);
    expect(minutes).to.equal(120);
    expect(Math.max(...trace.rates.map((rate, i) => Math.abs(rate - rates[i]!)))).to.be.below(12);
  });

  it("leaves a first Sunday without anybody, which no other week explains, and says so", () => {
    const trace = shop(9);
    const { trace: mended, silent: minutes, filled } = withoutOutages(trace, 1);
    expect(mended).to.deep.equal(trace);
    expect([minutes, filled]).to.deep.equal([720, 0]);
    expect(demandHistory({ kind: "history", trace, growth: 0 }).assumptions.join()).to.match(
      /720 minutes of the history are silent for half a day or more.*planned for as they are/,
    );
  });
});
