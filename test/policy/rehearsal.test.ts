import { expect } from "chai";
import { backtest } from "../../policy/backtest.ts";
import { controlsFor, leastStanding } from "../../policy/candidate.ts";
import { ALLOWED, busiestRehearsal, rehearse, type Stage } from "../../policy/rehearsal.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART, daily, flat } from "../support/services.ts";

const stageOf = (trace: Trace): Stage => ({ service: CART, trace, max: 60, kept: 0.9, ceiling: 0.8 });
const least = leastStanding(1);
const SURGE = 1.5;
const RANGE = { low: 0.05, high: 0.8, precision: 0.02 };

describe("rehearse", () => {
  it("is the back-test of the candidate's controls, its bad share in error budgets", () => {
    const trace = daily(1, 60); // shorter than a window of two days: judged as a whole
    const candidate = { utilization: 0.6, surge: SURGE, standing: least };
    const rehearsal = rehearse(stageOf(trace), candidate)!;
    const tested = backtest(CART, controlsFor(candidate, CART.capacity, 60), trace);
    expect(rehearsal.taskHours).to.be.closeTo(tested.taskHours, 1e-9);
    expect(rehearsal.budgetUse).to.be.closeTo((1 - tested.outcomes[0]!.goodShare) / 0.01, 1e-9);
  });

  it("forgives one incident in two weeks, and not one every other day", () => {
    const disturbed = (everyDays: number) => {
      const calm = flat(30, 14 * 1440);
      const rates = calm.rates.map((rate, i) => (i % (everyDays * 1440) === 720 ? 60 * rate : rate));
      return rehearse(stageOf({ ...calm, rates }), { utilization: 0.5, surge: SURGE, standing: least })!
        .budgetUse;
    };
    expect(disturbed(14)).to.be.below(ALLOWED);
    expect(disturbed(2)).to.be.above(1);
  });
});

describe("busiestRehearsal", () => {
  const stage = stageOf(daily(1, 60));

  it("keeps within the allowed share of the budget, at the highest utilization that does", () => {
    const busiest = busiestRehearsal(stage, least, SURGE, RANGE)!;
    expect(busiest.budgetUse).to.be.at.most(ALLOWED);
    const { utilization } = busiest.candidate;
    if (utilization < RANGE.high) {
      const beyond = rehearse(stage, { ...busiest.candidate, utilization: utilization + RANGE.precision })!;
      expect(beyond.budgetUse).to.be.above(ALLOWED);
    }
  });

  it("goes to the top of the range where the traffic never moves", () => {
    const range = { ...RANGE, high: 0.6 };
    expect(busiestRehearsal(stageOf(flat(200, 1440)), least, SURGE, range)!.candidate.utilization).to.equal(
      0.6,
    );
  });

  it("is undefined when it must cost as much as what is known already", () => {
    const { taskHours } = busiestRehearsal(stage, least, SURGE, RANGE)!;
    expect(busiestRehearsal(stage, least, SURGE, RANGE, taskHours)).to.equal(undefined);
    expect(busiestRehearsal(stage, least, SURGE, RANGE, taskHours + 1)!.taskHours).to.be.below(taskHours + 1);
  });

  it("is undefined when the ceiling on tasks is too low for the traffic", () => {
    expect(busiestRehearsal({ ...stage, max: 3 }, least, SURGE, RANGE)).to.equal(undefined);
  });
});
