import { expect } from "chai";
import { backtest } from "../../policy/backtest.ts";
import { controlsFor } from "../../policy/candidate.ts";
import { cheapestChoice } from "../../policy/choice.ts";
import { demandHistory } from "../../policy/demand.ts";
import {
  busiestRate,
  busiestUtilization,
  keepsSlos,
  mostCarried,
  tasksNeeded,
} from "../../policy/demand-curve.ts";
import { obstacles } from "../../policy/feasibility.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { withReserve } from "../../policy/reserve.ts";
import type { Obstacle } from "../../policy/scaling-plan.ts";
import type { Service } from "../../policy/service.ts";
import { shareServedWithin } from "../../policy/service-time.ts";
import { available, CART, flat, promising } from "../support/services.ts";

const obstaclesOf = (service: Service) => {
  const { feasibility } = scalingPlan(service);
  return feasibility.possible ? [] : feasibility.obstacles;
};
const tooSlow = ({ why }: Obstacle) => why.includes("even an idle task");
const figureAfter = (text: string, words: RegExp) => Number.parseFloat(words.exec(text)![1]!);

describe("obstacles", () => {
  it("finds none where the SLOs can be met", () => {
    expect(scalingPlan(CART).feasibility).to.deep.equal({ possible: true });
  });

  it("SLO-7 a service slower than its promise: what it reaches, what the promise takes, three ways out", () => {
    const [obstacle, ...others] = obstaclesOf(promising(0.99, 0.25));
    expect(others).to.deep.equal([]);
    expect(obstacle!.why).to.match(/idle task serves only 74\.8 % within 250 ms .*99 % takes 712 ms/);
    expect(obstacle!.waysOut).to.have.length(3);
    expect(obstacle!.waysOut[0]).to.include("712 ms");
    expect(obstacle!.waysOut[1]).to.include("74.8 %");
    const mean = figureAfter(obstacle!.waysOut[2]!, /below ([\d.]+) ms/) / 1000;
    const capacity = { ...CART.capacity, serviceTime: { mean: 0.95 * mean, cv: 0.7 } };
    expect(tasksNeeded({ ...promising(0.99, 0.25), capacity }, 60)).to.be.below(100);
  });

  it("SCL-5 a ceiling below what the peak needs: both counts, and what the ceiling carries", () => {
    const needed = tasksNeeded(CART, 60);
    const low = { ...CART, bounds: { max: 4 } };
    const [obstacle] = obstaclesOf(low);
    expect(obstacle!.why).to.include(`the peak of 60 /s needs ${needed} tasks, and max is 4`);
    const carried = figureAfter(obstacle!.why, /carry ([\d.]+) \/s/);
    expect(keepsSlos(low, 4, 0.99 * carried)).to.equal(true);
    expect(keepsSlos(low, 4, 1.01 * carried)).to.equal(false);
    expect(obstacle!.waysOut[0]).to.equal(`max of at least ${needed}`);
  });

  it("SCL-6 a quota of tasks below what the peak needs: whose it is, and a quota that is enough", () => {
    const asking = (peak: number, more: Partial<Service> = {}): Service => ({
      ...CART,
      demand: { kind: "peak", peak, growth: 0 },
      ...more,
    });
    const needed = tasksNeeded(CART, 60);
    const declared = { quotas: { tasksPerService: 6 } };
    const [low] = obstaclesOf(asking(60, declared));
    expect(low!.why).to.include("max is 6 (the quota declared, tasksPerService: 6), which carry");
    const [raise] = low!.waysOut;
    expect(raise).to.equal(`\`quotas: { tasksPerService: ${needed} }\` once AWS has raised yours`);
    const enough = { quotas: { tasksPerService: figureAfter(raise!, /tasksPerService: (\d+)/) } };
    expect(scalingPlan(asking(60, enough)).controls.max).to.equal(needed);
    expect(
      obstaclesOf(asking(60, enough))
        .map(({ why }) => why)
        .join(),
    ).not.to.match(/needs/);
    const [most] = obstaclesOf(asking(60_000));
    expect(most!.why).to.include("max is 5000 (AWS's default quota for one service), which carry");
    const [both] = obstaclesOf(asking(60, { ...declared, bounds: { max: 5 } }));
    expect(both!.why).to.include("max is 5, which carry"); // the owner's own
    expect(both!.waysOut[0]).to.equal(`max of at least ${needed}, with ${raise}`);
  });

  it("names a peak that no number of tasks carries for what they share, and one that some do", () => {
    const shared = {
      ...CART,
      capacity: { ...CART.capacity, contention: { alpha: 0.03, beta: 0.0001 } },
      demand: { kind: "peak", peak: 150, growth: 0 },
    } as const;
    expect(tasksNeeded(shared, 150)).to.equal(Number.POSITIVE_INFINITY);
    const [obstacle, ...others] = obstaclesOf(shared);
    expect(others).to.deep.equal([]);
    expect(obstacle!.why).to.match(/no number of tasks keeps the SLOs at the peak of 150 \/s/);
    const carried = figureAfter(obstacle!.waysOut[0]!, /at most ([\d.]+) \/s/);
    expect(tasksNeeded(shared, 0.99 * carried)).to.be.below(100);
    expect(tasksNeeded(shared, 1.01 * carried)).to.equal(Number.POSITIVE_INFINITY);
    const words = scalingPlan(shared).reasons.map(({ because }) => because);
    expect(words.filter((because) => because.includes("Infinity"))).to.deep.equal([]);
  });

  it("finds a short peak carried by the queue that no number of tasks carries for ever, and one that is too long", () => {
    const capacity = { ...CART.capacity, contention: { alpha: 0.03, beta: 0.0001 } };
    const shared: Service = { ...CART, slos: promising(0.99, 1.5).slos, capacity };
    const { tasks, rate } = mostCarried(shared);
    const peaking = (minutes: number, max?: number): Service => {
      const rates = Array.from({ length: 1440 }, (_, minute) =>
        minute >= 700 && minute < 700 + minutes ? 1.1 * rate : 0.4 * rate,
      );
      const demand = { kind: "history", trace: { ...flat(0, 1), rates }, growth: 0 } as const;
      return { ...shared, demand, bounds: max === undefined ? {} : { max } };
    };
    expect(tasksNeeded(shared, 1.1 * rate)).to.equal(Number.POSITIVE_INFINITY);
    const short = peaking(1);
    const { controls, reasons } = scalingPlan(short);
    const history = demandHistory(short.demand).trace;
    const { met, taskHours } = backtest(short, controls, history);
    expect({ met, obstacles: obstaclesOf(short) }).to.deep.equal({ met: true, obstacles: [] });
    expect(controls.max).to.equal(tasks); // more of them carry less
    expect(taskHours).to.be.below(0.5 * tasks * 24); // of what all that help would take, standing
    expect(reasons.find(({ of }) => of === "bounds.max")!.because).to.match(
      /no number of tasks keeps the SLOs at the highest rate .* for ever; it passes/,
    );
    const long = obstaclesOf(peaking(700));
    expect(long.map(({ why }) => why)).to.match(/^no number of tasks keeps the SLOs at the peak of/);
    expect(long[0]!.waysOut.join()).not.to.match(/higher max/);
    const dear = { ...short, bounds: { budget: 1 } };
    expect(obstaclesOf(dear).map(({ why }) => why)).to.match(
      /^the cheapest plan found that keeps the SLOs costs/,
    );
    const low = obstaclesOf(peaking(1, 4));
    expect(low.map(({ why }) => why)).to.match(/^no number of tasks keeps the SLOs at the peak of/);
    expect(low[0]!.waysOut).to.include("a higher max, if the peak passes soon");
    expect(obstaclesOf(peaking(1, tasks))).to.deep.equal([]);
  });

  it("tells a peak that passes in time but is likely not to from one that no number of tasks carries", () => {
    const capacity = { ...CART.capacity, contention: { alpha: 0.05, beta: 0 } };
    const shared: Service = { ...available(0.999), capacity };
    const { rate } = mostCarried(shared);
    const rates = Array.from({ length: 1440 }, (_, minute) =>
      minute >= 700 && minute < 705 ? 1.3 * rate : 0.5 * rate,
    );
    const service: Service = {
      ...shared,
      demand: { kind: "history", trace: { ...flat(0, 1), rates }, growth: 0 },
    };
    const { controls } = scalingPlan(service);
    expect(backtest(service, controls, demandHistory(service.demand).trace).met).to.equal(true);
    expect(obstaclesOf(service).map(({ why }) => why)).to.match(
      /^no setting is likely enough .* keep the days/,
    );
  });

  it("SCL-9 SCL-11 a budget below the cheapest plan that keeps the SLOs: both sums, and a budget that does", () => {
    const { controls } = scalingPlan(CART);
    const cost = backtest(CART, controls, demandHistory(CART.demand).trace).dollarsPerMonth;
    const [obstacle, ...others] = obstaclesOf({ ...CART, bounds: { budget: 30 } });
    expect(others).to.deep.equal([]);
    expect(figureAfter(obstacle!.why, /costs ([\d.]+) USD a month/)).to.be.closeTo(cost, 0.5);
    expect(obstacle!.why).to.include("the budget is 30.00 USD");
    const enough = figureAfter(obstacle!.waysOut[0]!, /at least ([\d.]+) USD/);
    expect(obstaclesOf({ ...CART, bounds: { budget: enough } })).to.deep.equal([]);
  });

  it("finds enough tasks when an idle task is only just as fast as promised", () => {
    const border = { ...CART, capacity: { ...CART.capacity, serviceTime: { mean: 0.2, cv: 1 } } };
    expect(shareServedWithin(border.capacity.serviceTime, 1)).to.be.above(0.99);
    expect(tasksNeeded(border, 60)).to.be.below(60);
  });

  it("SCL-5 names a peak that the ceiling does carry with a zone lost", () => {
    const zones = { ...CART, resilience: { zones: 3, survive: 1 }, bounds: { max: 6 } };
    const carried = figureAfter(obstaclesOf(zones)[0]!.why, /carry ([\d.]+) \/s/);
    expect(Math.ceil(1.5 * tasksNeeded(zones, 0.99 * carried))).to.be.at.most(6);
  });

  it("names a peak that the zones left carry, though they are fewer than their share", () => {
    // Of 10 in 6 zones the four fullest lost leave 2, a third of 10 being more.
    const zones = { ...CART, resilience: { zones: 6, survive: 4 }, bounds: { max: 10 } };
    const [{ why, waysOut }] = obstaclesOf(zones) as [Obstacle];
    expect(why).to.match(/carry [\d.]+ \/s with 4 of 6 zones lost$/);
    const peak = figureAfter(waysOut[1]!, /^a peak of at most ([\d.]+) \/s/);
    expect(obstaclesOf({ ...zones, demand: { kind: "peak", peak, growth: 0 } })).to.deep.equal([]);
    const none = obstaclesOf({ ...zones, bounds: { max: 3 } })[0]!;
    expect(none.why).to.match(/carry 0 \/s with 4 of 6 zones lost$/);
    expect(none.waysOut.join()).not.to.match(/a peak of/);
  });

  it("SLO-7 names an objective, a threshold and a service that do, to the last figure", () => {
    const slow = promising(0.9, 0.2);
    const [{ waysOut }] = obstaclesOf(slow) as [Obstacle];
    const [threshold, objective, mean] = waysOut.map((way) => figureAfter(way, /(?:above|below) ([\d.]+) /));
    expect(obstaclesOf(promising(0.9, threshold! / 1000))).to.deep.equal([]);
    expect(obstaclesOf(promising(objective! / 100, 0.2)).filter(tooSlow)).to.deep.equal([]);
    const faster = { ...CART.capacity, serviceTime: { mean: mean! / 1000, cv: 0.7 } };
    expect(obstaclesOf({ ...slow, capacity: faster }).filter(tooSlow)).to.deep.equal([]);
  });

  it("blames no change of a steady load where the ceiling just fits it: how likely it misses, whether it kept the history or not", () => {
    const most = busiestRate(CART, 8);
    const steady = (rate: number, max: number): Service => ({
      ...CART,
      demand: { kind: "history", trace: flat(rate, 3 * 1440), growth: 0 },
      bounds: { max },
    });
    for (const [rate, did] of [
      [0.99 * most, "keep"],
      [(1 - 1e-6) * most, "miss"], // as much as the long run allows, but for rounding
    ] as const) {
      const service = steady(rate, 8);
      const { controls, reasons } = scalingPlan(service);
      const { met, outcomes } = backtest(CART, controls, demandHistory(service.demand).trace);
      expect(met).to.equal(did === "keep");
      const [{ why, waysOut }, ...others] = obstaclesOf(service) as [Obstacle];
      expect(others).to.deep.equal([]);
      expect(why).to.match(
        new RegExp(`^no setting is likely enough .* 8 tasks: .* ${did} the days rehearsed`),
      );
      expect(why).not.to.match(/changes faster|takes to start/);
      const used = figureAfter(why, /with ([\d.]+) % of the error budget used/);
      expect(used).to.be.closeTo(100 * ((1 - outcomes[0]!.goodShare) / 0.01), 0.1);
      expect(figureAfter(why, /likely to miss ([\d.]+) % .* at most 25 % may be/)).to.be.within(25, 100);
      expect(waysOut.join()).not.to.match(/startup|higher min/);
      expect(waysOut[0]).to.equal("a higher max");
      expect(obstaclesOf(steady(rate, 9))).to.deep.equal([]);
      for (const of of ["tracking.setpoint", "bounds.min"])
        expect(reasons.find((reason) => reason.of === of)!.because).to.match(
          met ? /no setting is likely enough/ : /no setting keeps/,
        );
    }
  });

  it("CMP-12 tells a fleet whose CPU credits run out in busy hours from a load that changes too fast", () => {
    const rates = Array.from({ length: 2555 }, (_, minute) => (minute % 360 < 70 ? 45.5 : 0.5));
    const plateaus = (credits: "standard" | "unlimited"): Service => ({
      ...available(0.999),
      compute: { type: "ec2", instanceType: "t3.medium", credits },
      demand: { kind: "history", trace: { ...flat(0, 1), rates }, growth: 0 },
      bounds: { max: 5 },
    });
    const [obstacle, ...others] = obstaclesOf(plateaus("standard"));
    expect(others).to.deep.equal([]);
    expect(obstacle!.why).to.match(
      /within 5 instances: all of them, .* out of CPU credits in its busy hours/,
    );
    expect(obstacle!.waysOut.join()).to.match(/a higher max,credits: unlimited.*,a type without credits/);
    expect(obstaclesOf(plateaus("unlimited"))).to.deep.equal([]);
  });

  it("offers no longer threshold where none is promised", () => {
    const [{ waysOut }] = obstaclesOf({ ...available(0.999), bounds: { budget: 30 } }) as [Obstacle];
    expect(waysOut).to.include("a lower objective or a longer maxWait");
  });

  it("names the zones that no reserve makes up for, within the ceiling", () => {
    const resilience = { zones: 4, survive: 2 };
    const service: Service = { ...CART, resilience };
    const trace = flat(60, 240);
    const range = { min: 1, max: 20, ceiling: busiestUtilization(CART) };
    const choice = cheapestChoice(service, trace, range);
    const chosen = controlsFor(choice.rehearsal.candidate, CART.capacity, 20);
    const within = (max: number) => withReserve(service, resilience, chosen, { min: 4, max }, trace);
    expect([within(40).keeps, within(12).keeps]).to.deep.equal([true, false]); // of 12 in 4 zones 6 are left, and 60 /s need 8
    const rehearsed = backtest(service, chosen, trace);
    const findings = {
      peak: 60,
      needed: 12,
      lasting: 0,
      daily: 60,
      reachable: true,
      passing: false,
      max: 12,
      choice,
      rehearsed,
    };
    expect(obstacles(service, { ...findings, survives: true })).to.deep.equal({ possible: true });
    const found = obstacles(service, { ...findings, survives: false });
    expect(JSON.stringify(found)).to.match(/with 2 of 4 zones lost, within 12 tasks.*a higher max"/);
    const full = obstacles({ ...service, quotas: { tasksPerService: 12 } }, { ...findings, survives: false });
    expect(JSON.stringify(full)).to.match(/a higher max, with `quotas: { tasksPerService: … }` once AWS/);
  });

  it("SLO-7 a threshold that an idle task just keeps, and a task with anything to do does not", () => {
    const tight: Service = {
      ...CART,
      slos: promising(0.999, 6.89).slos,
      capacity: { ...CART.capacity, serviceTime: { mean: 0.2, cv: 3 }, concurrency: 1, maxWait: 1.68 },
    };
    expect(shareServedWithin(tight.capacity.serviceTime, 6.89)).to.be.above(0.999);
    expect(obstaclesOf(tight).map(({ why }) => why)).to.match(/leaves no time to wait/);
    expect(scalingPlan(tight).controls.tracking[0]!.setpoint).to.be.above(0.01);
  });

  it("SCL-9 no budget where nothing keeps the SLOs: it would have to be raised again", () => {
    const low = { ...CART, bounds: { max: 4, budget: 1 } };
    expect(obstaclesOf(low).map(({ why }) => why.split(" ").slice(0, 4).join(" "))).to.deep.equal([
      "the peak of 60",
    ]);
  });

  it("CMP-12 no CPU credits where it is the queue that needs more instances", () => {
    const waits: Service = {
      ...CART,
      compute: { type: "ec2", instanceType: "t2.small" },
      slos: promising(0.999, 10).slos,
      capacity: { ...CART.capacity, serviceTime: { mean: 0.2, cv: 3 }, concurrency: 1, maxWait: 2 },
      demand: { kind: "history", trace: flat(1, 2880), growth: 0 },
      bounds: { max: 4 },
    };
    const [few, ...others] = obstaclesOf(waits);
    expect(few!.why).to.match(/^the peak of 1 \/s needs \d+ instances, and max is 4/);
    expect(others).to.deep.equal([]);
  });
});
