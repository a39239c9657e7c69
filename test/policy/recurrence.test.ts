import { expect } from "chai";
import fc from "fast-check";
import { dueMinutes, occursAt } from "../../policy/recurrence.ts";
import type { Recurrence } from "../../policy/scaling-plan.ts";
import { AT_EIGHT, MONDAY } from "../support/services.ts";

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

describe("occursAt in a zone", () => {
  /** The moments, as `2026-03-29T06:00`, from the start of a UTC day on. */
  const fired = (at: Recurrence, from: string, days: number) =>
    Array.from({ length: days * 1440 }, (_, minute) => Date.parse(`${from}T00:00Z`) / 1000 + minute * 60)
      .filter((time) => occursAt(at, time))
      .map((time) => new Date(time * 1000).toISOString().slice(0, 16));

  it("keeps the hour that the clocks show when summer time starts and ends, on both hemispheres", () => {
    const berlin = { ...AT_EIGHT, zone: "Europe/Berlin" };
    expect(fired(berlin, "2026-03-28", 2)).to.deep.equal(["2026-03-28T07:00", "2026-03-29T06:00"]);
    expect(fired(berlin, "2026-10-24", 2)).to.deep.equal(["2026-10-24T06:00", "2026-10-25T07:00"]);
    const sydney = { ...AT_EIGHT, zone: "Australia/Sydney" };
    expect(fired(sydney, "2026-04-03", 2)).to.deep.equal(["2026-04-03T21:00", "2026-04-04T22:00"]);
    expect(fired(sydney, "2026-10-02", 2)).to.deep.equal(["2026-10-02T22:00", "2026-10-03T21:00"]);
  });

  it("knows zones half an hour and a quarter off", () => {
    expect(fired({ ...AT_EIGHT, zone: "Asia/Kolkata" }, "2026-06-01", 1)).to.deep.equal(["2026-06-01T02:30"]);
    expect(fired({ ...AT_EIGHT, zone: "Asia/Kathmandu" }, "2026-06-01", 1)).to.deep.equal([
      "2026-06-01T02:15",
    ]);
  });

  it("takes weekday, day, month and year from the zone's calendar", () => {
    const monday = { ...AT_EIGHT, weekdays: [1] };
    expect(fired({ ...monday, zone: "Pacific/Auckland" }, "2026-06-01", 7)).to.deep.equal([
      "2026-06-07T20:00", // Sunday in UTC; the Monday before began in UTC's May
    ]);
    const late = { ...monday, hours: [22], zone: "America/Los_Angeles" };
    expect(fired(late, "2026-06-01", 7)).to.deep.equal(["2026-06-02T05:00"]);
    const first = { ...AT_EIGHT, hours: [0], minutes: [30], daysOfMonth: [1], zone: "Asia/Kolkata" };
    expect(fired(first, "2026-02-20", 20)).to.deep.equal(["2026-02-28T19:00"]);
    const newYear = { ...first, months: [1], years: [2027] };
    expect(fired(newYear, "2026-12-20", 20)).to.deep.equal(["2026-12-31T19:00"]);
  });

  it("SCL-32 skips what does not exist, and comes twice where the clocks do", () => {
    const night = { ...AT_EIGHT, hours: [2], minutes: [30], zone: "Europe/Berlin" };
    expect(fired(night, "2026-03-29", 1)).to.deep.equal([]);
    expect(fired(night, "2026-10-25", 1)).to.deep.equal(["2026-10-25T00:30", "2026-10-25T01:30"]);
  });

  it("falls in none but its due minutes, all of which are its own in UTC", () => {
    const zone = fc.constantFrom("Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", undefined);
    const time = fc.integer({ min: Date.UTC(1980, 0) / 1000, max: Date.UTC(2037, 0) / 1000 });
    fc.assert(
      fc.property(some(0, 59), some(0, 23), zone, time, (minutes, hours, name, second) => {
        const at: Recurrence = { ...AT_EIGHT, minutes, hours, ...(name === undefined ? {} : { zone: name }) };
        const due = dueMinutes(at).includes(Math.floor(second / 60) % 1440);
        if (occursAt(at, second)) expect(due).to.equal(true);
        if (name === undefined) expect(due).to.equal(occursAt(at, second));
      }),
      { numRuns: 2000 },
    );
  });
});
