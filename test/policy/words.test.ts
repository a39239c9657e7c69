import { expect } from "chai";
import fc from "fast-check";
import { dollars, figure, percent, perSecond, seconds, span } from "../../policy/words.ts";
import { between } from "../support/services.ts";

describe("words", () => {
  it("write a figure to three significant digits, without exponent or trailing zeros", () => {
    expect([0, 0.5, 1.2345, 12.345, 1234.5, 0.012345].map(figure)).to.deep.equal([
      "0",
      "0.5",
      "1.23",
      "12.3",
      "1235",
      "0.0123",
    ]);
    fc.assert(
      fc.property(between(1e-3, 1e6), (value) => {
        expect(figure(value)).to.match(/^\d+(\.\d*[1-9])?$/);
        expect(Number(figure(value)) / value).to.be.closeTo(1, 0.005);
      }),
    );
  });

  it("write a percentage with as many nines as tell it from 100 %", () => {
    const given = [0.5, 0.748, 0.99, 0.999, 0.9995, 0.99999, 1];
    expect(given.map(percent)).to.deep.equal([
      "50 %",
      "74.8 %",
      "99 %",
      "99.9 %",
      "99.95 %",
      "99.999 %",
      "100 %",
    ]);
    fc.assert(
      fc.property(between(0.5, 1 - 1e-7), (ratio) => {
        expect(percent(ratio)).to.not.equal("100 %");
        expect(Number.parseFloat(percent(ratio)) / 100).to.be.closeTo(ratio, (1 - ratio) / 2 + 1e-9);
      }),
    );
  });

  it("write a small error budget as what it is", () => {
    expect([0.001, 0.0005, 0.0001].map(percent)).to.deep.equal(["0.1 %", "0.05 %", "0.01 %"]);
  });

  it("write times in the unit a person would use", () => {
    expect(
      [0, 0.25, 0.712, 1, 75, 120, 180, 375, 3600, 7200, 7500, 86_400, 8_640_000].map(seconds),
    ).to.deep.equal([
      "0 s",
      "250 ms",
      "712 ms",
      "1 s",
      "75 s",
      "2 min",
      "3 min",
      "375 s",
      "60 min",
      "2 h",
      "125 min",
      "24 h",
      "100 d",
    ]);
    expect([1800, 3600, 7200, 45_000, 86_400, 172_800, 302_400, 1_209_600].map(span)).to.deep.equal([
      "30 minutes",
      "60 minutes",
      "2 hours",
      "12.5 hours",
      "24 hours",
      "48 hours",
      "3.5 days",
      "14 days",
    ]);
  });

  it("write rates and money with their unit", () => {
    expect(perSecond(400)).to.equal("400 /s");
    expect([36.04, 900.4].map(dollars)).to.deep.equal(["36.04 USD", "900 USD"]);
  });
});
