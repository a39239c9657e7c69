import { expect } from "chai";
import fc from "fast-check";
import { cheapestFloor, floorSchedule } from "../../policy/floor.ts";
import { occursAt } from "../../policy/recurrence.ts";
import { type SeasonalProfile, SLOT, season, seasonalProfile } from "../../policy/season.ts";
import { between, daily, MONDAY } from "../support/services.ts";

/** Ten requests a second for each task; what exceeds them is bad, in budgets of 1 %. */
const budgetUse = (tasks: number, rate: number) => (rate > 10 * tasks ? (1 - (10 * tasks) / rate) / 0.01 : 0);

const PROFILE = seasonalProfile(daily(3, 300), "daily");

/** Error budgets and mean tasks that a floor takes. */
function account(profile: SeasonalProfile, floor: readonly number[]) {
  let [bad, total, tasks] = [0, 0, 0];
  profile.levels.forEach((level, slot) => {
    const weight = profile.weights[slot]!;
    for (const [factor, share] of profile.deviations[slot]!)
      bad += weight * share * level * factor * budgetUse(floor[slot]!, level * factor);
    total += weight * level;
    tasks += weight * floor[slot]!;
  });
  return { used: bad / total, tasks };
}

describe("cheapestFloor", () => {
  const allowance = between(0.05, 50);

  it("uses at most its allowance", () => {
    fc.assert(
      fc.property(allowance, (allowed) => {
        const floor = cheapestFloor(PROFILE, budgetUse, 1, 60)(allowed);
        expect(account(PROFILE, floor).used).to.be.at.most(allowed + 1e-9);
      }),
    );
  });

  // Everett, "Generalized Lagrange multiplier method", Operations Research 11(3), 1963: what one price of a bad
  // request picks is the cheapest of all that lose as little.
  it("is cheaper than any floor, constant or not, that loses as little", () => {
    const other = fc.oneof(
      fc.integer({ min: 1, max: 40 }).map((tasks) => PROFILE.levels.map(() => tasks)),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 48, maxLength: 48 }),
      between(0.05, 0.3).map((each) => PROFILE.levels.map((level) => Math.max(1, Math.ceil(level * each)))),
    );
    fc.assert(
      fc.property(allowance, other, (allowed, rival) => {
        const ours = account(PROFILE, cheapestFloor(PROFILE, budgetUse, 1, 60)(allowed));
        const theirs = account(PROFILE, rival);
        // 1e-2: an option that loses less than a thousandth of a budget is not looked beyond
        if (theirs.used <= ours.used) expect(ours.tasks).to.be.at.most(theirs.tasks + 0.01);
      }),
    );
  });

  it("never stands taller when it may lose more", () => {
    fc.assert(
      fc.property(allowance, allowance, (a, b) => {
        const tasks = (allowed: number) =>
          account(PROFILE, cheapestFloor(PROFILE, budgetUse, 1, 60)(allowed)).tasks;
        expect(tasks(Math.max(a, b))).to.be.at.most(tasks(Math.min(a, b)) + 1e-9);
      }),
    );
  });

  it("keeps within the bounds, whatever it would like", () => {
    const floor = cheapestFloor(PROFILE, budgetUse, 4, 20)(0.01);
    expect([Math.min(...floor), Math.max(...floor)]).to.deep.equal([4, 20]);
  });
});

describe("floorSchedule", () => {
  const floor = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 96, maxLength: 96 });
  const shape = { ...PROFILE, season: season("workweek") };

  /** The floor in force at each minute of a week, a first week having set it up. */
  function inForce(tasks: readonly number[], startup: number): (minute: number) => number {
    const schedule = floorSchedule(shape, tasks, Math.ceil(startup / 60));
    const due = new Map<number, number>();
    let now = 0;
    const values = Array.from({ length: 14 * 1440 }, (_, minute) => {
      const ofWeek = minute % (7 * 1440);
      for (const action of minute < 7 * 1440 ? schedule : [])
        if (occursAt(action.at, MONDAY + minute * 60)) due.set(minute, action.min!);
      now = due.get(ofWeek) ?? now;
      return now;
    });
    return (minute) => values[7 * 1440 + minute]!;
  }

  it("holds each slot's floor from its beginning to its end, and no more until the next one's start-up", () => {
    fc.assert(
      fc.property(floor, between(30, 1700), (tasks, startup) => {
        const at = inForce(tasks, startup);
        const lead = Math.ceil(startup / 60);
        const wrong = Array.from({ length: 7 * 1440 }, (_, minute) => minute).filter((minute) => {
          const slot = shape.season.slotAt(MONDAY + minute * 60);
          const next = shape.season.slotAt(MONDAY + minute * 60 + SLOT);
          const ahead = SLOT / 60 - (minute % (SLOT / 60)) <= lead;
          const risesWithin = tasks[next]! > tasks[slot]!;
          return at(minute) !== (ahead && risesWithin ? tasks[next] : tasks[slot]);
        });
        expect(wrong).to.deep.equal([]);
      }),
      { numRuns: 10 },
    );
  });

  it("raises the floor early at midnight, too", () => {
    const tasks = season("workweek").slots;
    const rising = Array.from({ length: tasks }, (_, slot) => (slot % 48 === 0 ? 5 : 1));
    expect(inForce(rising, 120)(1440 - 2)).to.equal(5);
  });

  it("holds a rise that is brought forward by more than a slot", () => {
    const tasks = Array.from({ length: 96 }, (_, slot) => (slot === 11 ? 1 : slot === 12 ? 5 : 3));
    expect(inForce(tasks, SLOT + 600)((12 * SLOT) / 60)).to.equal(5);
  });

  it("gives every action a name of its own, within the 125 of an Auto Scaling group", () => {
    fc.assert(
      fc.property(floor, (tasks) => {
        const names = floorSchedule(shape, tasks, 1).map((action) => action.name);
        expect(new Set(names).size).to.equal(names.length);
        expect(names.length).to.be.at.most(125);
      }),
    );
  });

  it("schedules nothing for a floor that does not recur", () => {
    expect(floorSchedule({ ...PROFILE, season: season("none") }, [3], 1)).to.deep.equal([]);
  });
});
