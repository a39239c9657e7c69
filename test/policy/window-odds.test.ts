import { expect } from "chai";
import fc from "fast-check";
import { budgetParts } from "../../policy/budget-parts.ts";
import type { ReplayMinutes } from "../../policy/replay.ts";
import type { Service } from "../../policy/service.ts";
import type { Trace } from "../../policy/trace.ts";
import { type WindowOdds, windowOdds } from "../../policy/window-odds.ts";
import { available, CART, flat } from "../support/services.ts";

const [RATE, DAY] = [10, 1440];
const { idle, rest } = budgetParts(CART, CART.slos[0]!);

/** Minutes of a replay in which each uses so many shares of a two-day window's budget, what idle tasks miss left out. */
function using(days: number, shareOf: (minute: number) => number): ReplayMinutes {
  const column = (valueAt: (minute: number) => number) =>
    Float64Array.from({ length: days * DAY }, (_, i) => valueAt(i));
  const [arrived, none] = [column(() => RATE * 60), column(() => 0)];
  const late = column((minute) => idle * RATE * 60 + shareOf(minute) * rest * RATE * 60 * 2 * DAY);
  return { count: days * DAY, arrived, refused: none, late: [late], ready: none, capacity: none };
}
function missed(days: number, shareOf: (minute: number) => number): number {
  const odds = oddsOn(CART, flat(RATE, days * DAY))();
  odds.add(using(days, shareOf), 0, days * DAY, 0);
  return odds.missed();
}
function oddsOn(service: Service, trace: Trace): () => WindowOdds {
  return windowOdds(
    service,
    trace,
    service.slos.map(() => ({ evenOdds: 0.85, deviation: 0.12 })),
  );
}
const steadily = (share: number) => () => share / (2 * DAY);
/** A share at one minute of each of some days. */
const at = (share: number, minutes: readonly number[]) => (minute: number) =>
  minutes.includes(minute) ? share : 0;

describe("windowOdds", () => {
  it("is even at 85 % of what capacity decides of the budget, used steadily", () => {
    for (const days of [1, 2, 14]) expect(missed(days, steadily(0.85))).to.be.closeTo(0.48, 0.01);
  });

  it("trusts steady use, and doubts what one incident used: the next window may have two of them, or none", () => {
    expect(missed(2, steadily(0.6))).to.be.below(0.01);
    expect(missed(2, at(0.6, [1000]))).to.be.within(0.15, 0.3);
    expect(missed(2, steadily(1.2))).to.be.above(0.97);
    expect(missed(2, at(1.2, [1000]))).to.be.within(0.3, 0.6);
  });

  it("doubts what some parts of the days used, and not the same used by all", () => {
    const inParts = (parts: number) =>
      missed(2, (minute) => (minute % 360 === 0 && minute < parts * 360 ? 0.6 / parts : 0));
    for (const parts of [1, 2, 4]) expect(inParts(parts)).to.be.within(0.15, 0.3);
    expect(inParts(8))
      .to.be.closeTo(missed(2, steadily(0.6)), 1e-9)
      .and.below(0.01);
  });

  it("counts a weekend without anybody as kept", () => {
    const rates = Array.from({ length: 14 * DAY }, (_, minute) => (minute < 12 * DAY ? RATE : 0));
    const odds = oddsOn(CART, { start: 0, step: 60, rates })();
    const [arrived, none] = [Float64Array.from(rates, (rate) => rate * 60), new Float64Array(14 * DAY)];
    const minutes = { count: 14 * DAY, arrived, refused: none, late: [none], ready: none, capacity: none };
    odds.add(minutes, 0, 14 * DAY, 0);
    expect({ missed: odds.missed(), worst: odds.worstUse() }).to.deep.equal({ missed: 0, worst: 0 });
  });

  it("knows an hour that is busy every day, and doubts as many incidents at no fixed hour", () => {
    const days = Array.from({ length: 14 }, (_, day) => day);
    const atNoon = missed(
      14,
      at(
        0.3,
        days.map((day) => day * DAY + 720),
      ),
    );
    const atAnyHour = missed(
      14,
      at(
        0.3,
        days.map((day) => day * DAY + ((day * 5) % 24) * 60),
      ),
    );
    expect(atNoon).to.be.below(0.02);
    expect(atAnyHour).to.be.within(3 * atNoon, 0.3);
  });

  it("takes an incident for the rarer the older it is, and two for twice as many", () => {
    const [old, young] = [2, 12].map((day) => missed(14, at(1, [day * DAY])));
    expect(old).to.be.below(0.5 * young!);
    expect(missed(14, at(1, [2 * DAY, 12 * DAY]))).to.be.above(young!);
  });

  it("adds up incidents that the history had on days of their own", () => {
    // None of these windows used more than half its budget; two of the days in one window use all of it.
    const everyFourth = missed(
      16,
      at(
        0.5,
        [0, 1, 2, 3].map((i) => i * 4 * DAY + 2000),
      ),
    );
    expect(everyFourth).to.be.within(0.01, 0.2);
  });

  it("counts nothing for what idle tasks miss", () => {
    expect(missed(2, () => 0)).to.equal(0);
  });

  it("counts nothing for shares too small to be squared: a queue refuses one request in 10¹⁷⁰", () => {
    const odds = oddsOn(available(0.999), flat(RATE, 2 * DAY))();
    odds.add({ ...using(2, () => 0), refused: new Float64Array(2 * DAY).fill(1e-170) }, 0, 2 * DAY, 0);
    expect(odds.missed()).to.equal(0);
  });

  it("looks at the newest hours, whatever the length of the history", () => {
    const days = 3.3; // incidents in the last hours alone
    const late = (minute: number) => (minute >= days * DAY - 300 && minute % 60 === 0 ? 0.5 : 0);
    expect(missed(days, late)).to.be.above(0.5);
    for (const minutes of [2 * DAY + 1, 2 * DAY + 576, 2 * DAY + 720, 2 * DAY + 1000]) {
      const odds = oddsOn(available(0.999), flat(RATE, minutes))();
      const arrived = new Float64Array(minutes).fill(RATE * 60);
      const refused = arrived.map((requests, minute) => (minute >= minutes - 60 ? requests : 0));
      odds.add({ ...using(1, () => 0), count: minutes, arrived, refused }, 0, minutes, 0);
      expect(odds.worstUse(), `${minutes} minutes`).to.be.closeTo(60 / (2 * DAY) / 0.001, 1e-9);
    }
  });

  it("hardly ever says more, while minutes are still to come, than in the end", () => {
    const COUNT = 4 * DAY;
    const begin = oddsOn(CART, flat(RATE, COUNT));
    const uses = fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: COUNT - 1 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(uses, fc.integer({ min: 1, max: COUNT }), (incidents, until) => {
        const byMinute = new Map(incidents.map(({ at, share }) => [at, share]));
        const odds = begin();
        const minutes = using(4, (minute) => byMinute.get(minute) ?? 0);
        odds.add(minutes, COUNT - until, COUNT, COUNT - until); // the newest minutes first
        const before = odds.missed();
        odds.add(minutes, 0, COUNT - until, 0);
        expect(before).to.be.at.most(1.1 * odds.missed() + 0.01);
      }),
      { numRuns: 60 },
    );
  });
});
