import { expect } from "chai";
import fc from "fast-check";
import { backtest } from "../../policy/backtest.ts";
import { keepsSlos, tasksNeeded } from "../../policy/demand-curve.ts";
import { AS_DECLARED, baselinePace, fullPace, fullRate } from "../../policy/pace.ts";
import type { Service } from "../../policy/service.ts";
import { steadyState } from "../../policy/steady-state.ts";
import { taskPool } from "../../policy/task-pool.ts";
import { between, CART, controlsOf, flat } from "../support/services.ts";

const slots = CART.capacity.concurrency / CART.capacity.serviceTime.mean;
const sharing = (alpha: number, beta: number): Service => ({
  ...CART,
  capacity: { ...CART.capacity, contention: { alpha, beta } },
});
const computing = (cpuTime: number): Service => ({ ...CART, capacity: { ...CART.capacity, cpuTime } });
const small = (cpuTime?: number): Service => ({
  ...CART,
  compute: { type: "ec2", instanceType: "t2.small" },
  capacity: { ...CART.capacity, ...(cpuTime === undefined ? {} : { cpuTime }) },
});

describe("fullRate", () => {
  it("is slots ÷ service time where nothing slows requests", () => {
    expect(fullRate(CART.capacity, AS_DECLARED, 9)).to.equal(slots);
  });

  it("is divided by what tasks share", () => {
    const service = sharing(0.02, 0.001);
    expect(fullRate(service.capacity, fullPace(service), 11)).to.be.closeTo(slots / (1 + 0.2 + 0.11), 1e-9);
  });

  it("stays below the CPU bound, and near the lower of both bounds", () => {
    fc.assert(
      fc.property(between(0.001, 0.4), (cpuTime) => {
        const service = computing(cpuTime); // half a vCPU
        const full = fullRate(service.capacity, fullPace(service), 1);
        const least = Math.min(slots, 0.5 / cpuTime);
        expect(full).to.be.within(least / 2, least + 1e-9);
      }),
    );
  });

  it("is the baseline's share for a t2.small without credits", () => {
    const pace = baselinePace(small())!;
    expect(fullRate(CART.capacity, pace, 1)).to.be.closeTo(slots / 5, 1e-9);
    // 50 ms of CPU at a fifth of a vCPU: at most 4 a second.
    expect(fullRate(CART.capacity, baselinePace(small(0.05))!, 1)).to.be.within(2, 4);
  });

  it("has no baseline where nothing runs out", () => {
    expect(baselinePace(CART)).to.equal(undefined);
    expect(baselinePace({ ...CART, compute: { type: "ec2", instanceType: "t3.small" } })).to.equal(undefined);
  });
});

describe("taskPool at a pace", () => {
  it("settles in the steady state of the slowed service times", () => {
    for (const tasks of [1, 7, 32, 60]) {
      const service = sharing(0.01, 0.0001);
      const factor = 1 + 0.01 * (tasks - 1) + 0.0001 * tasks * (tasks - 1);
      const rate = (0.7 * tasks * slots) / factor;
      const pool = taskPool(service.capacity, [1], fullPace(service));
      const serviceTime = { mean: 0.2 * factor, cv: 0.7 };
      const state = steadyState({ ...service.capacity, serviceTime }, Math.min(tasks, 32), [1], 0.7);
      expect(pool.steady(tasks, rate).late[0], `${tasks}`).to.be.closeTo(state.late[0]!, 0.003);
      expect(pool.serve(tasks, rate, 3600, 0).busy, `${tasks}`).to.be.closeTo(0.7 / factor, 0.005);
    }
  });

  it("serves less with more tasks beyond the peak of the scalability law", () => {
    const service = sharing(0.02, 0.002); // the peak is at 22 tasks
    const pool = taskPool(service.capacity, [1], fullPace(service));
    expect(pool.steady(60, 70).refused).to.be.above(pool.steady(22, 70).refused + 0.05);
  });

  it("refuses what the vCPUs cannot serve though slots are free to take it", () => {
    const service = computing(0.1); // half a vCPU: 5 /s, and 10 /s by its slots
    const pool = taskPool(service.capacity, [1], fullPace(service));
    const { refused, busy } = pool.serve(1, 8, 36_000, 0);
    expect(refused).to.be.within(1 - 5 / 8 - 0.02, 0.6);
    expect(busy * slots).to.be.closeTo(8 * (1 - refused), 0.1); // what is accepted is served
  });
});

describe("backtest and the demand curve", () => {
  const services: [string, Service][] = [
    ["tasks share a database", sharing(0.01, 0.0001)],
    ["CPU is declared", computing(0.04)],
    ["both", { ...sharing(0.005, 0), capacity: { ...sharing(0.005, 0).capacity, cpuTime: 0.04 } }],
  ];
  for (const [name, service] of services)
    it(`agree on how many tasks keep the SLOs in the long run where ${name}`, () => {
      for (const rate of [12, 40, 70]) {
        const needed = tasksNeeded(service, rate);
        const met = (tasks: number) =>
          backtest(service, controlsOf({ min: tasks, max: tasks }), flat(rate, 300)).met;
        expect(met(needed + 1), `${needed + 1} at ${rate}`).to.equal(true);
        expect(keepsSlos(service, needed - 1, rate)).to.equal(false);
        expect(met(needed - 1), `${needed - 1} at ${rate}`).to.equal(false);
      }
    });
});
