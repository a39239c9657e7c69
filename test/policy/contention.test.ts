import { expect } from "chai";
import fc from "fast-check";
import { peakTasks, scaleUp, slowdown } from "../../policy/contention.ts";
import { fleetLimit, keepsSlos, tasksNeeded } from "../../policy/demand-curve.ts";
import { between, CART } from "../support/services.ts";

const contention = fc.record({ alpha: between(0, 0.2), beta: between(1e-5, 0.01) });

describe("contention", () => {
  // SPEC SDM91 (specsdm91 of github.com/smoeding/usl), as fitted by a coarse grid: α ≈ 0.032, β ≈ 1e-4, R² 0.989.
  it("peaks where the published fits do", () => {
    expect(peakTasks({ alpha: 0.032, beta: 1e-4 })).to.equal(98);
    expect(peakTasks({ alpha: 0.004, beta: 6.3e-4 })).to.equal(40); // NGINX, 1 KB
    expect(peakTasks({ alpha: 0.06, beta: 0 })).to.equal(Number.POSITIVE_INFINITY); // Amdahl's law has none
  });

  it("does not slow one task, and nothing without coefficients", () => {
    fc.assert(
      fc.property(contention, fc.integer({ min: 1, max: 1000 }), (any, tasks) => {
        expect(slowdown(any, 1)).to.equal(1);
        expect(slowdown({ alpha: 0, beta: 0 }, tasks)).to.equal(1);
        expect(slowdown({ alpha: any.alpha, beta: 0 }, tasks)).to.be.closeTo(
          1 + any.alpha * (tasks - 1),
          1e-9,
        );
      }),
    );
  });

  it("serves less on either side of the peak", () => {
    fc.assert(
      fc.property(contention, (any) => {
        const peak = peakTasks(any);
        const most = scaleUp(any, peak);
        expect(scaleUp(any, peak + 1)).to.be.at.most(most);
        if (peak > 1) expect(scaleUp(any, peak - 1)).to.be.at.most(most * (1 + 1e-12));
      }),
    );
  });
});

describe("tasksNeeded among contention", () => {
  const shared = { ...CART, capacity: { ...CART.capacity, contention: { alpha: 0.03, beta: 0.0001 } } };

  it("needs more than without, and keeps the SLOs with what it says and not with fewer", () => {
    for (const rate of [5, 20, 40]) {
      const needed = tasksNeeded(shared, rate);
      expect(needed).to.be.at.least(tasksNeeded(CART, rate));
      expect(keepsSlos(shared, needed, rate)).to.equal(true);
      if (needed > 1) expect(keepsSlos(shared, needed - 1, rate)).to.equal(false);
    }
  });

  it("is infinite beyond what any number of tasks serves, and says which number serves the most", () => {
    const { tasks, rate } = fleetLimit(shared);
    expect(tasks).to.equal(98);
    expect(rate).to.be.closeTo((98 / slowdown({ alpha: 0.03, beta: 0.0001 }, 98)) * 10, 1e-9); // 2 slots, 200 ms: 10 /s each
    expect(tasksNeeded(shared, rate * 1.001)).to.equal(Number.POSITIVE_INFINITY);
  });

  it("is infinite where ever more tasks are ever slower, without a peak", () => {
    const amdahl = { ...CART, capacity: { ...CART.capacity, contention: { alpha: 0.05, beta: 0 } } };
    expect(fleetLimit(amdahl).rate).to.be.closeTo(200, 1e-9); // 1 ÷ 0.05 tasks' worth
    expect(tasksNeeded(amdahl, 195)).to.equal(Number.POSITIVE_INFINITY);
    expect(tasksNeeded(amdahl, 15)).to.be.below(5);
  });

  it("is what it is without, when there is none", () => {
    const none = { ...CART, capacity: { ...CART.capacity, contention: { alpha: 0, beta: 0 } } };
    for (const rate of [1, 30, 300]) expect(tasksNeeded(none, rate)).to.equal(tasksNeeded(CART, rate));
  });
});
