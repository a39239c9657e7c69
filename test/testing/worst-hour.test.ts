import { expect } from "chai";
import fc from "fast-check";
import { capacityTrial } from "../../testing/capacity-trial.ts";
import { badByMinute, worstHour } from "../../testing/worst-hour.ts";
import { between, CART, controlsOf, flat } from "../support/services.ts";

const plan = { service: CART, controls: controlsOf({ min: 6, max: 6 }) };

describe("the worst hour", () => {
  it("has more bad requests than any other sixty minutes, and its worst minute than any other of it", () => {
    fc.assert(
      fc.property(fc.array(between(0, 120), { minLength: 61, maxLength: 200 }), (rates) => {
        const trial = capacityTrial(plan, CART, { ...flat(0, 1), rates });
        const bad = badByMinute(trial, 0);
        const hour = worstHour(trial, 0);
        if (hour === undefined) return void expect(Math.max(...bad)).to.equal(0);
        const sums = rates.slice(59).map((_, from) => bad.slice(from, from + 60).reduce((a, b) => a + b, 0));
        expect(hour.bad).to.be.closeTo(Math.max(...sums), 1e-6 * (1 + hour.bad));
        const minute = (hour.minute.start - trial.trace.start) / 60;
        expect(hour.minute.start - hour.start).to.be.within(0, 59 * 60);
        expect(bad[minute]).to.equal(
          Math.max(...bad.slice((hour.start - trial.trace.start) / 60).slice(0, 60)),
        );
        expect(hour.arrived).to.be.at.least(hour.bad * (1 - 1e-9));
      }),
      { numRuns: 50 },
    );
  });

  it("is the whole of a shorter trace", () => {
    const hour = worstHour(capacityTrial(plan, CART, flat(100, 20)), 0);
    expect(hour).to.include({ start: flat(1, 1).start, arrived: 100 * 60 * 20 });
  });

  it("counts for an availability SLO what is refused, and for each latency SLO what is late for it", () => {
    const slos = [
      { kind: "availability", name: "availability", objective: 0.999, window: 1 },
      { kind: "latency", name: "slow", threshold: 4, objective: 0.99, window: 1 },
      { kind: "latency", name: "fast", threshold: 0.5, objective: 0.9, window: 1 },
    ] as const;
    const service = { ...CART, slos };
    const [refused, slow, fast] = [0, 1, 2].map(
      (slo) => worstHour(capacityTrial(plan, service, flat(70, 60)), slo)!.bad,
    );
    expect(refused!).to.be.below(slow!);
    expect(slow!).to.be.below(fast!);
  });
});
