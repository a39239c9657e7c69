import { expect } from "chai";
import fc from "fast-check";
import { awsAutoscaler } from "../../policy/autoscaler.ts";
import { limitCycles } from "../../policy/constant-load.ts";
import { replay } from "../../policy/replay.ts";
import type { ScalingControls } from "../../policy/scaling-plan.ts";
import { steadyPlant } from "../../policy/steady-plant.ts";
import { steps, tracks } from "../support/policies.ts";
import { between, CART, controlsOf, flat } from "../support/services.ts";

/** Changes of capacity in the second of two days at a constant rate, in the loop as it is replayed. */
function restlessness(controls: ScalingControls, rate: number, initial: number): number {
  const run = (minutes: number) =>
    replay(awsAutoscaler(controls), steadyPlant(CART), flat(rate, minutes), CART.capacity.startup, initial);
  const [day, days] = [run(1440), run(2 * 1440)];
  return days.scaleOuts + days.scaleIns - day.scaleOuts - day.scaleIns;
}

describe("limitCycles", () => {
  it("target tracking alone has none, whatever metrics and setpoints, and comes to rest in the replay too", () => {
    const policy = fc.record({ cpu: fc.boolean(), busy: between(0.1, 0.9) });
    const controls = fc
      .record({
        policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
        max: fc.integer({ min: 2, max: 90 }),
      })
      .map(({ policies, max }) =>
        controlsOf({
          max,
          tracking: policies.map(({ cpu, busy }, i) =>
            cpu
              ? tracks(`cpu${i}`, busy)
              : tracks(`requests${i}`, 10 * busy, { metric: "requestRatePerTask" }),
          ),
        }),
      );
    fc.assert(
      fc.property(controls, between(0.5, 200), fc.integer({ min: 1, max: 30 }), (each, rate, initial) => {
        expect(limitCycles(CART, each)).to.deep.equal([]);
        expect(restlessness(each, rate, Math.min(initial, each.max))).to.equal(0);
      }),
      { numRuns: 25 },
    );
  });

  it("finds the cycle of a policy that only scales out below the setpoint of one that scales in, and the replay has it", () => {
    const controls = controlsOf({
      max: 40,
      tracking: [tracks("guard", 0.4, { disableScaleIn: true }), tracks("saver", 0.7)],
    });
    const [cycle, ...others] = limitCycles(CART, controls);
    expect(others).to.deep.equal([]);
    expect(cycle!.policies).to.deep.equal(["guard", "saver"]);
    expect(cycle!.counts[0]).to.equal(cycle!.counts.at(-1));
    expect(restlessness(controls, cycle!.rate, cycle!.counts[0]!)).to.be.above(5);
    expect(restlessness(controls, (cycle!.from + cycle!.to) / 2, 20)).to.be.above(5);
  });

  it("finds steps out and in around the same band, at the loads that have it and no others", () => {
    const controls = controlsOf({ steps: [steps("high", ">=", 0.7, 2), steps("low", "<=", 0.6, -1)] });
    const [cycle] = limitCycles(CART, controls);
    expect(cycle!.policies).to.deep.equal(["high", "low"]);
    expect(cycle!.from).to.be.within(7, 14); // one task is 70 % busy at 7 /s, two are at 14 /s
    expect(new Set(cycle!.counts).size).to.be.above(1);
  });

  it("has none where one task more stays clear of the other threshold", () => {
    const controls = controlsOf({ steps: [steps("high", ">=", 0.7, 1), steps("low", "<=", 0.3, -1)] });
    expect(limitCycles(CART, controls)).to.deep.equal([]);
  });

  it("finds a step out that acts below what target tracking holds", () => {
    const controls = controlsOf({ tracking: [tracks("cpu", 0.7)], steps: [steps("early", ">", 0.4, 2)] });
    expect(limitCycles(CART, controls).map(({ policies }) => policies)).to.deep.equal([["cpu", "early"]]);
    expect(restlessness(controls, 100, 20)).to.be.above(5);
  });

  it("looks between the widest bounds that the schedule sets", () => {
    const fighting = {
      tracking: [tracks("cpu", 0.5)],
      steps: [steps("low", "<", 0.45, -1)],
      min: 3,
      max: 3,
    };
    const at = { minutes: [0], hours: [8], weekdays: null, daysOfMonth: null, months: null, years: null };
    expect(limitCycles(CART, controlsOf(fighting))).to.deep.equal([]);
    expect(
      limitCycles(CART, controlsOf({ ...fighting, schedule: [{ name: "day", at, max: 20 }] })),
    ).not.to.deep.equal([]);
  });
});
