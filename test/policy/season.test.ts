import { expect } from "chai";
import fc from "fast-check";
import { SLOT, season, seasonalProfile } from "../../policy/season.ts";
import { daily, MONDAY } from "../support/services.ts";

const WEEK = Array.from({ length: 7 * 1440 }, (_, minute) => MONDAY + minute * 60);

describe("season", () => {
  it("puts every minute of a week into a slot, and every slot into the week", () => {
    for (const [seasonality, slots] of [
      ["none", 1],
      ["daily", 48],
      ["workweek", 96],
    ] as const) {
      const { slots: count, slotAt } = season(seasonality);
      const minutes = new Array<number>(count).fill(0);
      for (const time of WEEK) minutes[slotAt(time)]!++;
      expect(count).to.equal(slots);
      expect(minutes.reduce((a, b) => a + b, 0)).to.equal(WEEK.length);
      expect(Math.min(...minutes)).to.be.at.least((2 * SLOT) / 60); // on a weekend's two days at the least
    }
  });

  it("keeps Saturdays and Sundays apart from workdays", () => {
    const { slotAt } = season("workweek");
    for (const time of WEEK) {
      const weekend = [0, 6].includes(new Date(time * 1000).getUTCDay());
      expect(slotAt(time) >= 48).to.equal(weekend);
    }
  });
});

describe("seasonalProfile", () => {
  const trace = fc
    .array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 200, maxLength: 400 })
    .map((rates) => ({ start: MONDAY, step: 60, rates }));
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

  it("conserves the mean rate, weights and shares", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("none" as const, "daily" as const, "workweek" as const),
        trace,
        (how, any) => {
          const { levels, weights, deviations } = seasonalProfile(any, how);
          const mean = sum(any.rates) / any.rates.length;
          expect(sum(weights)).to.be.closeTo(1, 1e-9);
          expect(sum(levels.map((level, slot) => level * weights[slot]!))).to.be.closeTo(mean, 1e-6);
          for (const points of deviations)
            if (points.length > 0) expect(sum(points.map(([, share]) => share))).to.be.closeTo(1, 1e-9);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("finds the pattern of a day that repeats, and no deviation from it beyond the slot's own slope", () => {
    const trace = daily(3, 100);
    const { levels, deviations } = seasonalProfile(trace, "daily");
    const noon = 24;
    expect(levels[noon]).to.be.closeTo(100, 1); // the half hour from noon on
    expect(Math.max(...levels)).to.be.at.most(100);
    expect(levels[0]).to.be.closeTo(10, 1);
    for (const [factor] of deviations[noon]!) expect(factor).to.be.closeTo(1, 0.1);
  });
});
