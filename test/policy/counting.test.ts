import { expect } from "chai";
import { awsAutoscaler } from "../../policy/autoscaler.ts";
import { type Backtest, backtest, initialTasks, judged } from "../../policy/backtest.ts";
import { cpuTracking } from "../../policy/comparison.ts";
import { asCounted, asMeasured, counted } from "../../policy/counting.ts";
import { section } from "../../policy/minutes.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { type Plant, replay } from "../../policy/replay.ts";
import type { ScalingControls } from "../../policy/scaling-plan.ts";
import type { Service } from "../../policy/service.ts";
import { steadyPlant } from "../../policy/steady-plant.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART, daily, flat } from "../support/services.ts";
import { requestPlant, seededRandom } from "../support/simulate.ts";

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]) => {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
};

describe("counted", () => {
  const MINUTES = 50_000;

  for (const each of [0.3, 1, 5, 40, 2000])
    it(`shows whole requests, as Poisson arrivals of ${each} a minute are counted`, () => {
      const { counts } = counted(flat(each / 60, MINUTES), 7) as { counts: readonly number[] };
      const none = counts.filter((count) => count === 0).length / MINUTES;
      expect(counts.every((count) => Number.isInteger(count) && count >= 0)).to.equal(true);
      expect(mean(counts) / each).to.be.closeTo(1, 0.05);
      expect(variance(counts) / each).to.be.closeTo(1, 0.1);
      expect(none).to.be.closeTo(Math.exp(-each), 0.03);
    });

  it("counts nothing where nothing arrives, and leaves the rates", () => {
    const trace = flat(0, 100);
    expect(counted(trace, 3)).to.deep.equal({ ...trace, counts: trace.rates });
  });

  it("is the same for the same seed alone", () => {
    const trace = daily(1, 2);
    expect(counted(trace, 3)).to.deep.equal(counted(trace, 3));
    expect(counted(trace, 3).counts).not.to.deep.equal(counted(trace, 4).counts);
  });

  it("stays as it is, and is cut with its trace", () => {
    const trace = counted(daily(1, 2), 3);
    expect(asCounted(trace)).to.equal(trace);
    expect(section(trace, 60, 30).counts).to.deep.equal(trace.counts!.slice(60, 90));
  });
});

describe("asMeasured", () => {
  it("adds the work of the requests counted, which varies with their number and their service times", () => {
    const serviceTime = { mean: 0.2, cv: 1.5 };
    const { counts, work } = asMeasured(counted(flat(1, 50_000), 7), serviceTime);
    expect(counts).to.deep.equal(counted(flat(1, 50_000), 7).counts);
    expect(mean(work!) / 60).to.be.closeTo(1, 0.01);
    expect(variance(work!) / 60).to.be.closeTo(1 + 1.5 ** 2, 0.1);
  });

  it("is exact where service times are, stays as it is, and is cut with its trace", () => {
    const alike = asMeasured(counted(flat(1, 100), 7), { mean: 0.2, cv: 0 });
    expect(alike.work).to.deep.equal(alike.counts);
    const trace = asMeasured(daily(1, 2), { mean: 0.2, cv: 1 });
    expect(asMeasured(trace, { mean: 0.2, cv: 1 })).to.equal(trace);
    expect(section(trace, 60, 30).work).to.deep.equal(trace.work!.slice(60, 90));
  });
});

describe("a service of few requests whose service times vary", () => {
  it("is scaled by its CPU as if every request were served: task-hours within 2 %", () => {
    const capacity = { serviceTime: { mean: 2, cv: 1.5 }, concurrency: 2, maxWait: 20, startup: 90 };
    const service: Service = { ...CART, capacity };
    const trace = daily(3, 2);
    const hours = (plant: Plant, minutes: Trace) =>
      replay(awsAutoscaler(cpuTracking(0.6, 1, 200)), plant, minutes, capacity.startup, 3).taskHours;
    const seeds = [1, 2, 3, 4, 5, 6];
    const tested = seeds.map((seed) =>
      hours(steadyPlant(service), asMeasured(counted(trace, seed), capacity.serviceTime)),
    );
    const served = seeds.map((seed) => hours(requestPlant(capacity, [1], seededRandom(seed)), trace));
    expect(mean(tested) / mean(served)).to.be.within(0.98, 1.02); // by their number alone 0.96
  });
});

describe("a service of few requests", () => {
  // Three tasks for a hundred long requests a minute, which are off by a tenth from minute to minute.
  const slo = {
    kind: "latency",
    name: "latency",
    threshold: 46,
    objective: 0.999,
    window: 28 * 86_400,
  } as const;
  const capacity = { serviceTime: { mean: 5.76, cv: 0.7 }, concurrency: 4, maxWait: 28.8, startup: 120 };
  const traffic = daily(9, 2.5);
  const service: Service = { ...CART, slos: [slo], capacity, demand: history(section(traffic, 0, 7 * 1440)) };
  const window = section(traffic, 7 * 1440, 2 * 1440);
  const used = ({ outcomes }: Backtest) => (1 - outcomes[0]!.goodShare) / (1 - slo.objective);
  let controls: ScalingControls;
  let served: readonly Backtest[];

  before(() => {
    controls = scalingPlan(service).controls;
    const initial = initialTasks(service, window, controls.min, controls.max);
    served = [1, 2, 3, 4].map((seed) => {
      const plant = requestPlant(capacity, [slo.threshold], seededRandom(seed));
      return judged(service, replay(awsAutoscaler(controls), plant, window, capacity.startup, initial));
    });
  });

  it("gets a plan that keeps its SLO, request by request, whatever its minutes happen to count", () => {
    for (const each of served) expect(used(each)).to.be.below(0.8);
  });

  it("is back-tested as it is served: task-hours within 2 %", () => {
    const tested = backtest(service, controls, window);
    expect(tested.taskHours / mean(served.map(({ taskHours }) => taskHours))).to.be.within(0.98, 1.02);
  });
});

describe("an overloaded service", () => {
  it("is scaled by its CPU as if every request were served, whatever its minutes happen to count", () => {
    const trace = { ...flat(0, 90), rates: [...flat(20, 10).rates, ...flat(200, 80).rates] };
    const scaled = (plant: Plant, minutes: Trace) => {
      const { minutes: seen } = replay(awsAutoscaler(cpuTracking(0.5, 5, 200)), plant, minutes, 75, 5);
      return [...seen.capacity].filter((tasks, minute) => tasks !== seen.capacity[minute - 1]);
    };
    for (const seed of [1, 2, 3, 4, 5]) {
      const whole = scaled(requestPlant(CART.capacity, [1], seededRandom(seed)), trace);
      const tested = scaled(steadyPlant(CART), counted(trace, seed));
      // All slots are busy, so that each time twice as many are wanted; with a count more one more was, and a cooldown more until the next.
      expect(tested.slice(0, 4)).to.deep.equal([5, 10, 20, 40]);
      expect(whole.slice(0, 4)).to.deep.equal([5, 10, 20, 40]);
    }
  });
});

function history(trace: Trace): Service["demand"] {
  return { kind: "history", trace, growth: 0 };
}
