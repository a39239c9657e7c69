import { expect } from "chai";
import { controlsFor } from "../../policy/candidate.ts";
import { startedTogether } from "../../policy/compounding.ts";
import { constantStanding } from "../../policy/standing.ts";
import { CART } from "../support/services.ts";

const candidate = {
  utilization: 0.6,
  surge: { at: 1.1, gain: 0.75, jump: 1 },
  standing: constantStanding(1),
};
const controls = controlsFor(candidate, CART.capacity, 200);
const [step] = controls.steps;

describe("startedTogether", () => {
  it("is what tracking makes of what a step policy has started, by a metric from before it", () => {
    const { most, enough } = startedTogether(CART, controls)!;
    expect(enough).to.equal(27);
    expect(most).to.be.within(2 * enough, 3 * enough);
  });

  it("is no more than may run", () => {
    expect(startedTogether(CART, { ...controls, max: 40 })).to.deep.equal({ most: 40, enough: 27 });
    expect(startedTogether(CART, { ...controls, max: 27 })).to.equal(undefined);
  });

  it("is nothing where each acts alone, or both on the same datapoints, or the start outlasts tracking's", () => {
    expect(startedTogether(CART, { ...controls, steps: [] })).to.equal(undefined);
    expect(startedTogether(CART, { ...controls, tracking: [] })).to.equal(undefined);
    const alarm = { ...step!.alarm, evaluationPeriods: 3, datapoints: 3 };
    expect(startedTogether(CART, { ...controls, steps: [{ ...step!, alarm }] })).to.equal(undefined);
    const slow = { ...CART, capacity: { ...CART.capacity, startup: 240 } };
    expect(startedTogether(slow, controlsFor(candidate, slow.capacity, 200))).to.equal(undefined);
  });
});
