import { expect } from "chai";
import { loss, rehearse, stageFor } from "../../policy/rehearsal.ts";
import { scaled } from "../../policy/scaled.ts";
import { cheapestChoice } from "../../policy/search.ts";
import { steeper } from "../../policy/stress.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART, daily, flat, surging } from "../support/services.ts";

const choiceFor = (trace: Trace, max = 60) => cheapestChoice(CART, trace, { min: 1, max, ceiling: 0.8 });

describe("cheapestChoice", () => {
  it("finds the same with surges and without on steady traffic, which has none to steepen", () => {
    const { keeps, rehearsal, observed } = choiceFor(flat(30, 720));
    expect(keeps).to.equal(true);
    expect(rehearsal).to.deep.equal(observed);
    expect(rehearsal.missed).to.be.below(0.05);
  });

  it("finds no cheaper neighbor that misses as little", () => {
    const { rehearsal, stress } = choiceFor(surging());
    const stage = stageFor(CART, steeper(surging(), stress), 60);
    for (const step of [-0.05, 0.05]) {
      const candidate = { ...rehearsal.candidate, utilization: rehearsal.candidate.utilization + step };
      expect(loss(rehearse(stage, candidate))).to.be.at.least(loss(rehearsal));
    }
  });

  it("takes a milder stress where the ceiling carries what came and no more", () => {
    const [whole, tight] = [60, 19].map((max) => choiceFor(scaled(surging(), 1.02), max));
    expect([whole!.keeps, tight!.keeps]).to.deep.equal([true, true]);
    expect(tight!.stress).to.be.below(whole!.stress);
    expect(tight!.observed.worstUse).to.be.below(1);
  });

  it("says that nothing keeps the SLOs when nothing does, and gives the strongest all the same", () => {
    const { keeps, rehearsal } = choiceFor(daily(1, 60), 4);
    expect(keeps).to.equal(false);
    expect(rehearsal.worstUse).to.be.above(1);
    expect(rehearsal.candidate.standing.min).to.equal(4);
  });

  it("looks for floors that recur only where the history is long enough to show them", () => {
    expect(choiceFor(daily(2, 60)).rehearsal.candidate.standing.kind).to.equal("constant");
  });

  it("chooses the same again", () => {
    expect(choiceFor(daily(1, 60))).to.deep.equal(choiceFor(daily(1, 60)));
  });
});
