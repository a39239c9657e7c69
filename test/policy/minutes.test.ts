import { expect } from "chai";
import fc from "fast-check";
import { byMinute, section } from "../../policy/minutes.ts";
import type { Trace } from "../../policy/trace.ts";
import { between, MONDAY } from "../support/services.ts";

const rates = fc.array(between(0, 1000), { minLength: 1, maxLength: 50 });
const trace = (step: number, values: readonly number[]): Trace => ({ start: MONDAY, step, rates: values });
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe("byMinute", () => {
  it("leaves minutes as they are", () => {
    fc.assert(
      fc.property(rates, (values) => {
        expect(byMinute(trace(60, values))).to.deep.equal(trace(60, values));
      }),
    );
  });

  it("conserves the mean of finer steps, whether they divide a minute or not", () => {
    const step = fc.constantFrom(1, 7, 10, 15, 20, 30, 45);
    fc.assert(
      fc.property(step, fc.array(between(0, 1000), { minLength: 4, maxLength: 4 }), (seconds, pattern) => {
        const values = Array.from({ length: 240 }, (_, i) => pattern[i % 4]!); // 240 steps are whole minutes
        const result = byMinute(trace(seconds, values));
        expect(result.rates).to.have.length((240 * seconds) / 60);
        expect(sum(result.rates) / result.rates.length).to.be.closeTo(sum(values) / 240, 1e-6);
      }),
    );
  });

  // A ramp of k minutes from r to s holds k r + (s − r)(k − 1)/2; summed over all steps only the ends remain.
  it("conserves the mean of coarser steps but for half a step at the ends", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), rates, (k, values) => {
        const result = byMinute(trace(60 * k, values));
        const ends = ((values.at(-1)! - values[0]!) * (k - 1)) / 2;
        expect(sum(result.rates)).to.be.closeTo(k * sum(values) + ends, 1e-6 * (1 + k * sum(values)));
      }),
    );
  });

  it("stays within the values given and passes through those of coarser steps", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7200 }), rates, (seconds, values) => {
        const result = byMinute(trace(seconds, values));
        expect(Math.min(...result.rates)).to.be.at.least(Math.min(...values) - 1e-9);
        expect(Math.max(...result.rates)).to.be.at.most(Math.max(...values) + 1e-9);
        if (seconds % 60 === 0)
          values.forEach((value, i) => {
            expect(result.rates[(i * seconds) / 60]).to.be.closeTo(value, 1e-9);
          });
      }),
    );
  });
});

it("section starts at its own minute", () => {
  const part = section(trace(60, [1, 2, 3, 4]), 1, 2);
  expect(part).to.deep.equal({ start: MONDAY + 60, step: 60, rates: [2, 3] });
});
