import { expect } from "chai";
import fc from "fast-check";
import type { TaskProfile } from "../../policy/service.ts";
import { taskPool } from "../../policy/task-pool.ts";
import { anyProfile, between } from "../support/services.ts";
import { requestPlant, seededRandom } from "../support/simulate.ts";

const WIDE: TaskProfile = { serviceTime: { mean: 0.5, cv: 1 }, concurrency: 8, maxWait: 5, startup: 240 };
const SINGLE: TaskProfile = { serviceTime: { mean: 0.05, cv: 0.5 }, concurrency: 1, maxWait: 1, startup: 45 };

/** Half a day of rates that differ every ten seconds by a log-normal factor of σ 0.5, as multiples of what the tasks can do: 0.6 on average. */
function restless(): readonly number[] {
  const random = seededRandom(5);
  return Array.from({ length: 4320 }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return 0.6 * Math.exp(0.5 * normal - 0.5 ** 2 / 2);
  });
}

describe("a backlog, followed", () => {
  const cases: readonly (readonly [string, TaskProfile, readonly number[]])[] = [
    ["8 slots of 500 ms", WIDE, [1.5, 2.5]],
    ["1 slot of 50 ms", SINGLE, [0.3, 0.6]],
  ];
  for (const [title, profile, thresholds] of cases)
    it(`is as late as every request served, where overloads last for seconds: ${title}`, () => {
      const pool = taskPool(profile, thresholds);
      const plant = requestPlant(profile, thresholds, seededRandom(9));
      const [late, real] = [thresholds.map(() => 0), thresholds.map(() => 0)];
      let [inSystem, spread, expected, arrived] = [0, 1, 0, 0];
      for (const utilization of restless()) {
        const rate = (utilization * 3 * profile.concurrency) / profile.serviceTime.mean;
        const part = pool.serve(3, rate, 10, inSystem, spread);
        ({ inSystem, spread } = part);
        const slice = plant(3, rate, 10);
        expected += 10 * rate;
        arrived += slice.arrived;
        thresholds.forEach((_, i) => {
          late[i]! += 10 * rate * part.late[i]!;
          real[i]! += slice.late[i]!;
        });
      }
      // From steady states alone up to 1.1 points too many are late.
      thresholds.forEach((threshold, i) => {
        expect(late[i]! / expected, `${threshold} s`).to.be.closeTo(real[i]! / arrived, 0.005);
      });
    });

  it("is about as late as every request served where nearly nobody's patience ends", () => {
    const profile: TaskProfile = {
      serviceTime: { mean: 0.02, cv: 1 },
      concurrency: 2,
      maxWait: 7200,
      startup: 60,
    };
    const pool = taskPool(profile, [0.02, 0.06]);
    const plant = requestPlant(profile, [0.02, 0.06], seededRandom(3));
    const [late, real] = [
      [0, 0],
      [0, 0],
    ];
    let arrived = 0;
    for (let minute = 0; minute < 40; minute++) {
      let [inSystem, spread] = [0, 1];
      for (const utilization of [1.1, 0.5]) {
        const rate = utilization * 300;
        const part = pool.serve(3, rate, 3, inSystem, spread);
        ({ inSystem, spread } = part);
        const slice = plant(3, rate, 3);
        arrived += slice.arrived;
        for (const i of [0, 1]) {
          late[i]! += 3 * rate * part.late[i]!;
          real[i]! += slice.late[i]!;
        }
      }
    }
    for (const i of [0, 1]) expect(late[i]! / arrived).to.be.closeTo(real[i]! / arrived, 0.07);
  });

  it("is steady again in the end, and until then as wide at most", () => {
    fc.assert(
      fc.property(
        anyProfile,
        fc.integer({ min: 1, max: 40 }),
        between(0.05, 2),
        between(0.05, 1.5),
        (profile, n, u, v) => {
          const pool = taskPool(profile, [1]);
          const rateAt = (utilization: number) =>
            (utilization * n * profile.concurrency) / profile.serviceTime.mean;
          let { inSystem, spread } = pool.serve(n, rateAt(u), 7, 0);
          expect(spread).to.be.within(0, 1);
          ({ inSystem, spread } = pool.serve(n, rateAt(v), 1e5, inSystem, spread));
          expect(spread).to.equal(1);
          const settled = pool.serve(n, rateAt(v), 60, inSystem, spread).late[0]!;
          expect(settled).to.be.closeTo(pool.steady(n, rateAt(v)).late[0]!, 0.01);
        },
      ),
      { numRuns: 25 }, // each profile takes tables of its own
    );
  });
});
