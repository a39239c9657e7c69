import { expect } from "chai";
import fc from "fast-check";
import type { TaskProfile } from "../../policy/service.ts";
import { steadyState } from "../../policy/steady-state.ts";
import { type Served, type TaskPool, taskPool } from "../../policy/task-pool.ts";
import { anyProfile, between, PROFILE } from "../support/services.ts";
import { requestPlant, seededRandom } from "../support/simulate.ts";

const tasks = fc.integer({ min: 1, max: 40 });
const load = between(0.01, 2);

/** What a pool serves, copied: it keeps one result for all calls. */
function served(pool: TaskPool, ...how: Parameters<TaskPool["serve"]>): Served {
  const result = pool.serve(...how);
  return { ...result, late: result.late.slice() };
}

/** The rate that keeps `count` tasks at a utilization. */
function rateAt({ concurrency, serviceTime }: TaskProfile, count: number, utilization: number): number {
  return (utilization * count * concurrency) / serviceTime.mean;
}

/** Of which the share late came out as 1 + 2⁻⁵². */
const ROUNDED_UP = {
  serviceTime: { mean: 0.2, cv: 0.3 },
  concurrency: 8,
  maxWait: 3.6230304847980883,
  startup: 60,
};

describe("taskPool, laws", () => {
  const runs = { numRuns: 25 }; // each profile takes tables of its own

  it("keeps slots at most busy and shares between 0 and 1", () => {
    fc.assert(
      fc.property(anyProfile, tasks, load, load, between(1, 300), (profile, n, u, v, time) => {
        const pool = taskPool(profile, [1]);
        const { inSystem } = served(pool, n, rateAt(profile, n, u), 60, 0);
        const after = served(pool, n, rateAt(profile, n, v), time, inSystem);
        expect(after.busy).to.be.within(0, 1);
        expect(after.refused).to.be.within(0, 1);
        expect(after.late[0]).to.be.within(after.refused - 1e-9, 1);
        expect(after.inSystem).to.be.at.least(0);
      }),
      { ...runs, examples: [[ROUNDED_UP, 2, 1.2268949463813545, 1.062329476926569, 1]] },
    );
  });

  it("settles in the steady state", () => {
    fc.assert(
      fc.property(anyProfile, tasks, between(0.05, 1.5), between(0, 30), (profile, n, u, start) => {
        const pool = taskPool(profile, [1]);
        const long = served(pool, n, rateAt(profile, n, u), 1e5, start);
        const last = served(pool, n, rateAt(profile, n, u), 60, long.inSystem);
        // Between two utilizations of the grid the pool interpolates, so it lies between their states. Around 1 these may differ by all.
        const cell = u < 1.2 ? 0.005 : 0.05 * u;
        const [below, above] = [u - cell, u + cell].map((at) =>
          steadyState(profile, Math.min(n, 32), [1], at),
        );
        const SHAPE = 0.002; // the approximations fall a little here and there; a table never does
        const late = [below!.late[0]! - SHAPE, above!.late[0]! + SHAPE] as const;
        expect(last.refused).to.be.within(below!.refused - SHAPE, above!.refused + SHAPE);
        expect(last.late[0]).to.be.within(...late);
        expect(last.busy).to.be.closeTo(Math.min(1, u * (1 - last.refused)), 0.01);
        expect(pool.steady(n, rateAt(profile, n, u)).late[0]).to.be.within(...late);
      }),
      runs,
    );
  });

  it("gets to the same state in one go as in two", () => {
    fc.assert(
      fc.property(anyProfile, tasks, load, load, (profile, n, u, v) => {
        const pool = taskPool(profile, [1]);
        const [before, rate] = [rateAt(profile, n, u), rateAt(profile, n, v)];
        const start = served(pool, n, before, 60, 0);
        const whole = served(pool, n, rate, 3, start.inSystem, start.spread);
        const first = served(pool, n, rate, 1, start.inSystem, start.spread);
        const second = served(pool, n, rate, 2, first.inSystem, first.spread);
        expect(second.inSystem).to.be.closeTo(whole.inSystem, 0.02 * (1 + whole.inSystem));
        expect((first.refused + 2 * second.refused) / 3).to.be.closeTo(whole.refused, 0.02);
        expect((first.late[0]! + 2 * second.late[0]!) / 3).to.be.closeTo(whole.late[0]!, 0.02);
      }),
      runs,
    );
  });

  it("serves the same whatever it has served before", () => {
    const profiles = [PROFILE, { ...PROFILE, concurrency: 50, maxWait: 0 }]; // full without a queue: many rates hold as much
    for (const profile of profiles) {
      const pool = taskPool(profile, [1]);
      const { inSystem } = served(pool, 28, rateAt(profile, 28, 1.08), 3600, 0);
      const after = [0.01, 1, 15, 250].map((before) => {
        pool.serve(28, rateAt(profile, 28, before), 60, 0);
        return served(pool, 28, rateAt(profile, 28, 0.68), 7, inSystem);
      });
      for (const other of after) expect({ ...other, cell: 0 }).to.deep.equal({ ...after[0], cell: 0 });
    }
  });

  it("serves what it accepts, sooner or later", () => {
    fc.assert(
      fc.property(anyProfile, tasks, load, load, (profile, n, u, v) => {
        const pool = taskPool(profile, [1]);
        const start = served(pool, n, rateAt(profile, n, u), 60, 0).inSystem;
        const after = served(pool, n, rateAt(profile, n, v), 10, start);
        const slotRate = rateAt(profile, 1, 1);
        const accepted = v * slotRate * 10 * (1 - after.refused);
        const left = start + accepted - after.busy * slotRate * 10;
        expect(left).to.be.closeTo(after.inSystem, 0.03 * (1 + slotRate * 10)); // 3 % of what ten seconds can serve
      }),
      runs,
    );
  });

  it("is never worse, in the long run, at a higher rate", () => {
    fc.assert(
      fc.property(anyProfile, tasks, load, load, (profile, n, u, v) => {
        const pool = taskPool(profile, [1]);
        const calm = pool.steady(n, rateAt(profile, n, Math.min(u, v)));
        const busy = pool.steady(n, rateAt(profile, n, Math.max(u, v)));
        expect(calm.refused).to.be.at.most(busy.refused + 1e-12);
        expect(calm.late[0]).to.be.at.most(busy.late[0]! + 1e-12);
      }),
      runs,
    );
  });

  it("fills no queue in no time, also where the steady states of several loads hold as many requests", () => {
    const impatient = { ...PROFILE, serviceTime: { mean: 0.05, cv: 1 }, concurrency: 1, maxWait: 0.05 };
    const pool = taskPool(impatient, [0.2]);
    for (const load of [0.95, 0.96, 0.97, 0.98, 0.99, 1, 1.01])
      expect(served(pool, 3, rateAt(impatient, 3, load), 1e-6, 0).inSystem).to.be.below(0.001);
  });

  it("knows a task of 64 slots", () => {
    const wide = { ...PROFILE, concurrency: 64 };
    expect(served(taskPool(wide, [1]), 5, rateAt(wide, 5, 0.5), 60, 0).busy).to.be.closeTo(0.5, 0.01);
  });
});

describe("taskPool against every request served", () => {
  // Five minutes of calm, two of 1.4 times what the tasks can do, and the recovery, served as a replay does: by the minute.
  const phases = [
    { utilization: 0.6, minutes: 5 },
    { utilization: 1.4, minutes: 2 },
    { utilization: 0.6, minutes: 1 },
    { utilization: 0.6, minutes: 4 },
  ];

  for (const concurrency of [1, 2, 8])
    it(`follows an overload and the recovery from it with ${concurrency} slots`, () => {
      const profile = { ...PROFILE, concurrency };
      const n = 5;
      const pool = taskPool(profile, [1]);
      const plants = Array.from({ length: 10 }, (_, seed) =>
        requestPlant(profile, [1], seededRandom(seed + 1)),
      );
      let [inSystem, spread] = [0, 1];
      for (const { utilization, minutes } of phases) {
        const rate = rateAt(profile, n, utilization);
        let [late, busy] = [0, 0];
        for (let minute = 0; minute < minutes; minute++) {
          const result = served(pool, n, rate, 60, inSystem, spread);
          ({ inSystem, spread } = result);
          late += result.late[0]! / minutes;
          busy += result.busy / minutes;
        }
        const real = plants.map((plant) => plant(n, rate, 60 * minutes));
        const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
        // Measured: within 1.2 % of the requests, most of it in the minute of recovery, where one mean task stands for five.
        expect(late).to.be.closeTo(mean(real.map((slice) => slice.late[0]! / slice.arrived)), 0.015);
        expect(busy).to.be.closeTo(mean(real.map((slice) => slice.busy)), 0.02);
      }
    });
});
