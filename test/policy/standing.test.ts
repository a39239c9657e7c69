import { expect } from "chai";
import { forecast } from "../../policy/season.ts";
import { constantStanding, leadMinutes, seasonalStanding } from "../../policy/standing.ts";
import { daily, PROFILE } from "../support/services.ts";

const BOUNDS = { min: 2, max: 40 };

/** Ten requests a second for each task of PROFILE at full utilization. */
const SLOT_RATE = PROFILE.concurrency / PROFILE.serviceTime.mean;

describe("standing", () => {
  it("is just its tasks when it is constant", () => {
    expect(constantStanding(2)).to.deep.include({ kind: "constant", schedule: [], min: 2 });
  });

  const trace = daily(4, 200);
  const standing = seasonalStanding(forecast(trace), 1.5, PROFILE, BOUNDS, trace);

  it("holds a multiple of what the forecast needs, within the bounds", () => {
    const most = Math.max(...standing.schedule.map((action) => action.min!));
    expect(most).to.be.closeTo((1.5 * 200) / SLOT_RATE, 1);
    for (const action of standing.schedule) expect(action.min).to.be.within(BOUNDS.min, BOUNDS.max);
    expect(standing.min).to.be.within(BOUNDS.min, most);
  });

  it("rehearses each day with what other days foretold", () => {
    const { rehearsed } = standing;
    const noon = (day: number) => rehearsed![day * 1440 + 735]!;
    expect(rehearsed).to.have.length(trace.rates.length);
    for (const day of [0, 1, 3]) expect(noon(day)).to.be.closeTo(30, 1);
    expect(Math.max(...rehearsed!)).to.be.at.most(BOUNDS.max);
  });

  it("has on a weekend like none seen what half the level needs, as its schedule does, and no less than the least", () => {
    const { onUnseenWeekend, schedule } = standing;
    const noon = onUnseenWeekend!.rehearsed![735]!;
    expect(noon).to.be.closeTo(15, 1);
    expect(Math.min(...onUnseenWeekend!.rehearsed!)).to.equal(BOUNDS.min);
    const saturdays = schedule
      .filter(({ at }) => at.weekdays?.every((day) => day === 0 || day === 6))
      .map(({ min }) => min!);
    expect(Math.max(...saturdays)).to.equal(noon);
  });

  it("holds more on such a weekend where more is foretold, and the same on other days", () => {
    const busy = seasonalStanding(forecast(trace, 0.8), 1.5, PROFILE, BOUNDS, trace);
    expect(busy.onUnseenWeekend!.rehearsed![735]!).to.be.closeTo(24, 1);
    expect([busy.unseen, standing.unseen]).to.deep.equal([0.8, 0.5]);
    expect(busy.rehearsed).to.deep.equal(standing.rehearsed);
  });

  it("raises a floor by the longest start-up ahead of the rise, in whole minutes", () => {
    expect(leadMinutes(75)).to.equal(2); // 75 s × 1.2 = 90 s
    const { rehearsed } = standing;
    const rise = Array.from({ length: 720 }, (_, i) => 1440 + i).find(
      (i) => rehearsed![i + 1]! > rehearsed![i]!,
    )!;
    expect((rise + 1 + leadMinutes(75)) % 30).to.equal(0); // half hours change at :00 and :30
  });
});
