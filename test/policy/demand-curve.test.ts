import { expect } from "chai";
import fc from "fast-check";
import { busiestUtilization, keepsSlos, tasksNeeded, thresholdsOf } from "../../policy/demand-curve.ts";
import { anyProfile, available, between, CART, promising } from "../support/services.ts";

const service = fc
  .tuple(anyProfile, between(0.9, 0.995))
  .map(([capacity, objective]) => ({ ...promising(objective, 1.5), capacity }));
const rate = between(0.1, 2000);
const runs = { numRuns: 60 };

describe("tasksNeeded", () => {
  it("keeps the SLOs, and one task fewer does not", () => {
    fc.assert(
      fc.property(service, rate, (any, r) => {
        const needed = tasksNeeded(any, r);
        expect(keepsSlos(any, needed, r)).to.equal(true);
        const utilization = (r * any.capacity.serviceTime.mean) / ((needed - 1) * any.capacity.concurrency);
        // Above a utilization of 1 it does not look: a fleet is not sized to live by refusing.
        if (needed > 1 && utilization < 1) expect(keepsSlos(any, needed - 1, r)).to.equal(false);
      }),
      runs,
    );
  });

  it("never falls when the rate rises or the promise gets stricter", () => {
    fc.assert(
      fc.property(service, rate, rate, between(0.9, 0.995), (any, a, b, objective) => {
        const [calm, busy] = [Math.min(a, b), Math.max(a, b)];
        expect(tasksNeeded(any, calm)).to.be.at.most(tasksNeeded(any, busy));
        const other = { ...promising(objective, 1.5), capacity: any.capacity };
        const [easy, strict] = any.slos[0]!.objective < objective ? [any, other] : ([other, any] as const);
        expect(tasksNeeded(easy, busy)).to.be.at.most(tasksNeeded(strict, busy));
      }),
      runs,
    );
  });

  it("keeps several SLOs at once: exactly when it keeps each, so it needs what the strictest needs", () => {
    const objectives = fc.tuple(between(0.9, 0.99), between(0.95, 0.995), between(0.99, 0.999));
    fc.assert(
      fc.property(anyProfile, objectives, rate, (capacity, [half, one, success], r) => {
        const alone = [promising(half, 0.8), promising(one, 1.5), available(success)].map((each) => ({
          ...each,
          capacity,
        }));
        const all = { ...CART, capacity, slos: alone.flatMap(({ slos }) => slos) };
        const needs = alone.map((each) => tasksNeeded(each, r));
        expect(tasksNeeded(all, r)).to.equal(Math.max(...needs));
        const few = Math.max(1, Math.min(...needs.filter(Number.isFinite)));
        expect(keepsSlos(all, few, r)).to.equal(alone.every((each) => keepsSlos(each, few, r)));
      }),
      runs,
    );
  });

  it("is one task for no traffic, and infinite for what no task can keep", () => {
    expect(tasksNeeded(CART, 0)).to.equal(1);
    expect(tasksNeeded(promising(0.99, 0.25), 1)).to.equal(Number.POSITIVE_INFINITY); // SLO-7
  });
});

describe("busiestUtilization", () => {
  it("is the border between keeping the SLOs and breaking them", () => {
    fc.assert(
      fc.property(service, (any) => {
        const busiest = busiestUtilization(any);
        const rateAt = (u: number) => (u * 32 * any.capacity.concurrency) / any.capacity.serviceTime.mean;
        expect(keepsSlos(any, 32, rateAt(busiest))).to.equal(true);
        if (busiest < 0.999) expect(keepsSlos(any, 32, rateAt(busiest + 2e-4))).to.equal(false); // it looks no higher than 1
      }),
      runs,
    );
  });

  it("is 0 when no utilization keeps the SLO", () => {
    expect(busiestUtilization(promising(0.99, 0.25))).to.equal(0);
  });
});

it("thresholdsOf names those of the latency SLOs alone", () => {
  const both = { ...CART, slos: [...available(0.999).slos, ...CART.slos] };
  expect(thresholdsOf(both)).to.deep.equal([1]);
});
