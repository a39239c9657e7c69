import { execFileSync } from "node:child_process";
import { expect } from "chai";
import fc from "fast-check";
import { backtest } from "../../policy/backtest.ts";
import { cheapestChoice } from "../../policy/choice.ts";
import { busiestUtilization } from "../../policy/demand-curve.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { scaled } from "../../policy/scaled.ts";
import type { ScalingPlan } from "../../policy/scaling-plan.ts";
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

/** Task-hours that the search expects: the mean over the history, its surges steepened, and its replications. */
function expectedHours(each: Habits, objective: number, threshold: number): number {
  const { slos } = promising(objective, threshold);
  return choiceFor(on(habitual(each), { slos })).rehearsal.taskHours;
}

/** Sums in another order. */
const ROUNDING = 1e-9;

/**
 * These laws are not strict: the plan weighs its cost against what it misses, and the search does not try everything. docs/model.md tells
 * how often and by how much 300 other histories broke each; those drawn here never do by more than this.
 */
const LOOSE = 0.99;

describe("laws of scalingPlan", function () {
  this.timeout(300_000); // hundreds of plans, perhaps on a busy machine

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
  });

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
  });

  it("a little stricter objective never lets the search expect less cost on these histories, nor a little shorter threshold", () => {
    fc.assert(
      fc.property(habits, (each) => {
        const costs = {
          objectives: [0.98, 0.99, 0.993, 0.997].map((objective) => expectedHours(each, objective, 1)),
          thresholds: [1.3, 1, 0.8].map((threshold) => expectedHours(each, 0.99, threshold)),
        };
        for (const row of Object.values(costs))
          row.slice(1).forEach((stricter, i) => {
            expect(stricter / row[i]!).to.be.at.least(1 - ROUNDING);
          });
      }),
      runs(8),
    );
  });

  it("a little stricter promise never saves more than 1 % on the history itself", () => {
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
  });

  it("more load never lowers the ceiling", () => {
    fc.assert(
      fc.property(habits, fc.double({ min: 1, max: 3, noNaN: true }), (each, factor) => {
        const trace = habitual(each);
        const [less, more] = [trace, scaled(trace, factor)].map((one) => scalingPlan(on(one)).controls.max);
        expect(more).to.be.at.least(less!);
      }),
      runs(8),
    );
  });

  /**
   * Headroom is rehearsed mean capacity ÷ mean need; the need is the same whatever the start-up, so task-hours tell. What
   * withstands slow starts withstands fast ones but for the minute at which an alarm acts.
   */
  it("a slower start never lowers the headroom by more than 1 %", () => {
    let compared = 0;
    fc.assert(
      fc.property(habits, (each) => {
        const trace = habitual(each);
        const choices = [30, 75, 240].map((startup) =>
          choiceFor(on(trace, { capacity: { ...CART.capacity, startup } })),
        );
        choices.slice(1).forEach((slower, i) => {
          const faster = choices[i]!;
          compared++;
          expect(slower.rehearsal.taskHours / faster.rehearsal.taskHours).to.be.at.least(LOOSE);
        });
      }),
      // the examples: where a slow start cannot keep the one surge, half the windows are not given up for it; and no step that acts on
      // the tasks of the first minute stands ready for the surge that happens to follow
      {
        ...runs(9),
        examples: [
          [{ days: 1, level: 82, swing: 0.9, bursts: 1, height: 3, seed: 730 }],
          [{ days: 1, level: 81, swing: 0, bursts: 1, height: 4, seed: 7 }],
        ],
      },
    );
    expect(compared).to.be.above(8);
  });

  it("a slower start never shortens what the plan waits for: its hold, the lead of its schedule, its warm-up; nor its ceiling", () => {
    fc.assert(
      fc.property(habits, (each) => {
        const plans = (other: Partial<Service>) =>
          [30, 75, 240].map((startup) =>
            scalingPlan(on(habitual(each), { ...other, capacity: { ...CART.capacity, startup } })),
          );
        const [tasks, instances] = [plans({}), plans({ compute: { type: "ec2", instanceType: "m5.large" } })];
        const figures = [
          tasks.map(leastHold),
          instances.map(warmup),
          ...[tasks, instances].map((all) => all.map(ceiling)),
        ];
        for (const figure of figures) expect(figure).to.deep.equal(figure.toSorted((a, b) => a - b));
      }),
      runs(5),
    );
  });

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
  });
});

function choiceFor(service: Service) {
  const trace = service.demand.kind === "history" ? service.demand.trace : expect.fail();
  return cheapestChoice(service, trace, { min: 1, max: 1000, ceiling: busiestUtilization(service) });
}

function leastHold({ controls }: ScalingPlan): number {
  return Math.min(3600, ...controls.tracking.map(({ scaleInCooldown }) => scaleInCooldown!));
}

function warmup({ controls }: ScalingPlan): number {
  return controls.warmup!;
}

function ceiling({ controls }: ScalingPlan): number {
  return controls.max;
}
