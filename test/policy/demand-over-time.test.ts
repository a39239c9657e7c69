import { expect } from "chai";
import fc from "fast-check";
import { tasksNeeded } from "../../policy/demand-curve.ts";
import { demandOverTime } from "../../policy/demand-over-time.ts";
import { between, CART, flat, promising } from "../support/services.ts";

describe("demandOverTime", () => {
  it("law: is what the long run needs in every minute", () => {
    fc.assert(
      fc.property(fc.array(between(0, 300), { minLength: 1, maxLength: 20 }), (rates) => {
        const demand = demandOverTime(CART, { ...flat(0, 1), rates });
        expect([...demand]).to.deep.equal(rates.map((rate) => tasksNeeded(CART, rate)));
      }),
      { numRuns: 20 },
    );
  });

  it("is infinite where no number of tasks is enough", () => {
    expect([...demandOverTime(promising(0.9999999, 0.1), flat(5, 3))]).to.deep.equal(
      new Array(3).fill(Number.POSITIVE_INFINITY),
    );
  });
});
