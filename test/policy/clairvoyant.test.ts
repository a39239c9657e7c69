import { expect } from "chai";
import fc from "fast-check";
import { awsAutoscaler } from "../../policy/autoscaler.ts";
import { backtest } from "../../policy/backtest.ts";
import { clairvoyantTaskHours } from "../../policy/clairvoyant.ts";
import { cpuTracking } from "../../policy/comparison.ts";
import { tasksNeeded } from "../../policy/demand-curve.ts";
import { replay } from "../../policy/replay.ts";
import { scaled } from "../../policy/scaled.ts";
import { steadyPlant } from "../../policy/steady-plant.ts";
import { available, between, bursty, CART, controlsOf, daily, flat, promising } from "../support/services.ts";

/** A day in which half an hour passes in a minute. */
const day = { ...daily(1, 100), rates: daily(1, 100).rates.filter((_, minute) => minute % 30 === 0) };

describe("clairvoyantTaskHours", () => {
  it("is, when traffic is steady, between what the long run needs and one task less: some minutes may be short of one", () => {
    for (const rate of [1, 60, 400]) {
      const needed = tasksNeeded(CART, rate);
      expect(clairvoyantTaskHours(CART, flat(rate, 120)) / 2).to.be.within(Math.max(1, needed - 1), needed);
    }
  });

  it("is at most what any mixture of two counts costs that spends the budget", () => {
    const [rate, minutes] = [60, 400];
    const needed = tasksNeeded(CART, rate);
    const [few, many] = [needed - 1, needed].map((tasks) => {
      const { minutes } = replay(
        awsAutoscaler(controlsOf({ min: tasks })),
        steadyPlant(CART),
        flat(rate, 60),
        75,
        tasks,
      );
      return minutes.late[0]!.at(-1)! / minutes.arrived.at(-1)!;
    });
    const short = (0.01 - many!) / (few! - many!); // share of the minutes that may have one task less
    expect(clairvoyantTaskHours(CART, flat(rate, minutes))).to.be.closeTo(
      (minutes / 60) * (needed - short),
      0.002 * (minutes / 60) * needed,
    );
  });

  it("is at most what the long run needs minute by minute, and spends the budget to get below it", () => {
    const everyMinute = day.rates.reduce((sum, rate) => sum + tasksNeeded(CART, rate), 0) / 60;
    expect(clairvoyantTaskHours(CART, day)).to.be.within(0.8 * everyMinute, everyMinute);
  });

  it("bounds from below every setting that meets the objective", () => {
    const settings = [
      cpuTracking(0.3, 1, 200),
      cpuTracking(0.4, 1, 200),
      controlsOf({ min: tasksNeeded(CART, Math.max(...bursty().rates)), max: 200 }),
    ];
    const bound = clairvoyantTaskHours(CART, bursty());
    const met = settings.map((each) => backtest(CART, each, bursty())).filter((each) => each.met);
    expect(met.length).to.be.at.least(1);
    for (const { taskHours } of met) expect(taskHours).to.be.above(bound);
  });

  it("never falls when the promise gets stricter, and knows promises of success alone", () => {
    const bounds = [0.9, 0.99, 0.995].map((objective) => clairvoyantTaskHours(promising(objective), day));
    expect(bounds).to.deep.equal(bounds.toSorted((a, b) => a - b));
    const success = clairvoyantTaskHours(available(0.99), day);
    expect(success).to.be.within(0.5, bounds[1]!); // good includes success: the same share of successes takes less
  });

  it("respects every promise: never below the bound of one of them", () => {
    const [late, success] = [promising(0.6), available(0.9999)];
    const both = { ...CART, slos: [...late.slos, ...success.slos] };
    const alone = [late, success].map((service) => clairvoyantTaskHours(service, day));
    expect(alone[1]).to.be.above(alone[0]!); // the second binds, which is not the first latency SLO
    expect(clairvoyantTaskHours(both, day)).to.equal(Math.max(...alone));
    const tight = { ...CART, slos: [...promising(0.9, 2).slos, ...promising(0.99, 1).slos] };
    expect(clairvoyantTaskHours(tight, day)).to.be.closeTo(
      clairvoyantTaskHours(promising(0.99, 1), day),
      1e-6,
    );
  });

  it("is infinite when no number of tasks keeps the promise", () => {
    expect(clairvoyantTaskHours(promising(0.9999999, 0.1), day)).to.equal(Number.POSITIVE_INFINITY);
  });

  it("law: more load never lowers it", () => {
    fc.assert(
      fc.property(
        fc.array(between(0, 200), { minLength: 1, maxLength: 30 }),
        between(1.01, 3),
        (rates, factor) => {
          const trace = { ...day, rates };
          const grown = clairvoyantTaskHours(CART, scaled(trace, factor));
          expect(grown).to.be.at.least(clairvoyantTaskHours(CART, trace) * (1 - 0.006)); // the width of a bin
        },
      ),
      { numRuns: 50 },
    );
  });

  it("comes to an end where tasks slow each other so much that no fleet keeps the promise", () => {
    const capacity = { ...CART.capacity, contention: { alpha: 0.01, beta: 0.0005 } };
    expect(clairvoyantTaskHours({ ...CART, capacity }, flat(172, 60))).to.equal(Number.POSITIVE_INFINITY);
    expect(clairvoyantTaskHours({ ...CART, capacity }, flat(60, 60))).to.be.within(6, 17);
  });
});
