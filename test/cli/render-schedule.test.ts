import { expect } from "chai";
import { scheduleLines } from "../../cli/render-schedule.ts";
import type { ScheduledAction } from "../../policy/scaling-plan.ts";

const floor = (min: number, hour: number, zone?: string): ScheduledAction => ({
  name: `at-${hour}`,
  at: {
    ...{
      minutes: [0],
      hours: [hour],
      weekdays: [1, 2, 3, 4, 5],
      daysOfMonth: null,
      months: null,
      years: null,
    },
    ...(zone === undefined ? {} : { zone }),
  },
  min,
});
const told = (...schedule: readonly ScheduledAction[]) =>
  scheduleLines(schedule).map((line) => line.trim().replace(/\s+/g, " "));

describe("scheduleLines", () => {
  it("says UTC once where there is no zone", () => {
    expect(told(floor(9, 8), floor(2, 20))).to.deep.equal([
      "2 scheduled actions: the floor from each moment on, UTC",
      "Mon–Fri",
      "08:00 9 20:00 2",
    ]);
  });

  it("says each zone beside its days where there is one", () => {
    expect(told(floor(9, 8, "Europe/Berlin"), floor(2, 20))).to.deep.equal([
      "2 scheduled actions: the floor from each moment on",
      "Mon–Fri, Europe/Berlin",
      "08:00 9",
      "Mon–Fri, UTC",
      "20:00 2",
    ]);
  });
});
