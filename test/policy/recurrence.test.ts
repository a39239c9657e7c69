import { expect } from "chai";
import fc from "fast-check";
import { occursAt } from "../../policy/recurrence.ts";
import type { Recurrence } from "../../policy/scaling-plan.ts";
import { MONDAY } from "../support/services.ts";

const some = (min: number, max: number) => fc.uniqueArray(fc.integer({ min, max }), { minLength: 1 });
const orAll = (values: fc.Arbitrary<number[]>) => fc.option(values, { nil: null });
const recurrence: fc.Arbitrary<Recurrence> = fc.record({
  minutes: some(0, 59),
  hours: some(0, 23),
  weekdays: orAll(some(0, 6)),
  daysOfMonth: orAll(some(1, 31)),
  months: orAll(some(1, 12)),
  years: orAll(some(1970, 2100)),
});

describe("occursAt", () => {
  it("agrees with the calendar of Date, at any second of the minute", () => {
    const time = fc.integer({ min: 0, max: Date.UTC(2100, 0) / 1000 });
    fc.assert(
      fc.property(recurrence, time, (at, second) => {
        const date = new Date(second * 1000);
        const holds = (field: readonly number[] | null, value: number) => !field || field.includes(value);
        const expected =
          holds(at.minutes, date.getUTCMinutes()) &&
          holds(at.hours, date.getUTCHours()) &&
          holds(at.weekdays, date.getUTCDay()) &&
          holds(at.daysOfMonth, date.getUTCDate()) &&
          holds(at.months, date.getUTCMonth() + 1) &&
          holds(at.years, date.getUTCFullYear());
        expect(occursAt(at, second)).to.equal(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it("holds on each given day of a moment's own recurrence, leap days included", () => {
    const time = fc.integer({ min: 0, max: Date.UTC(2100, 0) / 1000 });
    fc.assert(
      fc.property(time, (second) => {
        const date = new Date(second * 1000);
        const at: Recurrence = {
          minutes: [date.getUTCMinutes()],
          hours: [date.getUTCHours()],
          weekdays: [date.getUTCDay()],
          daysOfMonth: [date.getUTCDate()],
          months: [date.getUTCMonth() + 1],
          years: [date.getUTCFullYear()],
        };
        expect(occursAt(at, second)).to.equal(true);
        expect(occursAt({ ...at, weekdays: [(date.getUTCDay() + 1) % 7] }, second)).to.equal(false);
      }),
    );
  });

  it("fires five times a week on workdays at eight", () => {
    const at = {
      hours: [8],
      minutes: [0],
      weekdays: [1, 2, 3, 4, 5],
      daysOfMonth: null,
      months: null,
      years: null,
    };
    const fired = Array.from({ length: 7 * 1440 }, (_, minute) => MONDAY + minute * 60).filter((time) =>
      occursAt(at, time),
    );
    const eights = [0, 1, 2, 3, 4].map((day) => MONDAY + day * 86_400 + 8 * 3600); // MONDAY is one
    expect(fired).to.deep.equal(eights);
  });
});
