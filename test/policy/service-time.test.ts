import { expect } from "chai";
import fc from "fast-check";
import {
  residualLongerThan,
  serviceTimePoints,
  serviceTimeQuantile,
  shareServedWithin,
} from "../../policy/service-time.ts";
import { between } from "../support/services.ts";

const serviceTime = fc.record({ mean: between(0.01, 5), cv: between(0.05, 2) });

describe("log-normal service times", () => {
  // The median of a log-normal is mean ÷ √(1 + cv²); 1.6448536 and 2.3263479 are the standard normal's 95th and
  // 99th percentiles (NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.1).
  it("have the quantiles of their closed form", () => {
    fc.assert(
      fc.property(serviceTime, (time) => {
        const median = time.mean / Math.sqrt(1 + time.cv ** 2);
        const sigma = Math.sqrt(Math.log(1 + time.cv ** 2));
        for (const [share, z] of [
          [0.5, 0],
          [0.95, 1.6448536],
          [0.99, 2.3263479],
        ] as const)
          expect(serviceTimeQuantile(time, share) / (median * Math.exp(sigma * z))).to.be.closeTo(1, 1e-6);
      }),
    );
  });

  it("SLO-7: mean 200 ms and cv 0.7 give 74.8 % within 250 ms and a 99th percentile of 712 ms", () => {
    const time = { mean: 0.2, cv: 0.7 };
    expect(shareServedWithin(time, 0.25)).to.be.closeTo(0.748, 5e-4);
    expect(serviceTimeQuantile(time, 0.99)).to.be.closeTo(0.712, 5e-4);
  });

  it("stay within a quantile for exactly its share", () => {
    fc.assert(
      fc.property(serviceTime, between(0.001, 0.999), (time, share) => {
        expect(shareServedWithin(time, serviceTimeQuantile(time, share))).to.be.closeTo(share, 1e-9);
      }),
    );
  });

  it("are stood for by points of the same mean and variability", () => {
    fc.assert(
      fc.property(fc.record({ mean: between(0.01, 5), cv: between(0.05, 1.2) }), (time) => {
        const points = serviceTimePoints(time, Number.POSITIVE_INFINITY);
        const moment = (power: number) => points.reduce((sum, [x, share]) => sum + share * x ** power, 0);
        expect(moment(0)).to.be.closeTo(1, 1e-9);
        expect(moment(1) / time.mean).to.be.closeTo(1, 1e-3);
        expect(Math.sqrt(moment(2) / moment(1) ** 2 - 1) / time.cv).to.be.closeTo(1, 0.02);
      }),
    );
  });

  it("are constant without variability", () => {
    const constant = { mean: 0.2, cv: 0 };
    expect([0.19, 0.2].map((limit) => shareServedWithin(constant, limit))).to.deep.equal([0, 1]);
    expect(serviceTimeQuantile(constant, 0.99)).to.be.closeTo(0.2, 1e-12);
    expect(serviceTimePoints(constant, Number.POSITIVE_INFINITY)).to.deep.equal([[0.2, 1]]);
    expect(residualLongerThan(constant, 0.05)).to.be.closeTo(0.75, 1e-12); // uniform on the 0.2 s
  });
});

describe("residualLongerThan", () => {
  it("is 1 at once and falls with time", () => {
    fc.assert(
      fc.property(serviceTime, between(0, 5), between(0, 5), (time, a, b) => {
        expect(residualLongerThan(time, 0)).to.equal(1);
        const [sooner, later] = [Math.min(a, b), Math.max(a, b)];
        expect(residualLongerThan(time, later)).to.be.within(0, residualLongerThan(time, sooner) + 1e-12);
      }),
    );
  });

  it("is the integral of the tail over the mean", () => {
    fc.assert(
      fc.property(serviceTime, between(0.1, 5), (time, means) => {
        const from = means * time.mean;
        const steps = 4000;
        let within = 0; // midpoint rule for the part that it leaves out: ∫ P(S > t) dt up to `from`
        for (let i = 0; i < steps; i++) within += 1 - shareServedWithin(time, ((i + 0.5) * from) / steps);
        expect(residualLongerThan(time, from)).to.be.closeTo(1 - (within * from) / steps / time.mean, 1e-4);
      }),
      { numRuns: 20 },
    );
  });
});
