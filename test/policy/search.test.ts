import { expect } from "chai";
import { cheapestChoice } from "../../policy/search.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART, daily, flat } from "../support/services.ts";

const choiceFor = (trace: Trace, max = 60) => cheapestChoice(CART, trace, { min: 1, max, ceiling: 0.8 });

describe("cheapestChoice", () => {
  it("withstands the hardest trial on steady traffic, which has no surge to steepen", () => {
    const { trial, rehearsal } = choiceFor(flat(30, 720));
    expect(trial).to.deep.equal({ stress: 0.4, kept: 1 });
    expect(rehearsal.budgetUse).to.be.below(1);
  });

  it("says that nothing keeps the SLOs when nothing does, and gives the strongest all the same", () => {
    const { trial, rehearsal } = choiceFor(daily(1, 60), 4);
    expect(trial).to.equal(undefined);
    expect(rehearsal.budgetUse).to.be.above(1);
    expect(rehearsal.candidate.standing.min).to.equal(4);
  });

  it("looks for floors that recur only where the history is long enough to show them", () => {
    expect(choiceFor(daily(2, 60)).rehearsal.candidate.standing.kind).to.equal("constant");
  });

  it("chooses the same again", () => {
    expect(choiceFor(daily(1, 60))).to.deep.equal(choiceFor(daily(1, 60)));
  });
});
