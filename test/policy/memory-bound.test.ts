import { expect } from "chai";
import { outgrowth } from "../../policy/memory-bound.ts";
import { seededRandom } from "../support/simulate.ts";

const HOUR = 3600;

/** How often an hour one of `tasks` tasks, served in turn, gets a request more than it holds, and loses them all; service times log-normal with a mean of 1 s and a cv of 1. */
function outgrown(tasks: number, rateEach: number, fitting: number, hours: number): number {
  const random = seededRandom(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()); // Box & Muller 1958
  const variance = Math.log(1 + 1 ** 2);
  const ends: number[][] = Array.from({ length: tasks }, () => []);
  let [time, turn, times] = [0, 0, 0];
  while (time < hours * HOUR) {
    time -= Math.log(1 - random()) / (rateEach * tasks);
    const inService = ends[turn]!.filter((end) => end > time);
    inService.push(time + Math.exp(-variance / 2 + Math.sqrt(variance) * normal()));
    const outgrows = inService.length > fitting;
    if (outgrows) times++;
    ends[turn] = outgrows ? [] : inService;
    turn = (turn + 1) % tasks;
  }
  return times / hours / tasks;
}

describe("outgrowth", () => {
  it("is how often a task alone, served request by request, gets one more than fits and loses all", () => {
    for (const [mean, fitting] of [
      [5, 12],
      [3, 8],
      [12, 14],
    ] as const)
      expect(outgrown(1, mean, fitting, 60) / (HOUR * outgrowth(mean, mean, fitting))).to.be.closeTo(1, 0.1);
  });

  it("is more than it is for tasks behind one balancer", () => {
    for (const tasks of [2, 10]) expect(outgrown(tasks, 5, 10, 20)).to.be.below(HOUR * outgrowth(5, 5, 10));
  });

  it("rises with the rate, up to what loses all that arrive, and never more", () => {
    const rates = [0, 1, 4, 9, 10, 11, 50].map((rate) => outgrowth(rate, rate, 10));
    expect(rates).to.deep.equal(rates.toSorted((a, b) => a - b));
    expect(rates[0]).to.equal(0);
    expect(rates.at(-1)! * 11).to.be.within(40, 50);
    expect(11 * outgrowth(1e6, 1e6, 10))
      .to.be.closeTo(1e6, 100)
      .and.at.most(1e6);
  });

  it("is every request where memory holds none", () => {
    expect(outgrowth(3, 0.5, 0)).to.equal(3);
  });
});
