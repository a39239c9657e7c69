import { expect } from "chai";
import fc from "fast-check";
import { erlangExcess, onLattice } from "../../policy/lattice.ts";
import { latticeWait } from "../../policy/random-walk.ts";
import { residualLongerThan } from "../../policy/service-time.ts";
import { fourier } from "../../policy/spectrum.ts";
import { walkWait } from "../../policy/walk-table.ts";
import { between } from "../support/services.ts";

const runs = { numRuns: 30 };

describe("onLattice", () => {
  it("keeps the mean and adds up to 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32 }), between(0.5, 4), (phases, mean) => {
        const shares = onLattice(erlangExcess(phases, mean), 0.1, 1024);
        expect(shares.reduce((sum, share) => sum + share, 0)).to.be.closeTo(1, 1e-9);
        expect(shares.reduce((sum, share, i) => sum + share * i * 0.1, 0)).to.be.closeTo(mean, 1e-6);
      }),
    );
  });
});

describe("latticeWait", () => {
  // A step up by 1 with probability p, down by 1 otherwise: the maximum is geometric with p/(1 − p) (gambler's ruin;
  // Feller, "An Introduction to Probability Theory and Its Applications" I, chapter XIV.2).
  it("is geometric for the simple random walk", () => {
    fc.assert(
      fc.property(between(0.05, 0.42), (p) => {
        const padded = (shares: readonly number[]) => {
          const re = new Float64Array(256);
          re.set(shares);
          return fourier({ re, im: new Float64Array(256) });
        };
        const { wait, ladder } = latticeWait(padded([1 - p, 0, p]), padded([0, 1]), 1 - 2 * p, 30);
        const ratio = p / (1 - p);
        for (const [k, share] of wait.entries()) expect(share).to.be.closeTo((1 - ratio) * ratio ** k, 1e-9);
        expect(ladder()[1]).to.be.closeTo(1, 1e-9);
      }),
    );
  });
});

/** E[W] in mean service times, by the midpoint rule on the tail. */
function meanWait({ probability, logTail }: ReturnType<typeof walkWait>): number {
  let sum = 0;
  for (let x = 0.025; x < 400; x += 0.05) sum += 0.05 * probability * Math.exp(logTail(x));
  return sum;
}

describe("walkWait", () => {
  it("has the mean of Pollaczek and Khinchine, ρ (1 + cv²) ÷ 2(1 − ρ), for one slot and Poisson arrivals", () => {
    fc.assert(
      fc.property(between(0.2, 1.2), between(0.1, 0.85), (cv, u) => {
        const known = (u * (1 + cv ** 2)) / (2 * (1 - u));
        expect(meanWait(walkWait({ mean: 1, cv }, 1, 1, u)) / known).to.be.within(0.98, 1.03);
      }),
      runs,
    );
  });

  // M/D/1: P(W ≤ x) = (1 − ρ) Σ e^(λ(x−k)) (−λ(x−k))^k ÷ k!, k ≤ x, in service times. Erlang 1909.
  it("is Erlang's distribution for one slot with constant service and Poisson arrivals", () => {
    const within = (u: number, x: number) => {
      let [sum, factorial] = [0, 1];
      for (let k = 0; k <= x; k++) {
        if (k > 0) factorial *= k;
        sum += (Math.exp(u * (x - k)) * (-u * (x - k)) ** k) / factorial;
      }
      return (1 - u) * sum;
    };
    for (const u of [0.3, 0.5, 0.8]) {
      const { probability, logTail } = walkWait({ mean: 1, cv: 0 }, 1, 1, u);
      for (const x of [0.5, 1.5, 2.5, 4.5])
        expect(probability * Math.exp(logTail(x)), `${u} ${x}`).to.be.closeTo(1 - within(u, x), 0.006);
    }
  });

  // Who waits for Poisson arrivals waits for at least what is left of the service that is running (Pollaczek and Khinchine).
  it("is rarely shorter than a residual service, however heavy the tail", () => {
    fc.assert(
      fc.property(between(0.5, 2.5), between(0.05, 0.8), between(1, 40), (cv, u, x) => {
        const residual = residualLongerThan({ mean: 1, cv }, x);
        fc.pre(residual > 3e-4); // what is rarer the lattice's own error hides
        const beyond = Math.exp(walkWait({ mean: 1, cv }, 1, 1, u).logTail(x));
        expect(beyond / residual).to.be.at.least(0.95);
      }),
      runs,
    );
  });

  it("waits rarer and shorter with more regular arrivals, and never less at a higher utilization", () => {
    const tasks = fc.integer({ min: 1, max: 32 });
    const load = between(0.05, 0.95);
    fc.assert(
      fc.property(tasks, tasks, load, load, between(0.3, 1.5), between(0, 20), (m, n, u, v, cv, x) => {
        const tail = (count: number, level: number) => {
          const { probability, logTail } = walkWait({ mean: 1, cv }, 1, count, level);
          return probability * Math.exp(logTail(x));
        };
        expect(tail(Math.max(m, n), u)).to.be.at.most(tail(Math.min(m, n), u) + 1e-5);
        expect(tail(m, Math.min(u, v))).to.be.at.most(tail(m, Math.max(u, v)) + 1e-5);
      }),
      runs,
    );
  });
});
