import { expect } from "chai";
import fc from "fast-check";
import {
  empiricalServiceTime,
  empiricalServiceTimeOf,
  leastMean,
  residualLongerThan,
  serviceTimeAt,
  serviceTimePoints,
  serviceTimeQuantile,
  shareServedWithin,
  slowed,
  stretched,
} from "../../policy/service-time.ts";
import { steadyState } from "../../policy/steady-state.ts";
import { between, PROFILE } from "../support/services.ts";
import { requestPlant, seededRandom } from "../support/simulate.ts";

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
        const { times, shares } = serviceTimePoints(time, Number.POSITIVE_INFINITY);
        const moment = (power: number) => times.reduce((sum, x, i) => sum + shares[i]! * x ** power, 0);
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
    const { times, shares } = serviceTimePoints(constant, Number.POSITIVE_INFINITY);
    expect([[...times], [...shares]]).to.deep.equal([[0.2], [1]]);
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

describe("service times of which quantiles are known", () => {
  const [P50, P90, P99] = [
    { share: 0.5, time: 0.12 },
    { share: 0.9, time: 0.3 },
    { share: 0.99, time: 0.9 },
  ] as const;
  const known = empiricalServiceTime([P50, P90, P99]);

  /** Two to four quantiles in rising order. */
  const quantiles = fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 2, maxLength: 4 }),
      fc.array(between(1.05, 3), { minLength: 4, maxLength: 4 }),
    )
    .map(([percents, factors]) => {
      const longer = (count: number) => factors.slice(0, count).reduce((time, factor) => time * factor, 0.1);
      return percents
        .toSorted((a, b) => a - b)
        .map((percent, i) => ({ share: percent / 100, time: longer(i) }));
    });

  it("go through the quantiles, and have the mean and cv they say", () => {
    fc.assert(
      fc.property(quantiles, (through) => {
        const time = empiricalServiceTime(through);
        for (const { share, time: limit } of through) {
          expect(shareServedWithin(time, limit)).to.be.closeTo(share, 1e-9);
          expect(serviceTimeQuantile(time, share) / limit).to.be.closeTo(1, 1e-9);
        }
        const steps = 40_000; // midpoint rule over the normal deviate
        let [mean, square] = [0, 0];
        for (let i = 0; i < steps; i++) {
          const deviate = -12 + (24 * (i + 0.5)) / steps;
          const weight = ((24 / steps) * Math.exp(-(deviate ** 2) / 2)) / Math.sqrt(2 * Math.PI);
          const value = serviceTimeAt(time, deviate);
          mean += weight * value;
          square += weight * value ** 2;
        }
        fc.pre(time.cv < 3); // beyond, the sum needs more than twelve deviations
        expect(mean / time.mean).to.be.closeTo(1, 1e-3);
        expect(square / (time.mean ** 2 * (1 + time.cv ** 2))).to.be.closeTo(1, 0.01);
      }),
      { numRuns: 30 },
    );
  });

  it("meet a log-normal distribution exactly, from any two of its quantiles", () => {
    fc.assert(
      fc.property(
        serviceTime,
        between(0.02, 0.5),
        between(0.6, 0.99),
        between(0.001, 0.999),
        (time, p, q, s) => {
          const through = [p, q].map((share) => ({ share, time: serviceTimeQuantile(time, share) }));
          const met = empiricalServiceTime(through);
          expect(met.mean / time.mean).to.be.closeTo(1, 1e-6);
          expect(met.cv / time.cv).to.be.closeTo(1, 1e-5);
          expect(serviceTimeQuantile(met, s) / serviceTimeQuantile(time, s)).to.be.closeTo(1, 1e-6);
        },
      ),
    );
  });

  it("have the mean that was measured, made by the tail, or none", () => {
    const heavier = empiricalServiceTimeOf([P50, P90, P99], 0.2)!;
    expect(heavier.mean).to.be.closeTo(0.2, 1e-9);
    expect(heavier.cv).to.be.above(known.cv);
    for (const { share, time } of [P50, P90, P99])
      expect(shareServedWithin(heavier, time)).to.be.closeTo(share, 1e-9);
    const least = leastMean([P50, P90, P99]);
    expect(least).to.be.within(0.1, known.mean);
    expect(empiricalServiceTimeOf([P50, P90, P99], least * 0.99)).to.equal(undefined);
    expect(empiricalServiceTimeOf([P50, P90, P99], least * 1.001)!.mean).to.be.closeTo(least * 1.001, 1e-9);
  });

  it("have a residual whose integral is the tail's", () => {
    fc.assert(
      fc.property(between(0.01, 2), (from) => {
        const steps = 4000;
        let within = 0;
        for (let i = 0; i < steps; i++) within += 1 - shareServedWithin(known, ((i + 0.5) * from) / steps);
        expect(residualLongerThan(known, from)).to.be.closeTo(1 - (within * from) / steps / known.mean, 1e-4);
      }),
      { numRuns: 20 },
    );
  });

  it("may be constant from one quantile to the next", () => {
    const flat = empiricalServiceTime([
      { share: 0.5, time: 0.1 },
      { share: 0.9, time: 0.1 },
      { share: 0.99, time: 0.4 },
    ]);
    expect(shareServedWithin(flat, 0.0999)).to.equal(0);
    expect(shareServedWithin(flat, 0.1)).to.be.closeTo(0.9, 1e-9);
    expect(serviceTimeQuantile(flat, 0.7)).to.be.closeTo(0.1, 1e-9);
    expect(shareServedWithin(flat, 0.4)).to.be.closeTo(0.99, 1e-9);
  });

  it("get slower as a whole", () => {
    const twice = slowed(known, 2);
    expect(twice.mean).to.be.closeTo(2 * known.mean, 1e-12);
    fc.assert(
      fc.property(between(0.01, 3), (limit) => {
        expect(shareServedWithin(twice, 2 * limit)).to.be.closeTo(shareServedWithin(known, limit), 1e-9);
        expect(residualLongerThan(twice, 2 * limit)).to.be.closeTo(residualLongerThan(known, limit), 1e-9);
      }),
    );
    expect(slowed({ mean: 0.1, cv: 1 }, 3)).to.deep.equal({ mean: 0.1 * 3, cv: 1 });
  });

  it("vary more when what stretches them varies, by as much whether they are log-normal or known at percentiles", () => {
    const stretch = { mean: 2, scv: 0.5 };
    const logNormal = { mean: 0.1, cv: 0.7 };
    const wider = stretched(logNormal, stretch);
    expect(wider.mean).to.equal(0.2);
    expect(1 + wider.cv ** 2).to.be.closeTo((1 + 0.7 ** 2) * (1 + 0.5), 1e-9); // moments of a product of independent factors
    const shares = [0.5, 0.9, 0.99];
    const same = empiricalServiceTime(
      shares.map((share) => ({ share, time: serviceTimeQuantile(logNormal, share) })),
    );
    for (const share of [0.1, 0.6, 0.999])
      expect(serviceTimeQuantile(stretched(same, stretch), share)).to.be.closeTo(
        serviceTimeQuantile(wider, share),
        1e-6,
      );
    expect(stretched(known, stretch).mean).to.be.closeTo(2 * known.mean, 1e-9);
    expect(stretched(known, { mean: 2, scv: 0 })).to.deep.equal(slowed(known, 2));
  });

  it("are what the simulation draws, and what the queue is worked out for", () => {
    const profile = { ...PROFILE, serviceTime: known, concurrency: 1, maxWait: 3 };
    for (const [tasks, u] of [
      [1, 0.3],
      [6, 0.5],
      [20, 0.6],
    ] as const) {
      const rate = (u * tasks) / known.mean;
      const plant = requestPlant(profile, [0.9, 2], seededRandom(3));
      const { arrived, late, refused, busy } = plant(tasks, rate, 4e5 / rate);
      const model = steadyState(profile, tasks, [0.9, 2], u);
      expect(busy).to.be.closeTo(u * (1 - model.refused), 0.01);
      expect(model.refused).to.be.closeTo(refused / arrived, 0.002);
      for (const [i, share] of model.late.entries())
        expect(share / (late[i]! / arrived), `${tasks} tasks at ${u}`).to.be.within(0.8, 1.25);
    }
  });
});
