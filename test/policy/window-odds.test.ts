import { expect } from "chai";
import fc from "fast-check";
import { budgetParts } from "../../policy/budget-parts.ts";
import type { ReplayMinutes } from "../../policy/replay.ts";
import { windowOdds } from "../../policy/window-odds.ts";
import { available, CART, flat } from "../support/services.ts";

const DAYS = 2;
const [RATE, COUNT] = [10, DAYS * 1440];
const trace = flat(RATE, COUNT);
const { idle, rest } = budgetParts(CART, CART.slos[0]!);

/** Minutes of a replay in which each uses so many shares of the window's budget, what idle tasks miss left out. */
function using(shareOf: (minute: number) => number): ReplayMinutes {
  const column = (valueAt: (minute: number) => number) =>
    Float64Array.from({ length: COUNT }, (_, i) => valueAt(i));
  const [arrived, none] = [column(() => RATE * 60), column(() => 0)];
  const late = column((minute) => idle * RATE * 60 + shareOf(minute) * rest * RATE * 60 * COUNT);
  return { count: COUNT, arrived, refused: none, late: [late], ready: none, capacity: none };
}
const begin = windowOdds(CART, trace);
const missed = (shareOf: (minute: number) => number) => {
  const odds = begin();
  odds.add(using(shareOf), 0, COUNT, 0);
  return odds.missed();
};
const steadily = (share: number) => () => share / COUNT;
const atOnce = (share: number) => (minute: number) => (minute === 1000 ? share : 0);

describe("windowOdds", () => {
  it("is even at 85 % of what capacity decides of the budget, however it is used", () => {
    expect(missed(steadily(0.85))).to.be.closeTo(0.5, 1e-9);
    expect(missed(atOnce(0.85))).to.be.closeTo(0.5, 1e-9);
  });

  it("trusts steady use, and doubts what one incident used: the next may be twice as bad, or half", () => {
    expect(missed(steadily(0.6))).to.be.below(0.01);
    expect(missed(atOnce(0.6))).to.be.within(0.3, 0.4);
    expect(missed(steadily(1.2))).to.be.above(0.99);
    expect(missed(atOnce(1.2))).to.be.within(0.6, 0.7);
  });

  it("doubts the more the fewer the parts of the window that used it", () => {
    const inParts = (parts: number) =>
      missed((minute) => (minute % 360 === 0 && minute < parts * 360 ? 0.6 / parts : 0));
    const odds = [1, 2, 4, 8].map(inParts);
    expect(odds).to.deep.equal(odds.toSorted((a, b) => b - a));
    expect(odds[3]).to.be.closeTo(missed(steadily(0.6)), 1e-9);
  });

  it("counts nothing for what idle tasks miss", () => {
    expect(missed(() => 0)).to.equal(0);
  });

  it("counts nothing for shares too small to be squared: a queue refuses one request in 10¹⁷⁰", () => {
    const odds = windowOdds(available(0.999), trace)();
    odds.add({ ...using(() => 0), refused: new Float64Array(COUNT).fill(1e-170) }, 0, COUNT, 0);
    expect(odds.missed()).to.equal(0);
    expect(odds.surelyMissed()).to.equal(0);
  });

  it("judges the newest minutes, whatever the length of the history", () => {
    for (const minutes of [COUNT + 1, COUNT + 576, COUNT + 720, COUNT + 1000]) {
      const odds = windowOdds(available(0.999), flat(RATE, minutes))();
      const arrived = new Float64Array(minutes).fill(RATE * 60);
      const refused = arrived.map((requests, minute) => (minute >= minutes - 60 ? requests : 0));
      odds.add({ ...using(() => 0), count: minutes, arrived, refused }, 0, minutes, 0);
      expect(odds.worstUse(), `${minutes} minutes`).to.be.closeTo(60 / COUNT / 0.001, 1e-9);
      expect(odds.missed()).to.be.above(0.4);
      expect(odds.surelyMissed()).to.equal(odds.missed());
    }
  });

  it("is sure of no more than what is missed in the end, and of all of it then", () => {
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
        const shareOf = (minute: number) => byMinute.get(minute) ?? 0;
        const odds = begin();
        const minutes = using(shareOf);
        odds.add(minutes, COUNT - until, COUNT, COUNT - until); // the newest minutes first
        const before = odds.surelyMissed();
        odds.add(minutes, 0, COUNT - until, 0);
        const after = odds.missed();
        expect(before).to.be.at.most(after + 1e-12);
        expect(odds.surelyMissed()).to.equal(after);
      }),
      { numRuns: 60 },
    );
  });
});
