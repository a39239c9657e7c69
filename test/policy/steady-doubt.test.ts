import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { readTrace } from "../../adapters/trace-csv.ts";
import { awsAutoscaler } from "../../policy/autoscaler.ts";
import { initialTasks, judged } from "../../policy/backtest.ts";
import { budgetParts } from "../../policy/budget-parts.ts";
import { clairvoyantTaskHours } from "../../policy/clairvoyant.ts";
import { busiestUtilization } from "../../policy/demand-curve.ts";
import { byMinute, section } from "../../policy/minutes.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { replay } from "../../policy/replay.ts";
import type { Service, TaskProfile } from "../../policy/service.ts";
import { steadyDoubts, steepness } from "../../policy/steady-doubt.ts";
import { steadyState } from "../../policy/steady-state.ts";
import { available, CART, flat } from "../support/services.ts";
import { requestPlant, seededRandom } from "../support/simulate.ts";

/** Of one slot a task: lateness rises slowly with the load. */
const SINGLE: TaskProfile = { serviceTime: { mean: 0.3, cv: 1 }, concurrency: 1, maxWait: 4, startup: 240 };
/** Of eight: it rises steeply. */
const WIDE: TaskProfile = { serviceTime: { mean: 0.5, cv: 1 }, concurrency: 8, maxWait: 5, startup: 240 };

function serving(capacity: TaskProfile, threshold: number, objective: number): Service {
  return {
    ...CART,
    capacity,
    slos: [{ kind: "latency", name: "latency", threshold, objective, window: 28 * 86_400 }],
  };
}
const [single, wide] = [serving(SINGLE, 2, 0.99), serving(WIDE, 2.5, 0.985)];

/** Utilization at which so many tasks use a share of what capacity decides of the budget. */
function using(share: number, service: Service, tasks: number): number {
  const [slo] = service.slos;
  const { idle, rest } = budgetParts(service, slo!);
  return busiestUtilization({ ...service, slos: [{ ...slo!, objective: 1 - idle - share * rest }] }, tasks);
}

/** Share of late requests, what idle tasks miss left out, when every request is served. */
function servedLate({ capacity, slos: [slo] }: Service, tasks: number, utilization: number): number {
  const threshold = slo!.kind === "latency" ? slo!.threshold : 0;
  const rate = (utilization * tasks * capacity.concurrency) / capacity.serviceTime.mean;
  const plant = requestPlant(capacity, [threshold], seededRandom(3));
  plant(tasks, rate, 1000);
  const { arrived, late } = plant(tasks, rate, 1e6 / rate);
  return late[0]! / arrived - budgetParts({ ...CART, capacity }, slo!).idle;
}

describe("steepness", () => {
  it("is how fast lateness rises with the load, request by request", () => {
    for (const [service, tasks] of [
      [single, 3],
      [single, 20],
      [CART, 3],
    ] as const) {
      const [half, all] = [using(1 / 2, service, tasks), using(1, service, tasks)];
      const served = servedLate(service, tasks, all) / servedLate(service, tasks, half);
      const steep = Math.log(served) / Math.log(all / half);
      expect(steepness(service, service.slos[0]!, tasks)).to.be.closeTo(steep, 0.12 * steep);
    }
  });

  it("is low with one slot a task, high with several, and stops at 16", () => {
    expect(steepness(single, single.slos[0]!, 20)).to.be.within(2, 3.5);
    expect(steepness(CART, CART.slos[0]!, 3)).to.be.within(8, 12);
    expect(steepness(wide, wide.slos[0]!, 20)).to.equal(16);
    expect(steepness(available(0.999), available(0.999).slos[0]!, 3)).to.equal(16);
  });

  it("is no less than the queue's where requests share a vCPU, and as high as it gets where memory or nothing keeps the SLO", () => {
    const queue = steepness(CART, CART.slos[0]!, 3);
    const sharing = { ...CART, capacity: { ...CART.capacity, cpuTime: 0.2 } };
    expect(steepness(sharing, CART.slos[0]!, 3)).to.equal(queue);
    const small = { ...CART, capacity: { ...CART.capacity, memory: { base: 900, perRequest: 90 } } };
    expect(steepness(small, CART.slos[0]!, 3)).to.equal(16);
    const hopeless = serving(SINGLE, 0.3, 0.99);
    expect(steepness(hopeless, hopeless.slos[0]!, 3)).to.equal(16);
  });
});

describe("steadyDoubts", () => {
  it("are a few percent where lateness rises slowly, and what they were for all services where it does not", () => {
    const [mild] = steadyDoubts(single, flat(30, 1440));
    expect(mild!.deviation).to.be.within(0.04, 0.06);
    expect(mild!.evenOdds).to.be.within(0.92, 0.95);
    expect(steadyDoubts(wide, flat(300, 1440))).to.deep.equal([{ deviation: 0.12, evenOdds: 0.85 }]);
  });

  it("cover the model's error against serving every request", () => {
    for (const [service, tasks] of [
      [single, 2],
      [single, 10],
      [CART, 2],
      [CART, 10],
      [wide, 4],
    ] as const) {
      const [slo] = service.slos;
      const threshold = slo!.kind === "latency" ? slo!.threshold : 0;
      const busy = (tasks * service.capacity.concurrency) / service.capacity.serviceTime.mean;
      const { deviation } = steadyDoubts(service, flat(busy, 1440))[0]!;
      const utilization = using(0.8, service, tasks);
      const model =
        steadyState(service.capacity, tasks, [threshold], utilization).late[0]! -
        budgetParts(service, slo!).idle;
      const off = Math.abs(Math.log(model / servedLate(service, tasks, utilization)));
      expect(off, `${service.capacity.concurrency} slots, ${tasks} tasks`).to.be.below(2 * deviation);
    }
  });

  it("never let a stricter SLO run tasks busier", () => {
    const busiest = (capacity: TaskProfile, threshold: number, objective: number, tasks: number) => {
      const service = serving(capacity, threshold, objective);
      const rate = (tasks * capacity.concurrency) / capacity.serviceTime.mean;
      const { evenOdds, deviation } = steadyDoubts(service, flat(rate, 1440))[0]!;
      return using(evenOdds / (1 + 2.5 * deviation), service, tasks);
    };
    const profiles = fc.record({
      cv: fc.double({ min: 0.4, max: 1.8, noNaN: true }),
      concurrency: fc.constantFrom(1, 2, 4, 8),
      tasks: fc.constantFrom(1, 3, 10),
      threshold: fc.double({ min: 3, max: 15, noNaN: true }),
      patience: fc.double({ min: 5, max: 25, noNaN: true }),
      objective: fc.constantFrom(0.95, 0.99, 0.999),
      shorter: fc.double({ min: 0.5, max: 0.98, noNaN: true }),
    });
    fc.assert(
      fc.property(profiles, ({ cv, concurrency, tasks, threshold, patience, objective, shorter }) => {
        const capacity = { serviceTime: { mean: 1, cv }, concurrency, maxWait: patience, startup: 60 };
        const loose = busiest(capacity, threshold, objective, tasks);
        expect(busiest(capacity, shorter * threshold, objective, tasks)).to.be.at.most(loose + 1e-3);
        expect(busiest(capacity, threshold, 1 - (1 - objective) * shorter, tasks)).to.be.at.most(
          loose + 1e-3,
        );
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe("a plan for one slot a task", () => {
  it("costs at most an eighth more than the bound on traffic that a day foretells, and keeps its SLO request by request", () => {
    const { trace } = readTrace(join(import.meta.dirname, "../../traces/wikipedia-en-jan2016-1h.csv"));
    const hours = byMinute(trace);
    const scale = 30 / SINGLE.serviceTime.mean / 2 / hours.rates[0]!; // some 30 tasks
    const minutes = { ...hours, rates: hours.rates.map((rate) => rate * scale) };
    const cut = minutes.rates.length - 2 * 1440;
    const history = section(minutes, cut - 14 * 1440, 14 * 1440);
    const window = section(minutes, cut, 2 * 1440);
    const service: Service = { ...single, demand: { kind: "history", trace: history, growth: 0 } };
    const { controls } = scalingPlan(service);
    const { taskHours, met } = judged(
      service,
      replay(
        awsAutoscaler(controls),
        requestPlant(SINGLE, [2], seededRandom(5)),
        window,
        SINGLE.startup,
        initialTasks(service, window, controls.min, controls.max),
      ),
    );
    expect(met).to.equal(true);
    expect(taskHours / clairvoyantTaskHours(service, window)).to.be.below(1.125);
  });
});
