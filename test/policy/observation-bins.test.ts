import { expect } from "chai";
import fc from "fast-check";
import { binned } from "../../policy/observation-bins.ts";
import { row } from "../support/measurements.ts";

const timed = (rate: number, time: number) => row(rate, { responses: [{ of: 0.5, time }] });

describe("binned", () => {
  it("leaves few rows as they are", () => {
    const rows = Array.from({ length: 24 }, (_, i) => timed(i + 1, 1));
    expect(binned(rows)).to.equal(rows);
  });

  it("makes groups of like load, in its order, that span all of it, whatever the order of the rows", () => {
    const rates = fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { minLength: 25, maxLength: 200 });
    fc.assert(
      fc.property(rates, (some) => {
        const groups = binned(some.map((rate) => timed(rate, rate)));
        expect(groups.length).to.be.within(8, 16);
        const loads = groups.map(({ arrivalRate }) => arrivalRate);
        expect(loads).to.deep.equal(loads.toSorted((a, b) => a - b));
        expect(loads[0]).to.be.at.least(Math.min(...some) - 1e-9);
        expect(loads.at(-1)).to.be.at.most(Math.max(...some) + 1e-9);
        for (const { arrivalRate, responses } of groups)
          expect(responses[0]!.time).to.be.closeTo(arrivalRate, 1e-9);
      }),
    );
  });

  it("takes medians, which one outlier of three does not move", () => {
    const rows = Array.from({ length: 30 }, (_, i) => timed(i + 1, i % 3 === 0 ? 100 : 1));
    for (const { responses } of binned(rows)) expect(responses[0]!.time).to.equal(1);
  });
});
