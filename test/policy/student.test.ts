import { expect } from "chai";
import { standardErrors } from "../../policy/student.ts";

/** P(−q < T < q) by Simpson's rule on Student's density, its constant from ∫ = 1 under x = √ν tan θ: density ∝ cos^(ν−1) θ. */
function within(quantile: number, degrees: number): number {
  const integral = (to: number) => {
    const steps = 20_000;
    const width = to / steps;
    let sum = 0;
    for (let i = 0; i <= steps; i++)
      sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * Math.cos(i * width) ** (degrees - 1);
    return (sum * width) / 3;
  };
  return integral(Math.atan(quantile / Math.sqrt(degrees))) / integral(Math.PI / 2);
}

describe("standardErrors", () => {
  for (const degrees of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 30, 60, 100])
    it(`holds 95 % with ${degrees} degrees of freedom`, () => {
      expect(within(standardErrors(degrees), degrees)).to.be.closeTo(0.95, 1e-4);
    });

  it("never widens with more degrees of freedom, and errs to the wide side between the table's rows", () => {
    for (let degrees = 1; degrees < 300; degrees++) {
      expect(standardErrors(degrees + 1)).to.be.at.most(standardErrors(degrees));
      expect(within(standardErrors(degrees), degrees)).to.be.at.least(0.9499);
    }
  });
});
