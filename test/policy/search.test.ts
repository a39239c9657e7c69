import { expect } from "chai";
import { ALLOWED } from "../../policy/rehearsal.ts";
import { cheapestChoice } from "../../policy/search.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART, daily, flat } from "../support/services.ts";

/** A linear stand-in for the queueing model: 8 requests a second for each task. */
const budgetUse = (tasks: number, rate: number) => Math.max(0, 1 - (8 * tasks) / Math.max(1e-9, rate)) / 0.01;

const choiceFor = (trace: Trace, max = 60) =>
  cheapestChoice(trace, { service: CART, max, ceiling: 0.8 }, { min: 1, max }, budgetUse);

describe("cheapestChoice", () => {
  it("withstands more than the history on steady traffic, which has no surge to steepen", () => {
    const { trial, rehearsal } = choiceFor(flat(30, 720));
    expect(trial?.stress).to.be.above(0);
    expect(rehearsal.budgetUse).to.be.at.most(ALLOWED);
  });

  it("says that nothing keeps the SLOs when nothing does, and gives the strongest all the same", () => {
    const { trial, rehearsal } = choiceFor(daily(1, 60), 4);
    expect(trial).to.equal(undefined);
    expect(rehearsal.budgetUse).to.be.above(1);
  });

  it("looks for floors that recur only where the history is long enough to show them", () => {
    expect(choiceFor(daily(2, 60)).rehearsal.candidate.standing.seasonality).to.equal("none");
  });

  it("chooses the same again", () => {
    expect(choiceFor(daily(1, 60))).to.deep.equal(choiceFor(daily(1, 60)));
  });
});
