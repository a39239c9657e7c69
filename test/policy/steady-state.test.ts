import { expect } from "chai";
import fc from "fast-check";
import { erlangB, erlangC } from "../../policy/queue.ts";
import type { TaskProfile } from "../../policy/service.ts";
import { shareServedWithin } from "../../policy/service-time.ts";
import { refusedShare, type SteadyState, steadyState } from "../../policy/steady-state.ts";
import { anyProfile, between, PROFILE } from "../support/services.ts";
import { requestPlant, seededRandom } from "../support/simulate.ts";

/** What the approximation is allowed to break a law by: a share of the requests far below any error budget. */
const SLACK = 5e-4;

/** One task and service times as variable as exponential ones: M/M/c with deterministic patience. */
const exponential = (concurrency: number, maxWait: number): TaskProfile => ({
  ...PROFILE,
  serviceTime: { mean: 0.2, cv: 1 },
  concurrency,
  maxWait,
});

/**
 * M/M/c+D in closed form. With fewer than c requests inside it is the birth–death chain a^k/k!; with all busy the
 * virtual wait has density λ a^(c−1)/(c−1)! e^(−(cμ−λ)x) up to D (level crossing), and beyond D, where nobody
 * joins, it falls at cμ. An arrival is refused when the virtual wait exceeds D (PASTA).
 */
function exact({ concurrency: c, maxWait: D, serviceTime: { mean } }: TaskProfile, u: number) {
  const [a, mu] = [u * c, 1 / mean];
  let [term, idle] = [1, 0];
  for (let k = 0; k < c; k++) {
    if (k > 0) term *= a / k;
    idle += term;
  }
  const drift = c * mu * (1 - u);
  const density = (x: number) => a * mu * term * Math.exp(-drift * x);
  const waiting = integral(density, D);
  const refused = density(D) / (c * mu);
  const meanWait = integral((x) => x * density(x), D) / (idle + waiting);
  return { refused: refused / (idle + waiting + refused), meanWait };
}

/** Simpson's rule from 0 on. */
function integral(f: (x: number) => number, to: number): number {
  const steps = 2000;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const [from, until] = [(i * to) / steps, ((i + 1) * to) / steps];
    sum += ((f(from) + 4 * f((from + until) / 2) + f(until)) * (until - from)) / 6;
  }
  return sum;
}

describe("steadyState, known answers", () => {
  const utilization = between(0.1, 1.4).filter((u) => Math.abs(u - 1) > 1e-3);

  it("refuses exactly what M/M/c with deterministic patience refuses, given the wait", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), between(0.05, 3), between(0.1, 0.99), (c, maxWait, u) => {
        const longer = erlangC(c, u * c) * Math.exp((-c * (1 - u) * maxWait) / 0.2); // Erlang's own tail
        expect(refusedShare(u, longer)).to.be.closeTo(exact(exponential(c, maxWait), u).refused, 1e-8);
      }),
    );
  });

  it("is exact for M/M/c with deterministic patience in overload", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), between(0.05, 3), between(1.01, 2), (c, maxWait, u) => {
        const profile = exponential(c, maxWait);
        const state = steadyState(profile, 1, [], u);
        const known = exact(profile, u);
        expect(state.refused).to.be.closeTo(known.refused, 1e-8);
        const accepted = (u * c * (1 - state.refused)) / 0.2;
        expect(state.inSystem).to.be.closeTo(accepted * (known.meanWait + 0.2), 1e-6); // Little's law
      }),
    );
  });

  // The cv of exponential service, yet log-normal: what differs is the shape alone.
  it("holds as many requests as M/M/c with deterministic patience, within 3 %", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), between(0.2, 3), between(0.1, 0.99), (c, maxWait, u) => {
        const profile = exponential(c, maxWait);
        const { refused, meanWait } = exact(profile, u);
        const held = ((u * c * (1 - refused)) / 0.2) * (meanWait + 0.2);
        expect(steadyState(profile, 1, [], u).inSystem / held).to.be.within(0.97, 1.03);
      }),
    );
  });

  it("is Erlang B when nobody waits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), utilization, (c, u) => {
        const state = steadyState(exponential(c, 0), 1, [], u);
        expect(state.refused).to.be.closeTo(erlangB(c, u * c), 1e-9);
      }),
    );
  });

  it("refuses nobody at infinite patience, or what the slots cannot serve: 1 − 1/ρ", () => {
    const patient = { ...PROFILE, maxWait: 1e4 };
    expect(steadyState(patient, 5, [1], 0.9).refused).to.be.closeTo(0, 1e-12);
    expect(steadyState(patient, 5, [1], 1.25).refused).to.be.closeTo(1 - 1 / 1.25, 1e-9);
    expect(steadyState(patient, 5, [1], 1.25).late[0]).to.be.closeTo(1, 1e-9);
  });

  it("serves an idle request in its service time", () => {
    fc.assert(
      fc.property(anyProfile, between(0.1, 2), (profile, threshold) => {
        const { late, refused, inSystem } = steadyState(profile, 5, [threshold], 0);
        expect({ refused, inSystem }).to.deep.equal({ refused: 0, inSystem: 0 });
        // A hundred points stand for the distribution; the heaviest holds 4 % of it.
        expect(late[0]).to.be.closeTo(1 - shareServedWithin(profile.serviceTime, threshold), 0.02);
        expect(steadyState(profile, 5, [threshold], 1e-6).late[0]).to.be.closeTo(late[0]!, 1e-4);
      }),
    );
  });
});

describe("steadyState, laws", () => {
  const tasks = fc.integer({ min: 1, max: 40 });
  const load = between(0.01, 1.6);
  const threshold = between(0.1, 3);

  it("gives shares between 0 and 1, late ones at least those refused, fewer at a longer threshold", () => {
    fc.assert(
      fc.property(anyProfile, tasks, threshold, between(0, 2), load, (profile, n, short, more, u) => {
        const { refused, late } = steadyState(profile, n, [short, short + more], u);
        expect(refused).to.be.within(0, 1);
        expect(late[1]).to.be.within(refused - 1e-12, late[0]! + 1e-12);
        expect(late[0]).to.be.at.most(1);
      }),
    );
  });

  it("never refuses, delays or holds less at a higher utilization", () => {
    fc.assert(
      fc.property(anyProfile, tasks, threshold, load, load, (profile, n, limit, u, v) => {
        const calm = steadyState(profile, n, [limit], Math.min(u, v));
        const busy = steadyState(profile, n, [limit], Math.max(u, v));
        expect(calm.refused).to.be.at.most(busy.refused + SLACK);
        expect(calm.late[0]).to.be.at.most(busy.late[0]! + SLACK);
        expect(calm.inSystem).to.be.at.most(busy.inSystem * (1 + SLACK) + 1e-9);
      }),
    );
  });

  it("is never worse with one task more for the same requests", () => {
    fc.assert(
      fc.property(anyProfile, tasks, threshold, load, (profile, n, limit, u) => {
        const [fewer, more] = [n, n + 1].map((count) =>
          steadyState(profile, count, [limit], (u * n) / count),
        );
        expect(more!.refused).to.be.at.most(fewer!.refused + SLACK);
        expect(more!.late[0]).to.be.at.most(fewer!.late[0]! + SLACK);
      }),
    );
  });

  it("refuses without patience no more than Erlang B, whose arrivals are the least regular", () => {
    fc.assert(
      fc.property(anyProfile, tasks, load, (profile, n, u) => {
        const { refused, late, inSystem } = steadyState({ ...profile, maxWait: 0 }, n, [1], u);
        expect(refused).to.be.at.most(erlangB(profile.concurrency, u * profile.concurrency) + 1e-9);
        expect(late[0]).to.be.within(refused - 1e-9, 1);
        expect(inSystem).to.be.above(0);
      }),
    );
    const constant = { ...PROFILE, serviceTime: { mean: 1, cv: 0 }, concurrency: 7, maxWait: 0 }; // all but 5e-9 were refused
    expect(steadyState(constant, 100, [1.5], 0.974).refused).to.be.at.most(erlangB(7, 0.974 * 7));
  });

  it("holds no fewer requests just above a utilization of 1 than just below it, with little patience", () => {
    for (const concurrency of [2, 16])
      for (const cv of [0.1, 0.7, 1.5]) {
        const profile = { ...PROFILE, serviceTime: { mean: 0.2, cv }, concurrency, maxWait: 0.02 };
        const [below, above] = [0.98, 1.01].map((u) => steadyState(profile, 30, [], u).inSystem);
        expect(below).to.be.at.most(above!);
      }
  });

  it("refuses no more at a utilization of 1 than above it, with one slot", () => {
    const single = { ...PROFILE, concurrency: 1, maxWait: 2 };
    const [at, above] = [1, 1.02].map((u) => steadyState(single, 8, [1], u).refused);
    expect(at).to.be.at.most(above! + SLACK);
  });
});

/** Every request served: a hundred thousand after a warm-up. */
function simulated(profile: TaskProfile, tasks: number, threshold: number, u: number): SteadyState {
  const rate = (u * tasks * profile.concurrency) / profile.serviceTime.mean;
  const plant = requestPlant(profile, [threshold], seededRandom(7));
  plant(tasks, rate, 100);
  const { arrived, late, refused } = plant(tasks, rate, 1e5 / rate);
  return { utilization: u, refused: refused / arrived, late: [late[0]! / arrived], inSystem: 0 };
}

describe("steadyState against every request served", () => {
  // Patience shorter than a service: what is refused is decided by which slot gets free first. docs/capacity-accuracy.md
  const impatient = [
    { concurrency: 4, cv: 0.3, patience: 0.5, tasks: 30, utilizations: [0.85, 0.95, 1], within: 1.9 },
    { concurrency: 10, cv: 1.5, patience: 0.5, tasks: 30, utilizations: [0.7, 0.8, 0.9], within: 1.7 },
    { concurrency: 4, cv: 0.7, patience: 0, tasks: 4, utilizations: [0.9, 1, 1.05, 1.2], within: 1.1 },
    { concurrency: 1, cv: 0.3, patience: 1, tasks: 30, utilizations: [0.85, 0.95, 1], within: 1.45 },
  ];
  for (const { concurrency, cv, patience, tasks, utilizations, within } of impatient)
    it(`refuses as many of ${concurrency} slots' requests at a patience of ${patience} × the mean, cv ${cv}, within a factor of ${within}`, () => {
      const profile = { ...PROFILE, serviceTime: { mean: 0.2, cv }, concurrency, maxWait: 0.2 * patience };
      for (const u of utilizations) {
        const real = simulated(profile, tasks, 1, u).refused;
        expect(steadyState(profile, tasks, [], u).refused / real, `at ${u}`).to.be.within(1 / within, within);
      }
    });

  // docs/capacity-accuracy.md: within 25 % of the simulated share, but for nearly constant service times and several slots.
  for (const concurrency of [1, 2, 8])
    for (const cv of [0.5, 1, 1.2])
      it(`agrees for ${concurrency} slots and cv ${cv}`, () => {
        const profile = { ...PROFILE, serviceTime: { mean: 0.2, cv }, concurrency, maxWait: 2 };
        for (const tasks of [1, 5, 30])
          for (const u of [0.6, 0.85, 1.15]) {
            const [model, real] = [steadyState, simulated].map((f) =>
              f === steadyState ? steadyState(profile, tasks, [1], u) : simulated(profile, tasks, 1, u),
            ) as [SteadyState, SteadyState];
            const at = `${tasks} tasks at ${u}`;
            const noise = 3 * Math.sqrt(real.late[0]! / 1e4); // late requests come in clusters of about ten
            expect(model.late[0], at).to.be.within(
              0.75 * real.late[0]! - noise,
              1.25 * real.late[0]! + noise,
            );
            expect(model.refused, at).to.be.closeTo(real.refused, 0.012);
          }
      });
});
