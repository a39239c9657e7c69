import { expect } from "chai";
import { backtest } from "../../policy/backtest.ts";
import { comparison, cpuTracking } from "../../policy/comparison.ts";
import { demandHistory } from "../../policy/demand.ts";
import { scalingPlan } from "../../policy/plan.ts";
import type { Service } from "../../policy/service.ts";
import { available, CART, daily, promising, surging } from "../support/services.ts";

const peak: Service = CART;
const history: Service = { ...CART, demand: { kind: "history", trace: daily(1, 100), growth: 0 } };
/** The search is on a grid of utilizations, surges and floors: a few percent either way mean nothing. */
const GRID = 0.97;

const tested = (service: Service) =>
  backtest(service, scalingPlan(service).controls, demandHistory(service.demand).trace);

describe("scalingPlan", () => {
  for (const [name, service] of [
    ["a history", history],
    ["a declared peak", peak],
  ] as const)
    it(`meets the SLO for ${name}, cheaper than CPU 50 %`, () => {
      const { controls, feasibility } = scalingPlan(service);
      const { trace } = demandHistory(service.demand);
      const ours = backtest(service, controls, trace);
      expect(feasibility).to.deep.equal({ possible: true });
      expect(ours.met).to.equal(true);
      expect(ours.taskHours).to.be.below(backtest(service, cpuTracking(0.5, 1, 500), trace).taskHours);
      expect(ours.taskHours).to.be.below(comparison(service, controls, trace).at(-1)!.backtest.taskHours);
    });

  it("is never cheaper for a stricter promise", () => {
    const costs = [0.95, 0.99, 0.997].map(
      (objective) =>
        tested(objective === 0.99 ? history : { ...history, slos: promising(objective).slos }).taskHours,
    );
    expect(costs[1]! / costs[0]!).to.be.at.least(GRID);
    expect(costs[2]! / costs[1]!).to.be.at.least(GRID);
  });

  it("is never cheaper when tasks take longer to start", () => {
    const costs = [20, 75, 300].map(
      (startup) =>
        tested(startup === 75 ? peak : { ...peak, capacity: { ...peak.capacity, startup } }).taskHours,
    );
    expect(costs[1]! / costs[0]!).to.be.at.least(GRID);
    expect(costs[2]! / costs[1]!).to.be.at.least(GRID);
  });

  // Five busy hours a day, entered and left in a minute: a floor for these alone costs a third of one that always stands.
  it("stands only when the traffic that needs it recurs", () => {
    const rates = daily(3, 1).rates.map((_, i) => (i % 1440 >= 600 && i % 1440 < 900 ? 200 : 10));
    const trace = { ...daily(3, 1), rates };
    const { controls } = scalingPlan({ ...peak, demand: { kind: "history", trace, growth: 0 } });
    expect(controls.schedule.length).to.be.above(1);
  });

  it("is the same for the same input", () => {
    const { service: _, ...again } = scalingPlan({ ...history, name: "another" }); // under a name not planned for yet
    expect(scalingPlan(history)).to.deep.include(again);
  });

  it("names the service and its unit", () => {
    expect(scalingPlan(peak)).to.include({ service: "cart", unit: "task" });
    const compute = { type: "ec2" as const, instanceType: "t2.small" };
    expect(scalingPlan({ ...peak, compute }).unit).to.equal("instance");
  });

  it("says what it assumed", () => {
    expect(scalingPlan(peak).assumptions.join()).to.include("no history is declared");
    expect(scalingPlan(history).assumptions.join()).to.include("too short for a daily pattern");
  });
});

describe("scalingPlan, bounds", () => {
  it("honours min and max", () => {
    const { controls } = scalingPlan({ ...history, bounds: { min: 4, max: 30 } });
    expect(controls.min).to.be.at.least(4);
    expect(controls.max).to.equal(30);
    for (const action of controls.schedule) expect(action.min).to.be.within(4, 30);
  });

  it("never leaves a high availability to a single task", () => {
    const highly = { ...history, slos: available(0.999).slos };
    expect(scalingPlan(highly).controls.min).to.be.at.least(2);
  });

  it("accepts a budget that the plan keeps within", () => {
    const { dollarsPerMonth } = tested(history);
    const bounds = { budget: dollarsPerMonth * 1.001 };
    expect(scalingPlan({ ...history, bounds }).feasibility).to.deep.equal({ possible: true });
  });

  it("is a plan, or an obstacle, when max is below the least that is wise", () => {
    expect(() => scalingPlan({ ...peak, slos: available(0.999).slos, bounds: { max: 1 } })).not.to.throw();
    const zones = { zones: 3, survive: 1 };
    expect(() => scalingPlan({ ...peak, resilience: zones, bounds: { min: 4, max: 4 } })).not.to.throw();
  });
});

describe("scalingPlan, resilience", () => {
  const resilience = { zones: 3, survive: 1 };
  const plain = scalingPlan(peak).controls;
  const resilient = scalingPlan({ ...peak, resilience }).controls;

  it("gives each task two thirds of the load at most, so that two zones of three carry all", () => {
    // At most one task in the least count less, as tasks and zones are whole.
    expect((resilient.tracking[0]!.setpoint * 1.5) / plain.tracking[0]!.setpoint).to.be.within(
      GRID / (1 + 1 / resilient.min),
      1 / GRID,
    );
    expect(resilient.max).to.be.at.least(1.5 * plain.max - 2); // the count that the peak needs is rounded up first
    expect(resilient.min).to.be.at.least(3); // one a zone
  });

  it("scales the surge with the setpoint", () => {
    const demand = { kind: "history" as const, trace: surging(), growth: 0 };
    const resilient = scalingPlan({ ...peak, demand, resilience }).controls;
    const ratio = ({ tracking, steps }: typeof plain) => steps[0]!.alarm.threshold / tracking[0]!.setpoint;
    const bands = resilient.steps[0]!.steps;
    expect(ratio(resilient)).to.be.above(1);
    bands.slice(1).forEach((band, i) => {
      expect(band.lower).to.equal(bands[i]!.upper);
    });
    const added = bands.map((band) => band.change);
    expect(added).to.deep.equal(added.toSorted((a, b) => a - b));
    expect(
      scalingPlan({ ...peak, demand }).controls.steps[0]!.steps.map((band) => band.change),
    ).to.deep.equal(added);
  });
});
