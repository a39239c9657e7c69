import { expect } from "chai";
import fc from "fast-check";
import { readLoadTest } from "../../adapters/load-test-csv.ts";
import { type ScalingPoint, scalability } from "../../policy/scalability.ts";
import { between } from "../support/services.ts";

function law(lambda: number, alpha: number, beta: number, n: number): ScalingPoint {
  return { n, throughput: (lambda * n) / (1 + alpha * (n - 1) + beta * n * (n - 1)) };
}

const published = (file: string) => scalability(readLoadTest(`test/fixtures/latency/${file}`).scaling);
const SIZES = [1, 2, 4, 8, 16, 32, 64];

describe("scalability", () => {
  it("finds λ, α and β again in what the law gives", () => {
    fc.assert(
      fc.property(between(1, 1e5), between(0.001, 0.3), between(1e-5, 1e-2), (lambda, alpha, beta) => {
        const result = scalability(SIZES.map((n) => law(lambda, alpha, beta, n)));
        expect(result.kind).to.equal("fitted");
        expect(result.scalability!.lambda.value / lambda).to.be.closeTo(1, 1e-3);
        expect(result.scalability!.alpha.value).to.be.closeTo(alpha, 1e-3);
        expect(result.scalability!.beta.value).to.be.closeTo(beta, 1e-4);
      }),
      { numRuns: 60 },
    );
  });

  // S. Möding, "Analyze system scalability in R with the Universal Scalability Law" (the usl package's vignette), by nls:
  // γ 89.9952, α 0.0277285, β 0.0001044 for specsdm91; γ 21.8488, α 0.057771, β 0 for raytracer.
  it("agrees with the published fit of SPEC SDM 91", () => {
    const { lambda, alpha, beta, peak } = published("specsdm91.csv").scalability!;
    expect(lambda.value).to.be.closeTo(89.9952, 1e-2);
    expect(alpha.value).to.be.closeTo(0.0277285, 1e-5);
    expect(beta.value).to.be.closeTo(0.0001044, 1e-7);
    expect(peak).to.be.closeTo(96.5, 0.1);
  });

  it("agrees with the published fit of the ray tracer, which has no coherency", () => {
    const { lambda, alpha, beta, peak } = published("raytracer.csv").scalability!;
    expect(lambda.value).to.be.closeTo(21.8488, 1e-3);
    expect(alpha.value).to.be.closeTo(0.057771, 1e-5);
    expect(beta.value).to.equal(0);
    expect(peak).to.equal(Number.POSITIVE_INFINITY);
  });

  it("LT-6 refuses α below 0, where throughput rises faster than N", () => {
    const result = scalability(SIZES.map((n) => ({ n, throughput: 10 * n ** 1.2 })));
    expect(result.kind === "refused" && result.reasons.join()).to.match(/α is -0\.\d+, below 0/);
  });

  it("LT-6 refuses a residual above 20 %", () => {
    const result = scalability(SIZES.map((n, i) => ({ n, throughput: i % 2 === 0 ? 10 * n : 4 * n })));
    expect(result.kind === "refused" && result.reasons.join()).to.match(/residual is \d+ %; at most 20 %/);
  });

  it("LT-1 refuses fewer than four distinct N", () => {
    const result = scalability([1, 2, 2, 2].map((n) => law(10, 0.1, 0, n)));
    expect(result.kind === "refused" && result.reasons.join()).to.match(/2 distinct N; at least 4/);
  });
});
