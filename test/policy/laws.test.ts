import { execFileSync } from "node:child_process";
import { expect } from "chai";
import fc from "fast-check";
import { backtest } from "../../policy/backtest.ts";
import { busiestUtilization } from "../../policy/demand-curve.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { scaled } from "../../policy/scaled.ts";
import type { ScalingPlan } from "../../policy/scaling-plan.ts";
import { cheapestChoice } from "../../policy/search.ts";
import type { Service } from "../../policy/service.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART, promising } from "../support/services.ts";
import { type Habits, habitual } from "../support/synthetic.ts";

/** A day or two around a level, with surges. The seed of the runs is fixed: a search that was tuned is judged on the same again. */
const habits: fc.Arbitrary<Habits> = fc.record({
  days: fc.integer({ min: 1, max: 2 }),
  level: fc.integer({ min: 5, max: 120 }),
  swing: fc.constantFrom(0, 0.3, 0.6, 0.9),
  bursts: fc.integer({ min: 0, max: 6 }),
  height: fc.constantFrom(1.5, 2, 3, 4),
  seed: fc.integer({ min: 1, max: 1000 }),
});
const runs = (numRuns: number) => ({ numRuns, seed: 4 });

const on = (trace: Trace, other: Partial<Service> = {}): Service => ({
  ...CART,
  ...other,
  demand: { kind: "history", trace, growth: 0 },
});

/** Task-hours of a service's plan on the history it was made on. */
function rehearsedHours(trace: Trace, other: Partial<Service>): number {
  const service = on(trace, other);
  return backtest(service, scalingPlan(service).controls, trace).taskHours;
}

/**
 * Counterexamples to the strict laws, found 2026-11-25 in 50 histories (task-hours in the order of the promises):
 * objectives 98 → 99 %, 1 of 50: { days: 2, level: 48, swing: 0, bursts: 4, height: 4, seed: 760 } 1106.1 → 1093.6;
 * thresholds 1.3 → 1 s, 9 of 50, by up to 11 %: { days: 2, level: 114, swing: 0.3, bursts: 2, height: 4, seed: 698 } 2259.7 → 2022.2;
 * thresholds 1 → 0.8 s, 2 of 50: { days: 1, level: 34, swing: 0.9, bursts: 4, height: 2, seed: 790 } 218.3 → 210.2.
 * A stricter promise can make the hard trial too dear, and the plan takes a milder one, which is cheaper.
 */
const LOOSE = 0.88;

describe("laws of scalingPlan", () => {
  it.skip("a stricter objective or a shorter threshold never costs less, however little: FAILS on these counterexamples", () => {
    const threshold = { days: 2, level: 114, swing: 0.3, bursts: 2, height: 4, seed: 698 };
    const objective = { days: 2, level: 48, swing: 0, bursts: 4, height: 4, seed: 760 };
    const hours = (each: Habits, slos: Service["slos"]) => rehearsedHours(habitual(each), { slos });
    expect(hours(threshold, promising(0.99, 1).slos)).to.be.at.least(
      hours(threshold, promising(0.99, 1.3).slos),
    );
    expect(hours(objective, promising(0.99).slos)).to.be.at.least(hours(objective, promising(0.98).slos));
  });

  it("an objective with a seventh of the error budget never costs less", () => {
    fc.assert(
      fc.property(habits, (each) => {
        const trace = habitual(each);
        const [less, more] = [0.98, 0.997].map((objective) =>
          rehearsedHours(trace, { slos: promising(objective).slos }),
        );
        expect(more).to.be.at.least(less!);
      }),
      runs(8),
    );
  }).timeout(60_000);

  it("a threshold shorter by 40 % never costs less", () => {
    fc.assert(
      fc.property(habits, (each) => {
        const trace = habitual(each);
        const [less, more] = [1.3, 0.8].map((threshold) =>
          rehearsedHours(trace, { slos: promising(0.99, threshold).slos }),
        );
        expect(more).to.be.at.least(less!);
      }),
      runs(8),
    );
  }).timeout(60_000);

  it("a little stricter promise never saves more than 12 %", () => {
    fc.assert(
      fc.property(habits, (each) => {
        const trace = habitual(each);
        const [plain, stricter, shorter] = [
          promising(0.99, 1.3),
          promising(0.993, 1.3),
          promising(0.99, 1),
        ].map(({ slos }) => rehearsedHours(trace, { slos }));
        expect(stricter! / plain!).to.be.at.least(LOOSE);
        expect(shorter! / plain!).to.be.at.least(LOOSE);
      }),
      runs(6),
    );
  }).timeout(60_000);

  it("more load never lowers the ceiling", () => {
    fc.assert(
      fc.property(habits, fc.double({ min: 1, max: 3, noNaN: true }), (each, factor) => {
        const trace = habitual(each);
        const [less, more] = [trace, scaled(trace, factor)].map((one) => scalingPlan(on(one)).controls.max);
        expect(more).to.be.at.least(less!);
      }),
      runs(8),
    );
  }).timeout(60_000);

  /**
   * Headroom is rehearsed mean capacity ÷ mean need; the need is the same whatever the start-up, so task-hours tell. What
   * withstands a trial with slow starts withstands it with fast ones but for the minute at which an alarm acts, so that within
   * one trial the cheapest should not get cheaper. Strictly it fails: of 105 pairs 10 get cheaper, by up to 3.7 %, such as
   * { days: 1, level: 118, swing: 0.9, bursts: 4, height: 2, seed: 999 }, 75 → 240 s: 628.0 → 605.0 task-hours. And when the
   * hard trial gets too dear with slow starts the plan takes a milder one and holds less, by up to 9 % of 40 histories.
   */
  it("a slower start never lowers the headroom that withstands the same trial by more than 5 %", () => {
    let compared = 0;
    fc.assert(
      fc.property(habits, (each) => {
        const trace = habitual(each);
        const choices = [30, 75, 240].map((startup) => choiceAt(startup, trace));
        choices.slice(1).forEach((slower, i) => {
          const faster = choices[i]!;
          if (JSON.stringify(slower.trial) !== JSON.stringify(faster.trial)) return;
          compared++;
          expect(slower.rehearsal.taskHours / faster.rehearsal.taskHours).to.be.at.least(0.95);
        });
      }),
      runs(9),
    );
    expect(compared).to.be.above(8);
  }).timeout(60_000);

  it("a slower start never shortens what the plan waits for: its hold, the lead of its schedule, its warm-up; nor its ceiling", () => {
    fc.assert(
      fc.property(habits, (each) => {
        const plans = [30, 75, 240].map((startup) =>
          scalingPlan(
            on(habitual(each), {
              compute: { type: "ec2", instanceType: "m5.large" },
              capacity: { ...CART.capacity, startup },
            }),
          ),
        );
        for (const figure of [leastHold, warmup, ceiling]) {
          const figures = plans.map(figure);
          expect(figures).to.deep.equal(figures.toSorted((a, b) => a - b));
        }
      }),
      runs(5),
    );
  }).timeout(60_000);

  it("the same input gives the same plan byte for byte, also in another process", () => {
    const day = { days: 1, level: 40, swing: 0.6, bursts: 3, height: 2, seed: 9 };
    const service = on(habitual(day));
    const plan = JSON.stringify(scalingPlan(service));
    scalingPlan(on(habitual({ ...day, seed: 10 }))); // whatever was planned before
    const elsewhere = `
      import { readFileSync } from "node:fs";
      import { scalingPlan } from "./policy/plan.ts";
      console.log(JSON.stringify(scalingPlan(JSON.parse(readFileSync(0, "utf8")))));`;
    const said = execFileSync(process.execPath, ["--import=tsx", "--input-type=module", "-e", elsewhere], {
      input: JSON.stringify(service),
      encoding: "utf8",
    });
    expect(said).to.equal(`${plan}\n`);
  }).timeout(60_000);
});

const BUSIEST = busiestUtilization(CART);

function choiceAt(startup: number, trace: Trace) {
  const service = on(trace, { capacity: { ...CART.capacity, startup } });
  return cheapestChoice(service, trace, { min: 1, max: 1000, ceiling: BUSIEST });
}

function leastHold({ controls }: ScalingPlan): number {
  return Math.min(3600, ...controls.tracking.map(({ scaleInCooldown }) => scaleInCooldown));
}

function warmup({ controls }: ScalingPlan): number {
  return controls.warmup!;
}

function ceiling({ controls }: ScalingPlan): number {
  return controls.max;
}
