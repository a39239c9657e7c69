import { expect } from "chai";
import { backtest } from "../../policy/backtest.ts";
import { clairvoyantTaskHours } from "../../policy/clairvoyant.ts";
import { cpuTracking } from "../../policy/comparison.ts";
import { tasksNeeded } from "../../policy/demand-curve.ts";
import { available, bursty, CART, controlsOf, daily, flat, promising } from "../support/services.ts";

/** A day in which half an hour passes in a minute. */
const day = { ...daily(1, 100), rates: daily(1, 100).rates.filter((_, minute) => minute % 30 === 0) };

describe("clairvoyantTaskHours", () => {
  it("is what the long run needs when traffic is steady", () => {
    for (const rate of [1, 60, 400])
      expect(clairvoyantTaskHours(CART, flat(rate, 120))).to.be.closeTo(2 * tasksNeeded(CART, rate), 1e-9);
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
});
