import { expect } from "chai";
import { verdict } from "../../cli/verdict.ts";
import type { Backtest } from "../../policy/backtest.ts";
import type { Contender } from "../../policy/comparison.ts";

type Platform = Contender["platform"];

/** A contender at this cost a month; missed are the SLOs that it did not meet. */
function contender(
  name: string,
  platform: Platform,
  dollarsPerMonth: number,
  ...missed: string[]
): Contender {
  const outcomes = ["latency", "availability"].map((slo) => ({ slo, met: !missed.includes(slo) }));
  const backtest = { dollarsPerMonth, met: missed.length === 0, outcomes } as unknown as Backtest;
  return { name, platform, backtest } as Contender;
}

const ours = contender("this plan", "AWS", 100);
const cpu = contender("CPU 60 %", "AWS", 120);
const hpa = contender("HPA, CPU 70 %", "Kubernetes", 90);

const said = (...contenders: Contender[]) => verdict(contenders).replace(/\s+/g, " ").trim();

describe("a back-test's verdict", () => {
  it("names the cheapest of AWS's settings that met every SLO, whatever missed for less", () => {
    const others = [contender("CPU 70 %", "AWS", 80, "latency"), contender("fixed at the peak", "AWS", 300)];
    expect(said(ours, ...others, cpu)).to.equal(
      "✓ this plan met every SLO; the cheapest of AWS's usual settings that met them all (CPU 60 %) costs 20 % more (120 USD/month).",
    );
  });

  it("adds Kubernetes' where one costs less", () => {
    expect(said(ours, cpu, hpa, contender("KEDA, 50 %", "Kubernetes", 70, "availability"))).to.equal(
      "✓ this plan met every SLO; the cheapest of AWS's usual settings that met them all (CPU 60 %) costs 20 % more (120 USD/month), the cheapest on Kubernetes (HPA, CPU 70 %) 10 % less (90 USD/month).",
    );
  });

  it("leaves Kubernetes' out where none costs less", () => {
    for (const price of [120, 150])
      expect(said(ours, cpu, contender("KEDA, 50 %", "Kubernetes", price))).not.to.include("Kubernetes");
  });

  it("names Kubernetes' alone where only one of those met every SLO, at any price", () => {
    const dear = contender("Knative KPA", "Kubernetes", 250);
    expect(said(ours, contender("CPU 60 %", "AWS", 80, "latency"), dear)).to.equal(
      "✓ this plan met every SLO; none of AWS's usual settings met them all; the cheapest on Kubernetes that did (Knative KPA) costs 150 % more (250 USD/month).",
    );
  });

  it("leaves out what saves by running out of memory more often than the plan", () => {
    const short = ({ backtest, ...rest }: Contender, outOfMemory: number) => ({
      ...rest,
      backtest: { ...backtest, outOfMemory },
    });
    const starved = short(contender("CPU 70 %", "AWS", 50), 900);
    expect(said(short(ours, 3), starved, short(cpu, 3), short(hpa, 4))).to.equal(
      "✓ this plan met every SLO; the cheapest of AWS's usual settings that met them all and ran out of memory no more often (CPU 60 %) costs 20 % more (120 USD/month).",
    );
    expect(said(short(ours, 3), starved)).to.equal(
      "✓ this plan met every SLO; none of the usual settings met them all and ran out of memory no more often.",
    );
  });

  it("says so where none met every SLO", () => {
    const others = [
      contender("CPU 60 %", "AWS", 80, "latency"),
      contender("KEDA, 50 %", "Kubernetes", 70, "availability"),
    ];
    expect(said(ours, ...others)).to.equal(
      "✓ this plan met every SLO; none of the usual settings met them all.",
    );
  });

  it("says what a plan missed, and what meeting it takes", () => {
    const given = contender("the plan given", "AWS", 100, "latency", "availability");
    expect(said(given, cpu)).to.match(
      /^✗ the plan given missed latency and availability; .* \(CPU 60 %\) costs 20 % more/,
    );
  });

  it("tells costs alone beside a plan that runs nothing", () => {
    const nothing = contender("the plan given", "AWS", 0, "latency");
    expect(said(nothing, cpu)).to.match(/\(CPU 60 %\) costs 120 USD\/month\.$/);
  });

  it("calls costs within half a percent as much", () => {
    expect(said(ours, contender("CPU 60 %", "AWS", 100.4))).to.include("costs as much (100 USD/month).");
  });
});
