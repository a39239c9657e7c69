import { expect } from "chai";
import type { Rehearsal } from "../../policy/rehearsal.ts";
import { bestOf } from "../../policy/search.ts";
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
