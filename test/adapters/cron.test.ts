import { expect } from "chai";
import fc from "fast-check";
import { cronEc2, cronEcs, moments, recurrenceEc2, recurrenceEcs } from "../../adapters/cron.ts";
import { occursAt } from "../../policy/recurrence.ts";
import type { Recurrence } from "../../policy/scaling-plan.ts";
import { AT_EIGHT } from "../support/services.ts";

const some = (min: number, max: number) =>
  fc
    .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 8 })
    .map((list) => list.toSorted((a, b) => a - b));
const orAll = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });

const recurrence: fc.Arbitrary<Recurrence> = fc
  .record({
    minutes: some(0, 59),
    hours: some(0, 23),
    days: fc.oneof(
      fc.constant({ weekdays: null, daysOfMonth: null }),
      some(0, 6).map((weekdays) => ({ weekdays, daysOfMonth: null })),
      some(1, 28).map((daysOfMonth) => ({ weekdays: null, daysOfMonth })), // days that every month has
    ),
    months: orAll(some(1, 12)),
    years: orAll(some(2024, 2040)),
  })
  .map(({ days, ...rest }) => ({ ...rest, ...days }));

describe("cron", () => {
  it("says the same in Application Auto Scaling's six fields", () => {
    fc.assert(
      fc.property(recurrence, (at) => {
        expect(recurrenceEcs(cronEcs(at))).to.deep.equal(at);
      }),
    );
  });

  it("says the same in EC2 Auto Scaling's five fields", () => {
    fc.assert(
      fc.property(recurrence, (at) => {
        const yearly = { ...at, years: null };
        expect(recurrenceEc2(cronEc2(yearly))).to.deep.equal(yearly);
      }),
    );
  });

  it("is read or refused, whatever the text", () => {
    const field = fc.oneof(fc.string(), fc.stringMatching(/^[0-9A-Z*?,/-]{1,6}$/));
    fc.assert(
      fc.property(fc.array(field, { minLength: 4, maxLength: 7 }), (fields) => {
        for (const read of [recurrenceEcs(`cron(${fields.join(" ")})`), recurrenceEc2(fields.join(" "))])
          expect("refused" in read || read.minutes.every((minute) => minute >= 0 && minute < 60)).to.equal(
            true,
          );
      }),
    );
  });

  it("writes weekdays by name, SCL-30, and every field in AWS's order", () => {
    expect(cronEcs(AT_EIGHT)).to.equal("cron(0 8 * * ? *)");
    expect(cronEcs({ ...AT_EIGHT, weekdays: [1, 2, 3, 4, 5] })).to.equal("cron(0 8 ? * MON-FRI *)");
    expect(cronEcs({ ...AT_EIGHT, weekdays: [0, 6] })).to.equal("cron(0 8 ? * SUN,SAT *)");
    expect(cronEcs({ ...AT_EIGHT, daysOfMonth: [1, 15], months: [12] })).to.equal("cron(0 8 1,15 DEC ? *)");
    expect(cronEc2({ ...AT_EIGHT, weekdays: [1, 2, 3, 4, 5] })).to.equal("0 8 * * MON-FRI");
  });

  const read: readonly [string, string, Partial<Recurrence>][] = [
    ["a step", "cron(0/15 8 * * ? *)", { minutes: [0, 15, 30, 45] }],
    ["a step of all", "cron(*/30 8 * * ? *)", { minutes: [0, 30] }],
    ["a range with a step", "cron(0 8-14/3 * * ? *)", { hours: [8, 11, 14] }],
    ["a list of ranges", "cron(0 8 ? * MON-TUE,SAT *)", { weekdays: [1, 2, 6] }],
    ["a week that wraps", "cron(0 8 ? * FRI-MON *)", { weekdays: [0, 1, 5, 6] }],
    ["lower case", "cron(0 8 ? jan-mar mon *)", { weekdays: [1], months: [1, 2, 3] }],
    ["29 February", "cron(0 8 29 FEB ? *)", { daysOfMonth: [29], months: [2] }],
    ["a moment", "at(2026-12-24T08:00:00)", { daysOfMonth: [24], months: [12], years: [2026] }],
  ];
  for (const [title, text, expected] of read)
    it(`reads ${title}`, () => {
      expect(recurrenceEcs(text)).to.deep.equal({ ...AT_EIGHT, ...expected });
    });

  const refused: readonly [string, () => unknown, RegExp][] = [
    [
      "SCL-28 five fields in cron()",
      () => recurrenceEcs("cron(0 8 * * MON-FRI)"),
      /write cron\(0 8 \? \* MON-FRI \*\)/,
    ],
    [
      "SCL-28 six fields without cron()",
      () => recurrenceEcs("0 8 ? * MON-FRI *"),
      /as cron\(0 8 \? \* MON-FRI \*\)/,
    ],
    [
      "SCL-28 no question mark",
      () => recurrenceEcs("cron(0 8 * * * *)"),
      /exactly one.*cron\(0 8 \* \* \? \*\)/,
    ],
    ["SCL-28 cron() for a group", () => recurrenceEc2("cron(0 8 ? * MON-FRI *)"), /write 0 8 \* \* MON-FRI/],
    ["SCL-29 the minute 60", () => recurrenceEcs("cron(60 8 * * ? *)"), /minute `60` is not within 0 to 59/],
    ["SCL-29 30 February", () => recurrenceEc2("0 8 30 FEB *"), /never fires/],
    ["SCL-29 L in a group", () => recurrenceEc2("0 8 L * *"), /neither `L`, `W` nor `#`/],
    ["SCL-29 15W in a group", () => recurrenceEc2("0 8 15W * *"), /neither `L`, `W` nor `#`/],
    ["SCL-30 a weekday as a number", () => recurrenceEcs("cron(0 8 ? * 2 *)"), /Sunday = 1.*write SUN, MON/],
    ["SCL-29 a range that runs backwards", () => recurrenceEcs("cron(0 20-8 * * ? *)"), /runs backwards/],
    ["SCL-29 a step of 0", () => recurrenceEcs("cron(0/0 8 * * ? *)"), /step of the minute is 0/],
    ["both day fields for a group", () => recurrenceEc2("0 8 1 * MON"), /either day field matches/],
  ];
  for (const [title, reading, message] of refused)
    it(`refuses ${title}`, () => {
      expect(reading()).to.have.property("refused").that.matches(message);
    });

  it("refuses to write a day of the month that is also a weekday", () => {
    expect(() => cronEcs({ ...AT_EIGHT, weekdays: [5], daysOfMonth: [13] })).to.throw(/also a given weekday/);
  });

  it("fires at eight on the weekdays of a week", () => {
    const monday = Date.UTC(2026, 10, 23) / 1000;
    const found = moments({ ...AT_EIGHT, weekdays: [1, 3] }, monday, monday + 7 * 86_400);
    expect(found).to.deep.equal([monday + 8 * 3600, monday + 2 * 86_400 + 8 * 3600]);
  });

  it("fires in a zone at the minutes that occursAt says, over both changes of its clocks", () => {
    const zone = fc.constantFrom("Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns");
    const from = fc.constantFrom(Date.UTC(2026, 2, 28), Date.UTC(2026, 9, 24), Date.UTC(2026, 2, 7));
    fc.assert(
      fc.property(recurrence, zone, from, (when, name, start) => {
        const at: Recurrence = { ...when, months: null, years: null, zone: name };
        const minutes = Array.from({ length: 3 * 1440 }, (_, minute) => start / 1000 + minute * 60);
        const end = start / 1000 + 3 * 86_400;
        expect(moments(at, start / 1000, end)).to.deep.equal(minutes.filter((time) => occursAt(at, time)));
      }),
      { numRuns: 60 },
    );
  });
});
