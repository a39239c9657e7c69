import { expect } from "chai";
import { power } from "../../policy/power.ts";

describe("power", () => {
  it("is the same to the last bit on every Node: these are Node 20's", () => {
    expect([power(1.15, 13), power(0.7, 0.31), power(2.3, -1.7), power(1e-8, 0.05)]).to.deep.equal([
      6.152787621294763, 0.8953243423928468, 0.24269603364938944, 0.3981071705534972,
    ]);
  });

  it("is the power, to fifteen digits", () => {
    for (const base of [1e-9, 0.3, 1, 1.05, 7, 1e6])
      for (const exponent of [-1.5, 0, 0.25, 1, 2.75, 20])
        expect(power(base, exponent) / base ** exponent).to.be.closeTo(1, 1e-12);
  });

  it("is 0 of nothing, and 1 to the power of 0", () => {
    expect([power(0, 0.3), power(0, 0), power(4, 0), power(1, 9)]).to.deep.equal([0, 1, 1, 1]);
  });
});
