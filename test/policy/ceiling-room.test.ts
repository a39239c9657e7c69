import { expect } from "chai";
import { backtest } from "../../policy/backtest.ts";
import { ceilingRoom } from "../../policy/ceiling-room.ts";
import { section } from "../../policy/minutes.ts";
import { scalingPlan } from "../../policy/plan.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART, daily, flat } from "../support/services.ts";

const planOn = (trace: Trace) =>
  scalingPlan({ ...CART, bounds: {}, demand: { kind: "history", trace, growth: 0 } });

describe("ceilingRoom", () => {
  it("is the measured factor at the measured lengths, and between its neighbors between them", () => {
    expect([60, 24 * 60, 48 * 60].map(ceilingRoom)).to.deep.equal([8.5, 4.8, 2.4]);
    expect(ceilingRoom(2 * 60))
      .to.be.below(8.5)
      .and.above(7.7);
  });

  it("is never less the shorter the history, and twice from a week on", () => {
    const rooms = [1, 60, 61, 500, 1440, 2000, 7 * 1440 - 1].map(ceilingRoom);
    expect(rooms).to.deep.equal(rooms.toSorted((a, b) => b - a));
    expect([7 * 1440, 28 * 1440].map(ceilingRoom)).to.deep.equal([2, 2]);
  });
});

describe("a plan on little history", () => {
  it("is never tighter than one on more of the same, and reacts to surges that it has not seen", () => {
    const plans = [2, 60, 360, 1380, 1440, 10_080].map((minutes) => planOn(flat(60, minutes)));
    const tasks = plans.map(({ controls }) => Math.ceil(60 / controls.tracking[0]!.setpoint));
    expect(tasks).to.deep.equal(tasks.toSorted((a, b) => b - a));
    expect(tasks[1]! / tasks.at(-1)!).to.be.above(1.2);
    expect(plans.map(({ controls }) => controls.steps.length)).to.deep.equal([1, 1, 1, 1, 0, 0]);
    const most = plans.map(({ controls }) => controls.max);
    expect(most).to.deep.equal(most.toSorted((a, b) => b - a));
  });

  it("carries the day whose night alone it knows", () => {
    const days = daily(2, 300);
    const { controls } = planOn(section(days, 0, 60));
    const tomorrow = section(days, 60, 1440);
    expect(backtest(CART, controls, tomorrow).met).to.equal(true);
    // the least that it takes: with twice what the night needed it does not
    expect(backtest(CART, { ...controls, max: controls.min * 2 }, tomorrow).met).to.equal(false);
  });

  it("takes a start from next to nothing for no measure of the growth to come", () => {
    const rates = [...flat(0.5, 90).rates, ...flat(50, 90).rates];
    const { controls } = planOn({ ...flat(0, 0), rates });
    const slotRate = CART.capacity.concurrency / CART.capacity.serviceTime.mean;
    expect(controls.tracking[0]!.setpoint / slotRate).to.be.above(0.75 / ceilingRoom(180));
  });

  it("tells how careful it is, and why", () => {
    const because = (minutes: number, of: string) =>
      planOn(flat(60, minutes)).reasons.find((reason) => reason.of === of)!.because;
    expect(because(60, "tracking.setpoint")).to.match(
      /less than a day .* room for the load to grow 1\.29 times/,
    );
    expect(because(60, "surge")).to.include("stands whatever the rehearsal says");
    expect(because(60, "bounds.max")).to.match(/^8\.5 times the/);
    expect(because(1440, "tracking.setpoint")).not.to.include("less than a day");
  });

  it("of one value an hour takes surges for hidden", () => {
    const hourly: Trace = { ...flat(60, 240), step: 3600 };
    expect(planOn(hourly).controls.steps).to.have.lengthOf(1);
    expect(planOn(flat(60, 14_400)).controls.steps).to.have.lengthOf(0);
  });
});
