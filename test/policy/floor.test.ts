import { expect } from "chai";
import fc from "fast-check";
import { type DailyFloors, floorSchedule } from "../../policy/floor.ts";
import { occursAt } from "../../policy/recurrence.ts";
import { SLOT, SLOTS_A_DAY } from "../../policy/season.ts";
import { between, MONDAY } from "../support/services.ts";

describe("floorSchedule", () => {
  const day = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: SLOTS_A_DAY, maxLength: SLOTS_A_DAY });
  const floor: fc.Arbitrary<DailyFloors> = fc.record({ workday: day, weekend: day });
  const everyDay = (tasks: readonly number[]): DailyFloors => ({ workday: tasks, weekend: tasks });
  const floorAt = ({ workday, weekend }: DailyFloors, minute: number) => {
    const ofWeek = minute % (7 * 1440); // from Monday on
    return (ofWeek >= 5 * 1440 ? weekend : workday)[Math.floor((ofWeek % 1440) / (SLOT / 60))]!;
  };

  /** The floor in force at each minute of a week, a first week having set it up. */
  function inForce(floors: DailyFloors, startup: number): (minute: number) => number {
    const schedule = floorSchedule(floors, Math.ceil(startup / 60));
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
          const [now, next] = [floorAt(tasks, minute), floorAt(tasks, minute + SLOT / 60)];
          const ahead = SLOT / 60 - (minute % (SLOT / 60)) <= lead;
          return at(minute) !== (ahead && next > now ? next : now);
        });
        expect(wrong).to.deep.equal([]);
      }),
      { numRuns: 10 },
    );
  });

  it("raises the floor early at midnight, too", () => {
    const rising = Array.from({ length: SLOTS_A_DAY }, (_, slot) => (slot === 0 ? 5 : 1));
    expect(inForce(everyDay(rising), 120)(1440 - 2)).to.equal(5);
  });

  it("holds a rise that is brought forward by more than a slot", () => {
    const tasks = Array.from({ length: SLOTS_A_DAY }, (_, slot) => (slot === 11 ? 1 : slot === 12 ? 5 : 3));
    expect(inForce(everyDay(tasks), SLOT + 600)((12 * SLOT) / 60)).to.equal(5);
  });

  it("gives every action a name of its own, within the 125 of an Auto Scaling group", () => {
    fc.assert(
      fc.property(floor, (tasks) => {
        const names = floorSchedule(tasks, 1).map((action) => action.name);
        expect(new Set(names).size).to.equal(names.length);
        expect(names.length).to.be.at.most(125);
      }),
    );
  });

  it("says each floor once for every day where workdays and weekends are alike", () => {
    const tasks = Array.from({ length: SLOTS_A_DAY }, (_, slot) => (slot < 24 ? 1 : 4));
    const schedule = floorSchedule(everyDay(tasks), 2);
    expect(schedule.map(({ name, min }) => [name, min])).to.deep.equal([
      ["floor-daily-0000", 1], // a fall is not brought forward
      ["floor-daily-1158", 4],
    ]);
    for (const { at } of schedule) expect(at.weekdays).to.equal(null);
  });
});
