import { expect } from "chai";
import { backtest } from "../../policy/backtest.ts";
import { onlySpike } from "../../policy/only-spike.ts";
import { scalingPlan } from "../../policy/plan.ts";
import type { Service } from "../../policy/service.ts";
import type { Trace } from "../../policy/trace.ts";
import { dollars } from "../../policy/words.ts";
import { workload } from "../../policy/workload.ts";
import { CART, flat } from "../support/services.ts";

const FACTORS = [2, 5, 8, 8, 8, 8, 8, 8, 8, 5, 2];

/** Four days of 60 requests a second, with eight times as much for some minutes from each of the given ones on. */
function spiking(...minutes: readonly number[]): Trace {
  const trace = flat(60, 4 * 1440);
  const rates = [...trace.rates];
  for (const minute of minutes)
    FACTORS.forEach((factor, i) => {
      rates[minute + i] = 60 * factor;
    });
  return { ...trace, rates };
}

const found = (trace: Trace) => onlySpike(trace, workload(trace, 75));
const slow = { ...CART, capacity: { ...CART.capacity, startup: 240 } };
const planOn = (trace: Trace, service: Service = slow) =>
  scalingPlan({ ...service, demand: { kind: "history", trace, growth: 0 } });
const told = (trace: Trace, service?: Service) =>
  planOn(trace, service).assumptions.filter((remark) => remark.includes("only spike"));

describe("the only spike of a history", () => {
  it("is found with its rise and fall, and the usual rate stands in its place", () => {
    const trace = spiking(3000);
    const { from, to, without } = found(trace)!;
    expect([from, to]).to.deep.equal([trace.start + 3000 * 60, trace.start + 3011 * 60]);
    expect(without).to.deep.equal(flat(60, 4 * 1440));
  });

  it("may begin or end the history", () => {
    for (const minute of [0, 4 * 1440 - FACTORS.length])
      expect(found(spiking(minute))!.without).to.deep.equal(flat(60, 4 * 1440));
  });

  it("is none where there are two, or none", () => {
    expect(found(spiking(1500, 3000))).to.equal(undefined);
    expect(found(flat(60, 4 * 1440))).to.equal(undefined);
  });

  it("is told with what the plan costs without it, where that is less than half", () => {
    const trace = spiking(3000);
    const [remark, ...others] = told(trace);
    expect(others).to.deep.equal([]);
    const { without } = found(trace)!;
    const spared = { ...slow, demand: { kind: "history" as const, trace: without, growth: 0 } };
    const month = backtest(spared, scalingPlan(spared).controls, without).dollarsPerMonth;
    expect(remark).to.include(`without it the plan takes ${dollars(month)} a month`);
    expect(remark).to.include("`exclude: [2026-11-25T02:00Z/2026-11-25T02:11Z]`");
  });

  it("is not told where tasks that start at once answer it for little more, nor where several come", () => {
    const swift = {
      ...CART,
      capacity: { ...CART.capacity, startup: 5 },
      slos: [{ ...CART.slos[0]!, objective: 0.9 }],
    };
    expect(told(spiking(3000), swift)).to.deep.equal([]);
    expect(told(spiking(1500, 3000))).to.deep.equal([]);
  });
});
