import { expect } from "chai";
import fc from "fast-check";
import { type Cohort, TaskCohorts } from "../../policy/cohorts.ts";
import type { TaskProfile } from "../../policy/service.ts";
import { taskPool } from "../../policy/task-pool.ts";
import { anyProfile, between, CART } from "../support/services.ts";
import { requestPlant, seededRandom } from "../support/simulate.ts";

/** Tasks, rate as a multiple of what five of them can do, minutes. */
type Phase = readonly [number, number, number];

const AT_ONCE: readonly Phase[] = [
  [5, 0.5, 3],
  [5, 1.3, 1],
  [8, 1.3, 1],
  [8, 1.3, 1],
];
const ONE_BY_ONE: readonly Phase[] = [
  [5, 0.5, 3],
  [5, 1.3, 1],
  [6, 1.3, 0.25],
  [7, 1.3, 0.25],
  [8, 1.3, 0.25],
  [8, 1.3, 0.25],
  [8, 1.3, 0.5],
];

/** Days enough for the mean of a phase to be known to half a point. */
const REPEATS = 25;

/** Of requests in each phase, those that take longer than a second, beside that of every request served. */
function lateIn(profile: TaskProfile, phases: readonly Phase[]): readonly (readonly [number, number])[] {
  const full = (5 * profile.concurrency) / profile.serviceTime.mean;
  const cohorts = new TaskCohorts(taskPool(profile, [1]));
  const plants = Array.from({ length: REPEATS }, (_, i) => requestPlant(profile, [1], seededRandom(i + 1)));
  return phases.map(([tasks, load, minutes]) => {
    const late = cohorts.serve(tasks, load * full, 60 * minutes).late[0]!;
    const slices = plants.map((plant) => plant(tasks, load * full, 60 * minutes));
    let [bad, all] = [0, 0];
    for (const slice of slices) {
      bad += slice.late[0]!;
      all += slice.arrived;
    }
    return [late, bad / all];
  });
}

describe("tasks that join", () => {
  const cases: readonly (readonly [string, readonly Phase[], number])[] = [
    ["at once", AT_ONCE, 0.03],
    ["one by one", ONE_BY_ONE, 0.065],
  ];
  for (const concurrency of [1, 8])
    for (const [title, phases, near] of cases)
      it(`are served beside those with a backlog, ${title}, ${concurrency} slots each: as late as every request served`, () => {
        // With one mean queue up to 8 and 20 points too few or too many.
        for (const [late, real] of lateIn({ ...CART.capacity, concurrency }, phases))
          expect(late).to.be.closeTo(real, near);
      });

  it("have a queue of their own no longer than it differs", () => {
    const cohorts = new TaskCohorts(taskPool(CART.capacity, [1]));
    const full = CART.capacity.concurrency / CART.capacity.serviceTime.mean;
    const kinds = (tasks: number, load: number, seconds: number) => {
      cohorts.serve(tasks, load * full, seconds);
      return cohorts.all.map(({ count }) => count);
    };
    expect(kinds(5, 2.5, 180), "calm").to.deep.equal([5]);
    expect(kinds(6, 2.5, 0.05), "calm, one more").to.deep.equal([6]);
    expect(kinds(6, 9, 60), "overload").to.deep.equal([6]);
    expect(kinds(8, 9, 5), "two join").to.deep.equal([6, 2]);
    expect(kinds(9, 9, 5), "and one").to.deep.equal([6, 2, 1]);
    expect(kinds(7, 9, 5), "the newest leave").to.deep.equal([6, 1]);
    expect(kinds(7, 9, 120), "as long as overload lasts").to.deep.equal([7]);
    expect(kinds(10, 7, 2)).to.deep.equal([7, 3]);
    expect(kinds(10, 7, 60), "once the backlog is served").to.deep.equal([10]);
    expect(kinds(0, 7, 60)).to.deep.equal([]);
  });

  it("hold, lose and are busy as much as each of them is, and hold the same once they are one", () => {
    const pool = taskPool(CART.capacity, [1]);
    const cohorts = new TaskCohorts(pool);
    const full = CART.capacity.concurrency / CART.capacity.serviceTime.mean;
    const phases = [
      [6, 9, 60],
      [8, 9, 5],
      [8, 9, 5],
      [8, 11, 240],
      [10, 7, 2],
      [10, 7, 2],
      [10, 7, 60],
    ] as const;
    const lost = phases.map(([tasks, load, seconds]) => {
      const before = cohorts.all.map((cohort) => ({ ...cohort }));
      const { refused, busy, inSystem, spread } = cohorts.serve(tasks, load * full, seconds);
      const share = (of: (each: Cohort) => number, all = cohorts.all) =>
        all.reduce((sum, each) => sum + (each.count * of(each)) / tasks, 0);
      expect(share((each) => each.inSystem)).to.be.closeTo(inSystem, 1e-9);
      expect(share((each) => each.spread)).to.be.closeTo(spread, 1e-9);
      const known = before.reduce((sum, { count }) => sum + count, 0);
      if (known !== tasks) return refused; // what joined is not in `before`
      const served = (each: Cohort) => pool.serve(tasks, load * full, seconds, each.inSystem, each.spread);
      expect(share((each) => served(each).refused, before)).to.be.closeTo(refused, 1e-9);
      expect(share((each) => served(each).busy, before)).to.be.closeTo(busy, 1e-9);
      return refused;
    });
    expect(Math.max(...lost)).to.be.above(0.05);
    expect(cohorts.all).to.have.length(1);
  });

  it("are as late as with a queue for each task, whatever comes and goes", () => {
    const phase = fc.record({ tasks: fc.integer({ min: 1, max: 8 }), load: between(0.1, 15) });
    fc.assert(
      fc.property(anyProfile, fc.array(phase, { minLength: 4, maxLength: 20 }), (profile, phases) => {
        const pool = taskPool(profile, [1]);
        const cohorts = new TaskCohorts(pool);
        const queues: { inSystem: number; spread: number }[] = [];
        let [late, apart, arrived] = [0, 0, 0];
        for (const { tasks, load } of phases) {
          const rate = (load * profile.concurrency) / profile.serviceTime.mean;
          late += rate * cohorts.serve(tasks, rate, 20).late[0]!;
          queues.length = Math.min(queues.length, tasks);
          while (queues.length < tasks) queues.push({ inSystem: 0, spread: 1 });
          queues.forEach((queue, i) => {
            const served = pool.serve(tasks, rate, 20, queue.inSystem, queue.spread);
            apart += (rate * served.late[0]!) / tasks;
            queues[i] = { inSystem: served.inSystem, spread: served.spread };
          });
          arrived += rate;
        }
        expect(late / arrived).to.be.closeTo(apart / arrived, 0.005);
      }),
      { numRuns: 40 },
    );
  });
});
