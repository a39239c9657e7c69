import { expect } from "chai";
import {
  forecast,
  hasSeenWeekend,
  quietDays,
  SLOT,
  SLOTS_A_DAY,
  tellsWeekendsApart,
} from "../../policy/season.ts";
import type { Trace } from "../../policy/trace.ts";
import { daily, MONDAY } from "../support/services.ts";

/** Days from Monday on, each at one level. */
function levels(...days: readonly number[]): Trace {
  return { start: MONDAY, step: 60, rates: days.flatMap((level) => new Array<number>(1440).fill(level)) };
}
const foretoldOn = (trace: Trace, day: number) => forecast(trace).foretold[day * SLOTS_A_DAY + 5];

describe("forecast", () => {
  it("foretells the first day from those after it, and an only day from nothing", () => {
    const { foretold, first } = forecast(levels(7, 9, 11));
    expect(first).to.equal(MONDAY / SLOT);
    expect(foretold[3]).to.equal(10);
    expect([...forecast(levels(7)).foretold]).to.deep.equal(new Array(SLOTS_A_DAY).fill(0));
  });

  it("foretells each half hour as the mean of the days before it, never of a later one", () => {
    expect(foretoldOn(levels(10, 20, 60, 1000), 2)).to.equal(15);
    expect(foretoldOn(levels(10, 20, 60, 1000), 3)).to.equal(30);
  });

  it("finds the pattern of a day that repeats", () => {
    const { workday, weekend } = forecast(daily(3, 100));
    expect(workday[24]).to.be.closeTo(100, 1); // the half hour from noon on
    expect(workday[0]).to.be.closeTo(10, 1);
    expect(weekend[24]! / workday[24]!).to.equal(0.5); // no weekend was seen: half of what ordinary days have
  });

  it("tells workdays and weekends apart from the second of a kind on", () => {
    const week = [10, 10, 10, 10, 10, 2, 2];
    const { workday, weekend } = forecast(levels(...week));
    expect([workday[7], weekend[7]]).to.deep.equal([10, 2]);
    const oneSaturday = forecast(levels(...week.slice(0, 6)));
    expect(oneSaturday.weekend[7]).to.be.closeTo((5 * 10 + 2) / 6, 1e-9); // one is an event
  });

  it("remembers two weeks", () => {
    const days = [...new Array<number>(14).fill(1), ...new Array<number>(15).fill(8)];
    expect(foretoldOn(levels(...days), 28)).to.equal(8);
  });
});

describe("hasSeenWeekend", () => {
  it("takes a day's worth of Saturday and Sunday", () => {
    const from = (day: number, minutes: number) =>
      hasSeenWeekend({ ...levels(1), start: MONDAY + day * 86_400, rates: new Array(minutes).fill(1) });
    expect([from(0, 5 * 1440), from(0, 6 * 1440 - 1), from(0, 6 * 1440)]).to.deep.equal([false, false, true]);
    expect([from(5.5, 1439), from(5.5, 1440), from(6.5, 5 * 1440)]).to.deep.equal([false, true, false]);
  });
});

describe("tellsWeekendsApart", () => {
  it("takes two days' worth of each kind", () => {
    const told = (days: number, from = MONDAY) =>
      tellsWeekendsApart({ start: from, step: 60, rates: new Array<number>(days * 1440).fill(1) });
    expect([5, 6, 7].map((days) => told(days))).to.deep.equal([false, false, true]);
    expect([2, 3, 4].map((days) => told(days, MONDAY - 2 * 86_400))).to.deep.equal([false, false, true]);
  });
});

describe("quietDays", () => {
  it("are at 0.3 of their level to 0.5, from the oldest day to the newest", () => {
    const { rates, ...other } = quietDays(levels(10, 20, 10, 20, 10));
    expect(other).to.deep.equal({ start: MONDAY, step: 60 });
    [3, 7, 4, 9, 5].forEach((level, day) => {
      for (const minute of [0, 1439]) expect(rates[day * 1440 + minute]).to.be.closeTo(level, 1e-9);
    });
  });
});
