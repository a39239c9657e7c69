import { expect } from "chai";
import fc from "fast-check";
import {
  cpuUnits,
  dollarsPerMonth,
  duration,
  mebibytes,
  type Reading,
  rate,
  share,
} from "../../adapters/quantity.ts";

const refusal = (reading: Reading) =>
  typeof reading === "number" ? `accepted as ${reading}` : reading.refused;

const accepted: readonly [string, (input: unknown) => Reading, unknown, number][] = [
  ["SLO-15 a no-break space", share, "99.9\u00a0%", 0.999],
  ["SLO-15 a narrow no-break space", duration, "250\u202fms", 0.25],
  ["SLO-3 a percentage", share, "99 %", 0.99],
  ["SLO-3 a percentage without a space", share, "99.9%", 0.999],
  ["CAP-15 milliseconds without a space", duration, "200ms", 0.2],
  ["CAP-15 msec", duration, "200 msec", 0.2],
  ["SLO-8 days", duration, "28 d", 28 * 86_400],
  ["SLO-8 weeks", duration, "4 weeks", 28 * 86_400],
  ["CAP-10 per second", rate, "400 /s", 400],
  ["CAP-10 per minute", rate, "24000 /min", 400],
  ["CAP-10 per hour", rate, "3600/h", 1],
  ["CAP-10 rps", rate, "400 rps", 400],
  ["CAP-10 rpm", rate, "60 rpm", 1],
  ["SCL-10 dollars a month", dollarsPerMonth, "900 USD/month", 900],
  ["SCL-10 dollars an hour, 730 of them", dollarsPerMonth, "2 USD/hour", 1460],
  ["CMP-2 vCPU", cpuUnits, "0.5 vCPU", 512],
  ["CMP-2 .5 vCPU", cpuUnits, ".5 vCPU", 512],
  ["CMP-2 quoted units", cpuUnits, "512", 512],
  ["CMP-2 units", cpuUnits, 512, 512],
  ["CMP-3 GB", mebibytes, "1 GB", 1024],
  ["CMP-3 GiB", mebibytes, "1 GiB", 1024],
  ["CMP-3 MB", mebibytes, "1024 MB", 1024],
  ["CMP-3 a plain number", mebibytes, 1024, 1024],
];

const refused: readonly [string, (input: unknown) => Reading, unknown, RegExp][] = [
  ["SLO-3 99", share, 99, /no unit; write.*`99 %`/],
  ["SLO-3 0.99", share, "0.99", /no unit; write.*`99 %`/],
  ["SLO-5 a bare number", duration, 1, /time.*`250 ms`.*`1 s`/],
  ["SLO-5 a word", duration, "fast", /time.*`250 ms`/],
  ["SLO-5 an unknown unit", duration, "1 parsec", /`parsec` is an unknown unit.*time/],
  ["SLO-5 another dimension", duration, "1 MB", /`MB` is no unit of time/],
  ["SLO-9 a month", duration, "1 month", /no fixed length; write `28 d` or `30 d`/],
  ["SLO-15 a decimal comma", share, "99,9 %", /write `99\.9 %`/],
  ["SLO-15 a thousands' comma", dollarsPerMonth, "1,000 USD/month", /write `1000 USD\/month`/],
  ["SLO-15 full-width digits", share, "９９ %", /write `99 %` with plain digits/],
  ["CAP-1 NaN", duration, Number.NaN, /no unit/],
  ["CAP-1 infinity", duration, "1e999 s", /finite/],
  ["CAP-10 a bare number", rate, "400", /`400 \/s`/],
  ["CAP-10 a fortnight", rate, "400 /fortnight", /`fortnight` is an unknown unit/],
  ["CAP-10 a rate per byte", rate, "400 /MB", /`MB` is no unit of time/],
  ["CAP-15 megaseconds", duration, "200 Ms", /megasecond; write `ms`/],
  ["SCL-10 euros", dollarsPerMonth, "900 EUR/month", /US dollars/],
  ["SCL-10 no period", dollarsPerMonth, "900 USD", /period is missing/],
  ["CMP-2 Kubernetes' millicpu", cpuUnits, "512 m", /512 m ≈ 524 units/],
  ["CMP-3 seconds of memory", mebibytes, "1 s", /no unit of memory/],
];

describe("a quantity", () => {
  for (const [title, reading, input, expected] of accepted)
    it(`${title}: is read`, () => {
      expect(reading(input)).to.equal(expected);
    });

  for (const [title, reading, input, expected] of refused)
    it(`${title}: is refused`, () => {
      expect(refusal(reading(input))).to.match(expected);
    });

  it("means the same in every unit", () => {
    const units: readonly [string, number][] = [
      ["ms", 0.001],
      ["s", 1],
      ["min", 60],
      ["h", 3600],
      ["d", 86_400],
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.constantFrom(...units),
        (amount, [unit, length]) => {
          expect(duration(`${amount} ${unit}`)).to.be.closeTo(amount * length, 1e-9 * amount * length);
        },
      ),
    );
  });

  it("keeps the digits of a percentage", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), (thousandths) => {
        expect(share(`${thousandths / 1000} %`)).to.equal(Number(`${thousandths}e-5`));
      }),
    );
  });

  it("is read or refused, never thrown at", () => {
    for (const reading of [duration, rate, share, dollarsPerMonth, mebibytes, cpuUnits])
      fc.assert(
        fc.property(fc.anything(), (input) => {
          const read = reading(input);
          expect(typeof read === "number" || typeof read.refused === "string").to.equal(true);
        }),
      );
  });

  it("is read or refused whatever follows the number", () => {
    fc.assert(
      fc.property(fc.double(), fc.string(), (value, unit) => {
        const read = duration(`${value} ${unit}`);
        expect(typeof read === "number" ? Number.isFinite(read) : read.refused.length > 0).to.equal(true);
      }),
    );
  });
});
