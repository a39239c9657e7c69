import { expect } from "chai";
import fc from "fast-check";
import { clockChanges, momentsShowing, offsetAt } from "../../policy/zone.ts";

const utc = (text: string) => Date.parse(`${text}Z`) / 1000;
const iso = (time: number) => new Date(time * 1000).toISOString().slice(0, 16);

const zone = fc.constantFrom(
  ...["Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kolkata"],
  ...["America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu", "America/St_Johns"],
);
const minute = fc.integer({ min: utc("1980-01-01T00:00") / 60, max: utc("2037-12-31T00:00") / 60 });

/** What the clocks show, by the fields that `Intl` writes: not by the offset that the code reads. */
function clock(timeZone: string, time: number): number {
  const fields = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" },
  }).formatToParts(time * 1000);
  const of = (type: string) => Number(fields.find((part) => part.type === type)!.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute")) / 1000;
}

describe("offsetAt", () => {
  it("is what the clocks show beyond UTC, at any minute", () => {
    fc.assert(
      fc.property(zone, minute, (name, at) => {
        expect(at * 60 + offsetAt(name, at * 60)).to.equal(clock(name, at * 60));
      }),
      { numRuns: 1000 },
    );
  });

  it("changes to the minute, on a day already known", () => {
    expect(offsetAt("Europe/Berlin", utc("2026-03-29T00:59"))).to.equal(3600);
    expect(offsetAt("Europe/Berlin", utc("2026-03-29T01:00"))).to.equal(7200);
    expect(offsetAt("America/New_York", utc("2026-11-01T05:59"))).to.equal(-4 * 3600);
    expect(offsetAt("America/New_York", utc("2026-11-01T06:00"))).to.equal(-5 * 3600);
  });

  it("is a multiple of a quarter hour in every zone since 1980", () => {
    for (const name of Intl.supportedValuesOf("timeZone"))
      for (const text of ["1980-01-01T00:00", "1985-07-01T00:00", "2001-01-01T00:00", "2026-07-01T00:00"])
        expect(Math.abs(offsetAt(name, utc(text)) % 900), `${name} ${text}`).to.equal(0);
  });
});

describe("clockChanges", () => {
  const changes = (name: string, year: number) => clockChanges(name, year).map(({ at }) => iso(at));

  // As published: EU directive 2000/84/EC, the US Energy Policy Act of 2005, the Australian states' acts.
  it("knows summer time of both hemispheres, and half an hour's", () => {
    expect(changes("Europe/Berlin", 2026)).to.deep.equal(["2026-03-29T01:00", "2026-10-25T01:00"]);
    expect(changes("America/New_York", 2026)).to.deep.equal(["2026-03-08T07:00", "2026-11-01T06:00"]);
    expect(changes("Australia/Sydney", 2026)).to.deep.equal(["2026-04-04T16:00", "2026-10-03T16:00"]);
    expect(clockChanges("Australia/Lord_Howe", 2026)).to.deep.equal([
      { at: utc("2026-04-04T15:00"), before: 11 * 3600, after: 10.5 * 3600 },
      { at: utc("2026-10-03T15:30"), before: 10.5 * 3600, after: 11 * 3600 },
    ]);
    expect(changes("Asia/Kolkata", 2026)).to.deep.equal([]);
  });
});

describe("momentsShowing", () => {
  const showing = (name: string, text: string) => momentsShowing(name, utc(text)).map(iso).toSorted();

  it("holds the moment itself, whatever the clocks show", () => {
    fc.assert(
      fc.property(zone, minute, (name, at) => {
        expect(momentsShowing(name, clock(name, at * 60))).to.include(at * 60);
      }),
    );
  });

  it("is none where the clocks leap, and two where they come back", () => {
    expect(showing("Europe/Berlin", "2026-03-29T02:30")).to.deep.equal([]);
    expect(showing("Europe/Berlin", "2026-10-25T02:30")).to.deep.equal([
      "2026-10-25T00:30",
      "2026-10-25T01:30",
    ]);
    expect(showing("Europe/Berlin", "2026-03-29T03:00")).to.deep.equal(["2026-03-29T01:00"]);
    expect(showing("Pacific/Apia", "2011-12-30T12:00")).to.deep.equal([]); // Samoa left that day out
    expect(showing("Pacific/Apia", "2011-12-31T00:00")).to.deep.equal(["2011-12-30T10:00"]);
  });
});
