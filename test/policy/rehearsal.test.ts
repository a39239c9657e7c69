import { expect } from "chai";
import { backtest } from "../../policy/backtest.ts";
import { type Candidate, controlsFor } from "../../policy/candidate.ts";
import { loss, rehearse, type Stage } from "../../policy/rehearsal.ts";
import { constantStanding } from "../../policy/standing.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART, daily, flat } from "../support/services.ts";

const stageOf = (trace: Trace): Stage => ({ service: CART, trace, max: 60 });
const at = (utilization: number): Candidate => ({
  utilization,
  surge: { at: 1.5, gain: 0.8, jump: 1 },
  standing: constantStanding(1),
});

/** Two weeks at 30 requests a second with a minute at 3,600 on each of some days. */
function disturbed(...days: readonly number[]): Trace {
  const calm = flat(30, 14 * 1440);
  const incident = (i: number) => days.includes(Math.floor(i / 1440)) && i % 1440 === 720;
  return { ...calm, rates: calm.rates.map((rate, i) => (incident(i) ? 120 * rate : rate)) };
}

describe("rehearse", () => {
  it("is the back-test of the candidate's controls, its bad share in error budgets", () => {
    const trace = daily(1, 60); // shorter than a window of two days: judged as a whole
    const rehearsal = rehearse(stageOf(trace), at(0.6))!;
    const tested = backtest(CART, controlsFor(at(0.6), CART.capacity, 60), trace);
    expect(rehearsal.taskHours).to.be.closeTo(tested.taskHours, 1e-9);
    expect(rehearsal.worstUse).to.be.closeTo((1 - tested.outcomes[0]!.goodShare) / 0.01, 1e-9);
  });

  it("is nothing once the loss reaches the limit, or more windows are missed than may be", () => {
    const stage = stageOf(daily(1, 60));
    const known = rehearse(stage, at(0.5))!;
    expect(rehearse(stage, at(0.5), loss(known))).to.equal(undefined);
    expect(rehearse(stage, at(0.5), loss(known) + 1)).to.deep.equal(known);
    expect(rehearse(stageOf(flat(60, 1440)), at(0.96), Number.POSITIVE_INFINITY, 0.5)).to.equal(undefined);
  });

  it("thinks a window surely kept far below its budget, and surely missed far above it", () => {
    expect(rehearse(stageOf(flat(60, 1440)), at(0.4))!.missed).to.be.below(1e-6);
    expect(rehearse(stageOf(flat(60, 1440)), at(0.96))!.missed).to.be.above(1 - 1e-6);
  });

  it("takes an incident for the rarer the fewer and the older it is", () => {
    const missed = (...days: readonly number[]) => rehearse(stageOf(disturbed(...days)), at(0.5))!.missed;
    expect(missed()).to.be.below(1e-6);
    expect(missed(3)).to.be.within(0.01, 0.15);
    expect(missed(3)).to.be.below(missed(11));
    expect(missed(3, 11)).to.be.closeTo(missed(3) + missed(11), 1e-6);
    expect(missed(1, 3, 5, 7, 9, 11, 13)).to.be.above(0.9);
  });

  // An idle task misses 0.209 % of 1 % already: only the rest is capacity's to keep or to waste.
  it("counts nothing for what an idle task misses", () => {
    const { worstUse, missed } = rehearse(stageOf(flat(60, 1440)), at(0.2))!;
    expect(worstUse).to.be.closeTo(0.209, 0.01);
    expect(missed).to.be.below(1e-9);
  });

  it("rehearses floors as the other days would have set them", () => {
    const trace = daily(2, 60);
    const rehearsed = Int32Array.from(trace.rates, (_, i) => (i < 1440 ? 1 : 50));
    const standing = { ...constantStanding(1), kind: "seasonal" as const, rehearsed };
    const { taskHours } = rehearse(stageOf(trace), { ...at(0.5), standing })!;
    expect(taskHours).to.be.within(24 * 50, 24 * 50 + 24 * 14);
  });
});
