import { expect } from "chai";
import { type Autoscaler, awsAutoscaler } from "../../policy/autoscaler.ts";
import { initialTasks, judged } from "../../policy/backtest.ts";
import { thresholdsOf } from "../../policy/demand-curve.ts";
import { holdout } from "../../policy/holdout.ts";
import { byMinute, section, withRates } from "../../policy/minutes.ts";
import { withoutOutages } from "../../policy/outages.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { type Plant, replay } from "../../policy/replay.ts";
import type { ScalingPlan } from "../../policy/scaling-plan.ts";
import type { Service } from "../../policy/service.ts";
import { steadyPlant } from "../../policy/steady-plant.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART, MONDAY } from "../support/services.ts";
import { requestPlant, seededRandom } from "../support/simulate.ts";

/** Clients that all wake at the full minute: 3.5 times its mean in the first ten seconds, half of it after. */
const AT_THE_FULL_MINUTE = [3.5, 0.5, 0.5, 0.5, 0.5, 0.5];

/** Days of it in steps of ten seconds, about 30 requests a second. */
function synchronized(days: number): Trace {
  const rates = Array.from({ length: days * 8640 }, (_, i) => {
    const level = 30 * (1 + 0.6 * Math.sin((2 * Math.PI * i) / 8640));
    return level * AT_THE_FULL_MINUTE[i % 6]!;
  });
  return { start: MONDAY, step: 10, rates };
}

const fine = (step: number, rates: readonly number[]): Trace => ({ start: MONDAY, step, rates });
const on = (trace: Trace): Service => ({ ...CART, demand: { kind: "history", trace, growth: 0 } });

describe("what a history shows within a minute", () => {
  it("is the shape of every minute in which it is more than chance", () => {
    const { rates, shapes } = byMinute(synchronized(1));
    expect(shapes).to.have.length(1440);
    shapes!.forEach(({ minute, shape }, i) => {
      expect(minute).to.equal(i);
      shape.forEach((factor, part) => {
        expect(factor).to.be.closeTo(AT_THE_FULL_MINUTE[part]!, 0.02);
      });
    });
    expect(rates).to.have.length(1440);
  });

  it("is nothing where it is chance: fewer than one in a hundred minutes of Poisson counts, whatever their step", () => {
    for (const step of [10, 15, 20]) {
      const random = seededRandom(step);
      const counts = Array.from({ length: (1440 * 60) / step }, () => poisson(20 * step, random) / step);
      const { shapes = [] } = byMinute(fine(step, counts));
      expect(shapes.length).to.be.below(14);
    }
  });

  it("has the minute's mean, of steps that do not divide a minute, too, and at most six parts", () => {
    for (const [step, parts] of [
      [1, 6],
      [7, 6],
      [10, 6],
      [15, 4],
      [30, 2],
    ] as const) {
      const rates = Array.from({ length: 600 }, (_, i) => (Math.floor((i * step) / 30) % 2 === 0 ? 40 : 10));
      const { shapes } = byMinute(fine(step, rates));
      expect(shapes).to.not.be.empty;
      for (const { shape } of shapes!) {
        expect(shape).to.have.length(parts);
        expect(shape.reduce((sum, factor) => sum + factor, 0) / parts).to.be.closeTo(1, 1e-9);
      }
    }
  });

  it("is unknown in steps of 45 s, and in minutes without traffic", () => {
    expect(byMinute(fine(45, [1, 100, 1, 100, 1, 100, 1, 100]))).to.not.have.property("shapes");
    expect(byMinute(fine(10, new Array(60).fill(0)))).to.not.have.property("shapes");
    expect(byMinute(fine(10, [100, 0, 0]))).to.not.have.property("shapes"); // half a minute
  });

  it("is nothing where no part has a tenth more than the mean, however surely that is no chance", () => {
    const rates = (most: number) => Array.from({ length: 60 }, (_, i) => 1e6 * (i % 6 === 0 ? most : 1));
    expect(byMinute(fine(10, rates(1.1)))).to.not.have.property("shapes"); // 1.1 ÷ (6.1 ÷ 6) is 1.08
    expect(byMinute(fine(10, rates(1.2))).shapes).to.have.length(10);
  });

  it("belongs to its minute, in a part of a trace, too, and in what is held out", () => {
    const rates = [...new Array(12).fill(20), 100, 4, 4, 4, 4, 4, ...new Array(12).fill(20)];
    const trace = byMinute(fine(10, rates));
    expect(trace.shapes!.map(({ minute }) => minute)).to.deep.equal([2]);
    expect(section(trace, 1, 3).shapes!.map(({ minute }) => minute)).to.deep.equal([1]);
    expect(section(trace, 0, 2)).to.not.have.property("shapes");
    expect(section(trace, 3, 2)).to.not.have.property("shapes");
    const held = holdout(on(byMinute(synchronized(3))), 1)!;
    expect(held.trace.shapes).to.have.length(1440);
    expect(held.service.demand).to.have.nested.property("trace.shapes.length", 2 * 1440);
  });

  it("goes with what the minute was: where its rate is replaced, and beside an outage that is filled", () => {
    const trace = byMinute(synchronized(1));
    const other = withRates(
      trace,
      trace.rates.map((rate, i) => (i < 10 ? rate + 1 : rate)),
    );
    expect(other.shapes!.map(({ minute }) => minute)[0]).to.equal(10);
    const silent = fine(10, new Array(3 * 8640).fill(20));
    const broken = { ...silent, rates: silent.rates.map((rate, i) => (i > 9003 && i < 9201 ? 0 : rate)) };
    const { trace: mended, silent: minutes } = withoutOutages(byMinute(broken), 5);
    expect(minutes).to.be.above(30);
    expect(byMinute(broken).shapes).to.have.length(2); // those in which it began and ended
    expect(mended).to.not.have.property("shapes");
  });
});

describe("a replay within minutes", () => {
  const still: Autoscaler = { interval: 60, desired: () => 4 };

  it("serves each part of a minute at its own rate, for as long as it lasts", () => {
    const served: [rate: number, seconds: number][] = [];
    const plant: Plant = (_, rate, seconds) => {
      served.push([rate, seconds]);
      const measured = { busy: rate / 100, responseTime: rate, charged: 0.25 };
      return { arrived: rate * seconds, late: [rate], refused: 1, ...measured };
    };
    const trace = byMinute(fine(20, [60, 30, 0, 10, 10, 10]));
    const { arrived, late, refused, charged } = replay(still, plant, trace, 60, 4);
    expect(served).to.deep.equal([
      [60, 20],
      [30, 20],
      [0, 20],
      [10, 60],
    ]);
    expect(arrived).to.equal(30 * 60 + 10 * 60);
    expect(late).to.deep.equal([60 + 30 + 0 + 10]);
    expect(refused).to.equal(4);
    expect(charged).to.equal(1);
  });

  it("shows CloudWatch the minute, and who looks each fifteen seconds those", () => {
    const plant: Plant = (tasks, rate, seconds) => ({
      arrived: rate * seconds,
      late: [0],
      refused: 0,
      busy: rate / tasks / 100,
      responseTime: rate / 100,
    });
    const rates = [120, 60, 0, 60, 60, 60, ...new Array(24).fill(60)];
    const views: { minute: number; slices: number[] }[] = [];
    const often: Autoscaler = {
      interval: 15,
      desired: ({ minutes, slices, sliced }) => {
        views.push({
          minute: minutes.requestRate[0]!,
          slices: Array.from(slices.requestRate.subarray(0, sliced)),
        });
        return 4;
      },
    };
    replay(often, plant, byMinute(fine(10, rates)), 60, 4);
    expect(views.at(-1)!.minute).to.equal(60);
    expect(views.at(-1)!.slices.slice(0, 4)).to.deep.equal([100, 20, 60, 60]);
  });
});

describe("a plan on a history of ten seconds", () => {
  const history = synchronized(4);
  const window = section(byMinute(history), 2 * 1440, 1440);
  const served = (plan: ScalingPlan, plant: (service: Service) => Plant) => {
    const service = on(history);
    const { min, max } = plan.controls;
    const result = replay(
      awsAutoscaler(plan.controls),
      plant(service),
      window,
      service.capacity.startup,
      initialTasks(service, window, min, max),
    );
    return { good: judged(service, result).outcomes[0]!.goodShare, taskHours: result.taskHours };
  };
  const oneByOne = (service: Service) =>
    requestPlant(service.capacity, thresholdsOf(service), seededRandom(5));

  it("keeps its SLO where all clients wake at the full minute, request by request; on minutes alone it does not", () => {
    const { shapes: _, ...minutes } = byMinute(history);
    const [plan, blind] = [on(history), on(minutes)].map((service) => scalingPlan(service));
    expect(plan!.feasibility.possible).to.equal(true);
    expect(served(plan!, oneByOne).good).to.be.at.least(0.99);
    expect(served(blind!, oneByOne).good).to.be.below(0.9);
  });

  it("is judged by the model as when every request is served", () => {
    const plan = scalingPlan(on(history));
    const [model, requests] = [served(plan, steadyPlant), served(plan, oneByOne)];
    expect(model.good).to.be.closeTo(requests.good, 0.003);
    expect(model.taskHours / requests.taskHours).to.be.closeTo(1, 0.02);
  });

  it("says what comes within a minute, and leaves room for it", () => {
    const { reasons } = scalingPlan(on(history));
    const because = (of: string) => reasons.find((reason) => reason.of === of)!.because;
    expect(because("history.growth")).to.match(
      /within 100 % of them the rate varies by more than chance, to 3\.5\d? times the minute's mean/,
    );
    expect(because("bounds.max")).to.match(/and 3\.5\d? times that for what comes within a minute/);
  });
});

/** By Knuth's product of uniforms, in portions small enough for it. */
function poisson(mean: number, random: () => number): number {
  if (mean > 30) return poisson(mean / 2, random) + poisson(mean / 2, random);
  let count = -1;
  for (let product = 1; product > Math.exp(-mean); product *= random()) count++;
  return count;
}
