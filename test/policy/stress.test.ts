import { expect } from "chai";
import fc from "fast-check";
import { steeper, stressFor } from "../../policy/stress.ts";
import { between, flat, MONDAY } from "../support/services.ts";

describe("steeper", () => {
  const rates = fc.array(between(0, 1000), { minLength: 1, maxLength: 200 });
  const exponent = between(0, 2);

  it("leaves constant traces alone", () => {
    fc.assert(
      fc.property(between(0, 1000), fc.integer({ min: 1, max: 300 }), exponent, (rate, minutes, power) => {
        const { rates: values } = steeper(flat(rate, minutes), power);
        expect(Math.max(...values)).to.be.closeTo(rate, 1e-9 * (1 + rate));
        expect(Math.min(...values)).to.be.closeTo(rate, 1e-9 * (1 + rate));
      }),
    );
  });

  it("never lowers a rate, and raises more with a higher exponent", () => {
    fc.assert(
      fc.property(rates, exponent, exponent, (values, a, b) => {
        const trace = { start: MONDAY, step: 60, rates: values };
        const [mild, hard] = [Math.min(a, b), Math.max(a, b)].map((power) => steeper(trace, power).rates);
        values.forEach((rate, i) => {
          expect(mild![i]).to.be.at.least(rate);
          expect(hard![i]).to.be.at.least(mild![i]!);
        });
      }),
    );
  });

  it("raises a surge of ten minutes by its height over the hour to the exponent", () => {
    const rates = Array.from({ length: 240 }, (_, i) => (i >= 115 && i < 126 ? 20 : 10));
    const raised = steeper({ start: MONDAY, step: 60, rates }, 0.5).rates;
    const hour = (11 * 20 + 50 * 10) / 61; // the 61 minutes about minute 120
    expect(raised[120]).to.be.closeTo(20 * (20 / hour) ** 0.5, 1e-9);
    expect(raised[60]).to.equal(10);
  });
});

describe("stressFor", () => {
  it("is the more careful the shorter the history", () => {
    expect([28, 14, 7, 4, 2, 1].map(stressFor).map((exponent) => Number(exponent.toFixed(2)))).to.deep.equal([
      0.06, 0.06, 0.08, 0.1, 0.15, 0.25,
    ]);
  });
});
