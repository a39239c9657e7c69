import { expect } from "chai";
import fc from "fast-check";
import { reactionTime, workload } from "../../policy/workload.ts";
import { between, daily, flat, MONDAY } from "../support/services.ts";
import { seededRandom } from "../support/simulate.ts";

const STARTUP = 75;

describe("workload", () => {
  it("finds nothing in steady traffic", () => {
    const { level, trend, growth, burstiness, spikes, silentMinutes } = workload(
      flat(30, 14 * 1440),
      STARTUP,
    );
    expect([level, trend!.weekly, growth.most, burstiness, silentMinutes]).to.deep.equal([30, 0, 1, 0, 0]);
    expect(spikes).to.deep.equal([]);
  });

  it("takes the reaction for a minute, its publication and the start", () => {
    expect(reactionTime(STARTUP)).to.equal(60 + 120 + 75);
  });

  it("tells a trend from ten days on, in weekly growth of the mean", () => {
    const grown = {
      ...flat(1, 14 * 1440),
      rates: flat(1, 14 * 1440).rates.map((_, i) => 1.1 ** (i / 10_080)),
    };
    const { weekly, low, high } = workload(grown, STARTUP).trend!;
    expect(weekly).to.be.closeTo(0.1, 1e-6);
    expect(low).to.be.at.most(weekly);
    expect(high).to.be.at.least(weekly);
    expect(workload(flat(1, 9 * 1440), STARTUP).trend).to.equal(undefined);
  });

  it("takes no week's shape for a trend, on whatever day the history begins", () => {
    const shape = [1, 1, 1, 1, 0.8, 0.4, 0.3]; // quiet weekends, and a Friday that ends early
    for (let first = 0; first < 7; first++)
      for (const days of [10, 13, 18]) {
        const rates = flat(30, days * 1440).rates.map(
          (r, i) => r * shape[(first + Math.floor(i / 1440)) % 7]!,
        );
        const { weekly, low, high } = workload({ start: MONDAY + first * 86_400, step: 60, rates }, STARTUP)
          .trend!;
        for (const ratio of [weekly, low, high]) expect(ratio).to.be.closeTo(0, 1e-9);
      }
  });

  it("says how much of a day the days before foretold", () => {
    const random = seededRandom(3);
    const noise = {
      ...flat(1, 6 * 1440),
      rates: Array.from({ length: 6 * 48 }, random).flatMap((r) => new Array<number>(30).fill(r)),
    };
    expect(workload(daily(4, 100), STARTUP).foretold).to.be.closeTo(1, 1e-6);
    expect(workload(noise, STARTUP).foretold).to.be.below(0.2);
    expect(workload(daily(1, 100), STARTUP).foretold).to.equal(undefined);
  });

  // Floors are set from the same forecast: the Sunday before does not lower what it says of a Monday.
  it("from the Monday after the first weekend on finds the pattern of a workweek, which that hides before", () => {
    const wednesday = MONDAY + 2 * 86_400;
    const office = (days: number) => ({
      start: wednesday,
      step: 60,
      rates: flat(30, days * 1440).rates.map((rate, i) =>
        (2 + Math.floor(i / 1440)) % 7 < 5 ? rate : 0.2 * rate,
      ),
    });
    const foretold = (days: number) => workload(office(days), STARTUP).foretold;
    expect(foretold(5)).to.be.below(0.5);
    for (const days of [9, 10, 14, 28]) expect(foretold(days), `${days} d`).to.be.above(0.5);
  });

  it("names no hour as the steepest that it has not seen", () => {
    const falling = flat(1, 180).rates.map((_, i) => 200 - i);
    const { steepestHour, byHour } = workload(
      { start: MONDAY + 14 * 3600, step: 60, rates: falling },
      STARTUP,
    ).growth;
    expect(steepestHour).to.be.within(14, 16);
    expect(byHour.flatMap((ratio, hour) => (ratio === undefined ? [] : [hour]))).to.deep.equal([14, 15, 16]);
  });

  it("measures growth over the reaction time, and the hour when it is steepest", () => {
    const rates = Array.from({ length: 2 * 1440 }, (_, i) => (i % 1440 < 600 ? 10 : 25)); // up at 10:00, down at midnight
    const { growth } = workload({ start: MONDAY, step: 60, rates }, STARTUP);
    expect([growth.median, growth.most, growth.steepestHour]).to.deep.equal([1, 2.5, 10]);
    // Up for one reaction time, 5 of the 60 minutes of that hour, more than one in twenty; in all others nothing grows.
    expect(growth.byHour).to.deep.equal(Array.from({ length: 24 }, (_, hour) => (hour === 10 ? 2.5 : 1)));
  });

  it("tells of growth that one minute in a hundred sees, of which the median knows nothing", () => {
    const surgesEvery = (minutes: number) =>
      flat(30, 1440).rates.map((rate, i) => (i % minutes === minutes - 1 ? 2 * rate : rate));
    const growth = (minutes: number) =>
      workload({ start: MONDAY, step: 60, rates: surgesEvery(minutes) }, STARTUP).growth;
    expect(growth(50)).to.include({ median: 1, rare: 2 });
    expect(growth(360)).to.include({ median: 1, rare: 1, most: 2 }); // four times a day: an event
  });

  it("takes for bursts what differs inside a half hour, neither the day's swing nor the night", () => {
    const swing = Array.from({ length: 1440 }, (_, i) =>
      i < 360 ? 0 : Math.floor(i / 30) % 2 === 0 ? 20 : 80,
    );
    const burstiness = (rates: readonly number[]) =>
      workload({ start: MONDAY, step: 60, rates }, STARTUP).burstiness;
    expect(burstiness(swing)).to.equal(0);
    const uneven = swing.map((rate, i) => rate * (i % 2 === 0 ? 0.8 : 1.2)); // a fifth either way
    expect(burstiness(uneven)).to.be.closeTo(0.2, 1e-9);
  });

  it("lists spikes with their time, height and length, and counts silences amid traffic", () => {
    const rates = flat(30, 1440).rates.map((rate, i) =>
      i >= 700 && i < 706 ? 4 * rate : i >= 900 && i < 920 ? 0 : rate,
    );
    const { spikes, silentMinutes } = workload({ start: MONDAY, step: 60, rates }, STARTUP);
    expect(spikes).to.deep.equal([{ time: MONDAY + 700 * 60, factor: 4, minutes: 6 }]);
    expect(silentMinutes).to.equal(20);
  });

  it("tells an outage, whole, from nights and Sundays without anybody", () => {
    const open = (minute: number, i: number) =>
      minute >= 360 && minute < 1320 && Math.floor(i / 1440) % 7 !== 6;
    const shop = flat(30, 14 * 1440).rates.map((rate, i) => (open(i % 1440, i) ? rate : 0));
    const silent = (rates: readonly number[]) =>
      workload({ start: MONDAY, step: 60, rates }, STARTUP).silentMinutes;
    expect(silent(shop)).to.equal(0);
    const [from, to] = [8 * 1440 + 480, 8 * 1440 + 1080]; // ten hours of a Tuesday
    expect(silent(shop.map((rate, i) => (i >= from && i < to ? 0 : rate)))).to.equal(600);
  });

  it("says the same of the same shape at any volume", () => {
    fc.assert(
      fc.property(between(1, 1000), (factor) => {
        const [one, other] = [1, factor].map((f) =>
          workload({ ...daily(2, 50), rates: daily(2, 50).rates.map((r) => r * f) }, STARTUP),
        );
        expect(other!.level / one!.level).to.be.closeTo(factor, 1e-6 * factor);
        expect(other!.growth.most).to.be.closeTo(one!.growth.most, 1e-9);
        expect(other!.burstiness).to.be.closeTo(one!.burstiness, 1e-9);
      }),
      { numRuns: 10 },
    );
  });
});
