import { expect } from "chai";
import type { Rehearsal } from "../../policy/rehearsal.ts";
import { bestOf, refined, type Trial } from "../../policy/search.ts";
import { constantStanding, type Standing } from "../../policy/standing.ts";

/** Half-busy tasks above one floor, and what they lose. */
const losing = (loss: number, standing: Standing): Rehearsal => ({
  candidate: { utilization: 0.5, surge: undefined, standing },
  ...{ taskHours: loss, missed: 0, loss, lossBy: [loss], worstUse: 0, wholeUse: 0 },
});
const constant = (loss: number) => losing(loss, constantStanding(3));
const schedule = (loss: number) => losing(loss, { ...constantStanding(3), kind: "seasonal", multiple: 1.3 });

/** The one chosen, whichever order they are found in. */
const chosen = (...some: readonly Rehearsal[]): Rehearsal => {
  const [best, other] = [bestOf(some), bestOf(some.toReversed())];
  expect(best).to.equal(other);
  return best;
};

// docs/decisions/0004: a schedule is up to 96 actions for an owner to read, and more numbers to fit to noise.
describe("bestOf", () => {
  it("gives no schedule of many actions for a saving of a hundredth", () => {
    const plain = constant(100);
    expect(chosen(plain, schedule(99))).to.equal(plain);
  });

  it("gives the schedule that saves a twentieth, and of several the one that saves most", () => {
    const [good, better] = [schedule(95), schedule(94.5)];
    expect(chosen(constant(100), good)).to.equal(good);
    expect(chosen(constant(100), good, better)).to.equal(better);
  });

  it("holds a schedule against the best constant, not against one that was found first", () => {
    const best = constant(96);
    expect(chosen(constant(100), schedule(95.5), best)).to.equal(best);
  });

  it("gives the better constant however little it saves", () => {
    const better = constant(99.9);
    expect(chosen(constant(100), better)).to.equal(better);
  });
});

describe("refined", () => {
  /** Each standing task costs 20, and what is busier than 0.7 misses the more, by which every task more makes a tenth less. */
  const trial: Trial = (candidate, limit) => {
    const { standing, utilization } = candidate;
    const missed = 1000 * Math.max(0, utilization - 0.7) * 0.9 ** standing.min;
    const loss = 100 / utilization + 20 * standing.min + missed;
    return loss < limit ? { ...losing(loss, standing), candidate } : "costly";
  };

  // It went to what lies beside a start that is too busy by far and no further down: with few tasks it then raised the floor (decision 23).
  it("finds idler tasks however far below a start that is too busy", () => {
    const [one, more] = [constantStanding(1), constantStanding(2)];
    const scope = {
      floors: { all: [one, more], beside: () => [more], busierWeekends: () => [] },
      reactions: [undefined],
      utilizations: [0.96, 0.93, 0.9, 0.86, 0.82, 0.77, 0.71, 0.67, 0.62],
      ceiling: 0.97,
      monotone: true,
    };
    const start = trial({ standing: one, surge: undefined, utilization: 0.93 }, Number.POSITIVE_INFINITY);
    const { candidate } = refined(trial, scope, start as Rehearsal);
    expect([candidate.standing, candidate.utilization]).to.deep.equal([one, 0.7]);
  });
});
