import { expect } from "chai";
import fc from "fast-check";
import { readLoadTest } from "../../adapters/load-test-csv.ts";
import { type ScalingPoint, scalability } from "../../policy/scalability.ts";
import { between } from "../support/services.ts";
import { seededRandom } from "../support/simulate.ts";

function law(lambda: number, alpha: number, beta: number, n: number): ScalingPoint {
  return { n, throughput: (lambda * n) / (1 + alpha * (n - 1) + beta * n * (n - 1)) };
}

const published = (file: string) => scalability(readLoadTest(`test/fixtures/latency/${file}`).scaling);
const SIZES = [1, 2, 4, 8, 16, 32, 64];

/** Tables of the law, whose throughput is measured with an error of so large a share of it. */
function measured(alpha: number, beta: number, error: number, sizes: readonly number[]) {
  return Array.from({ length: 200 }, (_, seed) => {
    const random = seededRandom(seed + 1);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return scalability(
      sizes.map((n) => ({ n, throughput: law(20, alpha, beta, n).throughput * Math.exp(error * normal()) })),
    );
  });
}

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

  // smoeding/usl, tests/usl-nlxb.Rout.save: γ 89.995233, α 0.0277285, β 0.0001044.
  it("agrees with the published fit of SPEC SDM 91", () => {
    const { lambda, alpha, beta, peak } = published("specsdm91.csv").scalability!;
    expect(lambda.value).to.be.closeTo(89.995233, 1e-3);
    expect(alpha.value).to.be.closeTo(0.0277285, 1e-6);
    expect(beta.value).to.be.closeTo(0.0001044, 1e-7);
    expect(peak).to.be.closeTo(97, 0.6); // tests/peak-scalability.Rout.save
  });

  it("finds no coherency in the ray tracer, and contention that no other value improves on", () => {
    const { lambda, alpha, beta, peak, points } = published("raytracer.csv").scalability!;
    expect(beta.value).to.equal(0);
    expect(peak).to.equal(Number.POSITIVE_INFINITY);
    const squares = (a: number, b: number) =>
      points.reduce((sum, { n, throughput }) => sum + (law(a, b, 0, n).throughput - throughput) ** 2, 0);
    for (const step of [0.99, 0.999, 1.001, 1.01]) {
      expect(squares(lambda.value * step, alpha.value)).to.be.above(squares(lambda.value, alpha.value));
      expect(squares(lambda.value, alpha.value * step)).to.be.above(squares(lambda.value, alpha.value));
    }
    expect(alpha.value).to.be.within(0.05, 0.065);
  });

  for (const [alpha, beta] of [
    [0.005, 3e-4],
    [0.06, 2e-5],
    [0.06, 0],
  ] as const)
    it(`holds α of ${alpha} and β of ${beta} in about 95 % of its intervals`, () => {
      const fits = measured(alpha, beta, 0.03, SIZES).flatMap(({ scalability }) => scalability ?? []);
      const share = (within: (fit: (typeof fits)[number]) => boolean) =>
        fits.filter(within).length / fits.length;
      expect(share((fit) => fit.alpha.low <= alpha && alpha <= fit.alpha.high)).to.be.above(0.9);
      expect(share((fit) => fit.beta.low <= beta && beta <= fit.beta.high)).to.be.above(0.9);
    });

  it("takes what scales without loss for that, whatever a few percent of noise say", () => {
    const results = measured(0, 0, 0.03, [1, 2, 4, 8, 16]);
    expect(results.filter(({ kind }) => kind === "refused").length / results.length).to.be.below(0.1);
  });

  it("does not know a coefficient the better for putting it at 0", () => {
    const { beta } = published("raytracer.csv").scalability!;
    expect(beta.low).to.equal(0);
    expect(beta.high).to.be.within(1e-5, 1e-3);
  });

  it("LT-6 refuses α below 0, where throughput rises faster than N", () => {
    const result = scalability(SIZES.map((n) => ({ n, throughput: 10 * n ** 1.2 })));
    expect(result.kind === "refused" && result.reasons.join()).to.match(
      /α is -0\.\d+, below 0.*rises faster than N, from 10 each at N = 1 to 23 at N = 64/,
    );
  });

  // Requests a second of 1 kB by CPUs, from a test that nginx.com published (second-hand).
  it("LT-6 says where the law does not fit, where α is below 0 though throughput never rises faster than N", () => {
    const measured = { 1: 74091, 2: 131466, 4: 261269, 8: 524745, 16: 972382, 32: 1316362, 36: 1309358 };
    const result = scalability(
      Object.entries(measured).map(([n, throughput]) => ({ n: Number(n), throughput })),
    );
    expect(result.kind === "refused" && result.reasons.join()).to.match(
      /α is -0\.0107, below 0.*does not fit this table, least at N = 1, with 74091 measured and 642\d\d by the law/,
    );
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
