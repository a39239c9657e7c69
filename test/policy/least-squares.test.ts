import { expect } from "chai";
import { readLoadTest } from "../../adapters/load-test-csv.ts";
import { leastSquares } from "../../policy/least-squares.ts";

describe("leastSquares", () => {
  it("solves a linear problem as the normal equations do", () => {
    const x = [0, 1, 2, 3];
    const y = [1, 3, 4, 8];
    const fit = leastSquares(([a, b]) => x.map((value, i) => a! + b! * value - y[i]!), [0, 0]);
    // b = Σ(x−x̄)(y−ȳ) ÷ Σ(x−x̄)² = 11 ÷ 5; a = 4 − 1.5 b; (JᵀJ)⁻¹ of b = 1 ÷ 5
    expect(fit.parameters[1]).to.be.closeTo(11 / 5, 1e-6);
    expect(fit.parameters[0]).to.be.closeTo(4 - 1.5 * (11 / 5), 1e-6);
    expect(fit.unscaledCovariance?.[1]?.[1]).to.be.closeTo(1 / 5, 1e-4);
  });

  // smoeding/usl, tests/usl-nlxb.Rout.save: α ± 0.0091217, β ± 0.0000199 (standard errors), for errors that are alike.
  it("agrees with the published standard errors of SPEC SDM 91", () => {
    const { scaling } = readLoadTest("test/fixtures/latency/specsdm91.csv");
    const fit = leastSquares(
      ([lambda, alpha, beta]) =>
        scaling.map(
          ({ n, throughput }) =>
            (100 * lambda! * n) / (1 + (alpha! / 100) * (n - 1) + (beta! / 1e4) * n * (n - 1)) - throughput,
        ),
      [1, 1, 1],
    );
    const variance = fit.sumOfSquares / (scaling.length - 3);
    expect(Math.sqrt(fit.unscaledCovariance![1]![1]! * variance) / 100).to.be.closeTo(0.0091217, 1e-5);
    expect(Math.sqrt(fit.unscaledCovariance![2]![2]! * variance) / 1e4).to.be.closeTo(0.0000199, 1e-7);
  });

  it("tells the error of a mean by how far each value is from it", () => {
    const values = [1, 2, 6];
    const fit = leastSquares(([mean]) => values.map((value) => mean! - value), [0]);
    // HC3 of a mean: Σ(x − x̄)² ÷ (n − 1)², each leverage being 1 ÷ n.
    expect(fit.robustCovariance?.[0]?.[0]).to.be.closeTo((4 + 1 + 9) / 4, 1e-4);
  });

  it("comes down Rosenbrock's valley from far away", () => {
    // Rosenbrock, The Computer Journal 3(3), 1960: the minimum is 0 at (1, 1).
    const fit = leastSquares(([a, b]) => [10 * (b! - a! ** 2), 1 - a!], [-1.2, 1]);
    expect(fit.parameters[0]).to.be.closeTo(1, 1e-4);
    expect(fit.sumOfSquares).to.be.below(1e-8);
  });

  it("never steps to where the residuals are not finite", () => {
    const fit = leastSquares(([a]) => [a! <= 0 ? Number.POSITIVE_INFINITY : Math.log(a!) + 3], [5]);
    expect(fit.parameters[0]).to.be.closeTo(Math.exp(-3), 1e-4);
  });

  it("says that parameters which the residuals do not tell apart have no covariance", () => {
    const fit = leastSquares(([a, b]) => [a! + b! - 1, 2 * (a! + b!) - 2], [0, 0]);
    const variance = fit.unscaledCovariance?.[0]?.[0] ?? Number.POSITIVE_INFINITY;
    expect(fit.sumOfSquares).to.be.below(1e-9);
    expect(variance).to.be.above(1e6);
  });
});
