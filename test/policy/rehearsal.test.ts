import { expect } from "chai";
import fc from "fast-check";
import { awsAutoscaler } from "../../policy/autoscaler.ts";
import { backtestOf, initialRate, initialTasks } from "../../policy/backtest.ts";
import { type Candidate, controlsFor, freshWarmup } from "../../policy/candidate.ts";
import { leastAhead, type Rehearsal, rehearse, rehearseAll, stageFor } from "../../policy/rehearsal.ts";
import { replay } from "../../policy/replay.ts";
import { replications } from "../../policy/replications.ts";
import { scaled } from "../../policy/scaled.ts";
import type { Service } from "../../policy/service.ts";
import { constantStanding } from "../../policy/standing.ts";
import { steadyPlant } from "../../policy/steady-plant.ts";
import type { Trace } from "../../policy/trace.ts";
import { between, bursty, CART, daily, flat, promising } from "../support/services.ts";
import { habitual } from "../support/synthetic.ts";

const stageOf = (trace: Trace) => stageFor(CART, trace, 60);
const at = (utilization: number): Candidate => ({
  utilization,
  surge: { at: 1.5, gain: 0.8, jump: 1 },
  standing: constantStanding(1),
});

/** Two weeks at 30 requests a second with a minute at 3,600 on each of some days. */
function disturbed(...days: readonly number[]): Trace {
  const calm = flat(30, 14 * 1440);
  const incident = (i: number) => days.includes(Math.floor(i / 1440)) && i % 1440 === 720;
  return { ...calm, rates: calm.rates.map((rate, i) => (incident(i) ? 120 * rate : rate)) };
}

/** Back-tested from the tasks that its setpoint asks for in the first ten minutes. */
function testedFrom(service: Service, trace: Trace) {
  const controls = controlsFor(at(0.6), service.capacity, 60);
  return backtestOf(
    service,
    awsAutoscaler(controls),
    trace,
    Math.ceil(initialRate(trace) / controls.tracking[0]!.setpoint),
  );
}

const seeds = fc.integer({ min: 1, max: 1000 });

describe("rehearse", () => {
  it("is the back-test of the candidate's controls, its bad share in error budgets", () => {
    const trace = daily(1, 60); // shorter than a window of two days: judged as a whole
    const rehearsal = rehearse(stageOf(trace), at(0.6));
    const tested = testedFrom(CART, trace);
    expect(rehearsal.taskHours).to.be.closeTo(tested.taskHours, 1e-9);
    expect(rehearsal.worstUse).to.be.closeTo((1 - tested.outcomes[0]!.goodShare) / 0.01, 1e-9);
  });

  it("rehearses instances as they are judged: with their warm-up, and without cooldowns", () => {
    const trace = bursty();
    const instances: Service = { ...CART, capacity: { ...CART.capacity, warmup: 255 } };
    const tested = testedFrom(instances, trace);
    const rehearsal = rehearse(stageFor(instances, trace, 60), at(0.6));
    expect(rehearsal.taskHours).to.be.closeTo(tested.taskHours, 1e-9);
    expect(rehearsal.worstUse).to.be.closeTo((1 - tested.outcomes[0]!.goodShare) / 0.01, 1e-9);
    expect(rehearsal.taskHours).not.to.be.closeTo(rehearse(stageOf(trace), at(0.6)).taskHours, 1e-3);
  });

  it("begins with what the candidate itself holds, whatever the SLOs are", () => {
    const stricter = { ...CART, ...promising(0.999, 0.5) };
    const trace = flat(57, 1440); // 95 % of what ten tasks are to take: no policy acts, whatever the minutes count
    for (const service of [CART, stricter])
      expect(rehearse(stageFor(service, trace, 60), at(0.6)).taskHours).to.be.closeTo(10 * 24, 1e-9);
  });

  it("gives up once the loss reaches the limit, or more windows are missed than may be", () => {
    const stage = stageOf(daily(1, 60));
    const known = rehearse(stage, at(0.5));
    expect(rehearse(stage, at(0.5), known.loss, 1)).to.equal("costly");
    expect(rehearse(stage, at(0.5), known.loss + 1, 1)).to.deep.equal(known);
    expect(rehearse(stageOf(flat(60, 1440)), at(0.96), Number.POSITIVE_INFINITY, 0.5)).to.equal("missing");
  });

  it("replays long histories in blocks, the newest first, which changes next to nothing", () => {
    const trace = habitual({ days: 11, level: 60, swing: 0.5, bursts: 3, height: 2.5, seed: 3 });
    const stage = stageOf(trace);
    expect(stage.blocks.map(({ from, to, warmUp }) => [from / 1440, to / 1440, warmUp])).to.deep.equal([
      [9, 11, 120],
      [7, 9, 120],
      [5, 7, 120],
      [3, 5, 120],
      [0, 3, 0],
    ]);
    const whole = {
      ...stage,
      blocks: [{ from: 0, to: 11 * 1440, warmUp: 0, trace: stage.trace, initialRate: trace.rates[0]! }],
    };
    for (const candidate of [at(0.5), at(0.8), { ...at(0.7), standing: constantStanding(20) }]) {
      const [inBlocks, atOnce] = [rehearse(stage, candidate), rehearse(whole, candidate)];
      expect(inBlocks.taskHours / atOnce.taskHours).to.be.within(0.999, 1.001);
      expect(inBlocks.missed).to.be.closeTo(atOnce.missed, 0.01);
      expect(inBlocks.worstUse).to.be.closeTo(atOnce.worstUse, 0.01);
    }
  });

  it("replays the history of tasks with CPU credits at once: they remember for days", () => {
    const compute = { type: "ec2", instanceType: "t3.small" } as const;
    const trace = flat(60, 6 * 1440);
    expect(stageFor({ ...CART, compute }, trace, 60).blocks).to.have.length(1);
    expect(stageOf(trace).blocks).to.have.length(3);
  });

  it("knows before a replay what floor and lasting rates take at least", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: 0.3, max: 0.9, noNaN: true }),
        fc.integer({ min: 1, max: 30 }),
        (seed, utilization, floor) => {
          const trace = habitual({ days: 2, level: 60, swing: 0.7, bursts: 4, height: 3, seed });
          const candidate = { ...at(utilization), standing: constantStanding(floor) };
          const stage = stageOf(trace);
          const { taskHours } = rehearse(stage, candidate);
          expect(leastAhead(stage, candidate)[0]).to.be.within(0.7 * taskHours, taskHours);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("knows no more than what a replay takes in any minute, whatever starts tasks meanwhile", () => {
    const startups = fc.constantFrom(30, 75, 300, 600);
    const utilizations = between(0.05, 0.3);
    const reactions = fc.constantFrom(
      undefined,
      { at: 1.1, gain: 0.75, jump: 1 },
      { at: 1.3, gain: 1, jump: 4.5 },
    );
    fc.assert(
      fc.property(
        seeds,
        startups,
        utilizations,
        reactions,
        fc.boolean(),
        fc.boolean(),
        (seed, startup, utilization, surge, smooth, instances) => {
          const warm = instances ? { warmup: freshWarmup(startup) } : {};
          const service = { ...CART, capacity: { ...CART.capacity, startup, ...warm } };
          const made = habitual({ days: 1, level: 200, swing: 0.8, bursts: 4, height: 3, seed });
          const trace = smooth ? daily(1, 400 + seed) : made;
          const stage = stageFor(service, trace, 2000);
          const candidate = { surge, utilization, standing: constantStanding(1) };
          const ahead = leastAhead(stage, candidate);
          const autoscaler = awsAutoscaler(controlsFor(candidate, service.capacity, 2000));
          const initial = initialTasks(service, trace, 1, 2000);
          const { minutes } = replay(autoscaler, steadyPlant(service), stage.trace, startup, initial);
          for (let i = 0; i < trace.rates.length; i++)
            expect((ahead[i]! - ahead[i + 1]!) * 60, `minute ${i}`).to.be.at.most(
              minutes.capacity[i]! + 1e-6,
            );
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives up no candidate below the limit where tasks start slowly and traffic never stops rising", () => {
    const trace = flat(1, 1440);
    const rising = { ...trace, rates: trace.rates.map((_, minute) => 15 + (300 * minute) / 1440) };
    for (const startup of [75, 300, 600, 1200, 1800]) {
      const stage = stageFor({ ...CART, capacity: { ...CART.capacity, startup } }, rising, 400);
      for (const utilization of [0.3, 0.5, 0.8]) {
        const candidate = { ...at(utilization), surge: undefined };
        const known = rehearse(stage, candidate);
        expect(leastAhead(stage, candidate)[0]).to.be.at.most(known.taskHours);
        expect(rehearse(stage, candidate, known.loss * 1.000001, 1)).to.deep.equal(known);
      }
    }
  });

  it("thinks a window surely kept far below its budget, and surely missed far above it", () => {
    expect(rehearse(stageOf(flat(60, 1440)), at(0.4)).missed).to.be.below(1e-6);
    expect(rehearse(stageOf(flat(60, 1440)), at(0.96)).missed).to.be.above(1 - 1e-6);
  });

  it("takes an incident for the rarer the fewer and the older it is", () => {
    const missed = (...days: readonly number[]) => rehearse(stageOf(disturbed(...days)), at(0.5)).missed;
    expect(missed()).to.be.below(1e-6);
    expect(missed(3)).to.be.within(0.01, 0.15);
    expect(missed(3)).to.be.below(missed(11));
    expect(missed(3, 11)).to.be.within(missed(11), missed(3) + missed(11) + 0.05);
    expect(missed(1, 3, 5, 7, 9, 11, 13)).to.be.above(0.9);
  });

  // An idle task misses 0.209 % of 1 % already: only the rest is capacity's to keep or to waste.
  it("counts nothing for what an idle task misses", () => {
    const { worstUse, missed } = rehearse(stageOf(flat(60, 1440)), at(0.2));
    expect(worstUse).to.be.closeTo(0.209, 0.01);
    expect(missed).to.be.below(1e-9);
  });

  it("rehearses floors as the other days would have set them", () => {
    const trace = daily(2, 60);
    const rehearsed = Int32Array.from(trace.rates, (_, i) => (i < 1440 ? 1 : 50));
    const standing = { ...constantStanding(1), kind: "seasonal" as const, rehearsed };
    const { taskHours } = rehearse(stageOf(trace), { ...at(0.5), standing });
    expect(taskHours).to.be.within(24 * 50, 24 * 50 + 24 * 14);
  });
});

describe("rehearseAll", () => {
  const trace = bursty();
  const [history, ...replicas] = [trace, ...replications(trace)].map(stageOf);
  const [any, all] = [Number.POSITIVE_INFINITY, 1];
  const each = [history!, ...replicas].map((stage) => rehearse(stage, at(0.5)));
  const mean = (of: (one: Rehearsal) => number) => each.reduce((sum, one) => sum + of(one), 0) / each.length;

  const onAll = (rival?: Rehearsal) =>
    rehearseAll(history!, { replicas, weekend: undefined }, at(0.5), any, all, any, rival);

  it("is the mean over the history and its replications, and what the history itself used", () => {
    const { worstUse, wholeUse } = each[0]!;
    const known = onAll() as Rehearsal;
    expect(known).to.deep.include({ candidate: at(0.5), worstUse, wholeUse });
    for (const of of ["taskHours", "missed", "loss"] as const)
      expect(known[of]).to.be.closeTo(
        mean((one) => one[of]),
        1e-9 * known[of],
      );
    expect(each[1]!.missed).not.to.be.closeTo(each[0]!.missed, 1e-6);
  });

  it("adds of an unseen weekend what two days are to five, and gives up by it, too", () => {
    const weekend = stageOf(scaled(trace, 0.5));
    const there = rehearse(weekend, at(0.5));
    const known = rehearseAll(history!, { replicas, weekend }, at(0.5), any, all, any) as Rehearsal;
    const loss = mean((one) => one.loss) + 0.4 * there.loss;
    expect(known.loss).to.be.closeTo(loss, 1e-9 * loss);
    for (const of of ["taskHours", "missed"] as const)
      expect(known[of]).to.be.closeTo(
        mean((one) => one[of]),
        1e-9 * known[of],
      );
    const tried = (limit: number) => rehearseAll(history!, { replicas, weekend }, at(0.5), limit, all, any);
    expect(tried(loss * 0.99999)).to.equal("costly");
    expect(tried(loss * 1.00001)).to.have.property("loss");
  });

  it("rehearses there what a schedule would hold", () => {
    const constant = at(0.5);
    const standing = {
      ...constant.standing,
      kind: "seasonal" as const,
      rehearsed: new Int32Array(trace.rates.length).fill(20),
    };
    const half = { ...standing, rehearsed: new Int32Array(trace.rates.length).fill(10) };
    const weekend = stageOf(scaled(trace, 0.5));
    const scheduled = { ...constant, standing: { ...standing, onUnseenWeekend: half } };
    const known = rehearseAll(history!, { replicas: [], weekend }, scheduled, any, all, any) as Rehearsal;
    const alone = rehearse(history!, scheduled).loss;
    expect(known.loss).to.be.closeTo(
      alone + 0.4 * rehearse(weekend, { ...constant, standing: half }).loss,
      1e-6,
    );
  });

  it("gives up once the loss reaches the limit, and what misses or uses too much of the history", () => {
    const loss = mean((one) => one.loss);
    const tried = (limit: number, mostMissed = all, mostUsed = any) =>
      rehearseAll(history!, { replicas, weekend: undefined }, at(0.5), limit, mostMissed, mostUsed);
    expect(tried(loss)).to.equal("costly");
    expect((tried(loss * 1.00001) as Rehearsal).loss).to.be.closeTo(loss, 1e-6);
    const { missed, wholeUse } = each[0]!;
    expect(tried(any, missed * 0.99)).to.equal("missing");
    expect(tried(any, missed * 1.01)).to.have.property("loss");
    expect(tried(any, all, wholeUse * 0.99)).to.equal("missing");
    expect(tried(any, all, wholeUse * 1.01)).to.have.property("loss");
  });

  it("gives up where it falls behind a rival by a twentieth, and not by less", () => {
    const known = onAll() as Rehearsal;
    for (const [i, { loss }] of each.entries())
      expect(known.lossBy[i]! * each.length).to.be.closeTo(loss, 1e-6);
    const against = (factorOf: (i: number) => number) =>
      onAll({ ...known, lossBy: known.lossBy.map((loss, i) => loss * factorOf(i)) });
    expect(against(() => 1 / 1.049)).to.have.property("loss", known.loss);
    expect(against(() => 1 / 1.051)).to.equal("costly");
    // By a tenth on the history, by which the rival was chosen, however good what is to come; where it is less, that makes it good.
    expect(against((i) => (i === 0 ? 1 / 1.101 : 2))).to.equal("costly");
    expect(against((i) => (i === 0 ? 1 / 1.099 : 2))).to.have.property("loss", known.loss);
    expect(against((i) => (i === 1 ? 1 / 1.06 : 2))).to.have.property("loss", known.loss);
  });
});
