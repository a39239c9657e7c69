import { expect } from "chai";
import fc from "fast-check";
import {
  burstSeconds,
  type CreditBalance,
  type CreditMode,
  type CreditRules,
  creditRules,
  creditSlice,
  defaultCredits,
  launchBalance,
  owed,
  sustainableCpu,
} from "../../policy/credits.ts";
import { between } from "../support/services.ts";

const HOUR = 3600;

function rules(instanceType: string, credits?: CreditMode): CreditRules {
  return creditRules({ type: "ec2", instanceType, ...(credits === undefined ? {} : { credits }) })!;
}

function hoursAt(from: CreditRules, balance: CreditBalance, utilization: number, hours: number) {
  return creditSlice(from, balance, utilization, hours * HOUR);
}

// Amazon EC2 User Guide, "Key concepts and definitions for burstable performance instances", "Standard mode concepts",
// "Unlimited mode concepts" and "Unlimited mode examples".
describe("CPU credits, AWS's own figures", () => {
  it("has the table's vCPUs, credits an hour, accrual and baseline", () => {
    const table = [
      ["t2.small", 1, 12, 288, 0.2],
      ["t2.large", 2, 36, 864, 0.3],
      ["t2.2xlarge", 8, 81.6, 1958.4, 0.17],
      ["t3.nano", 2, 6, 144, 0.05],
      ["t3.xlarge", 4, 96, 2304, 0.4],
      ["t3a.medium", 2, 24, 576, 0.2],
      ["t4g.2xlarge", 8, 192, 4608, 0.4],
    ] as const;
    for (const [type, vcpus, earned, most, baseline] of table) {
      const known = rules(type);
      expect({ vcpus: known.vcpus, earned: known.earned }, type).to.deep.equal({ vcpus, earned });
      expect(known.most, type).to.be.closeTo(most, 1e-9);
      expect(known.baseline, type).to.be.closeTo(baseline, 1e-9);
    }
  });

  it("is standard by default for T2, unlimited for T3, T3a and T4g, and nothing for others", () => {
    expect(["t2.small", "t3.small", "t3a.small", "t4g.small", "m5.large"].map(defaultCredits)).to.deep.equal([
      "standard",
      "unlimited",
      "unlimited",
      "unlimited",
      undefined,
    ]);
    expect(creditRules({ type: "ec2", instanceType: "m5.large" })).to.equal(undefined);
    expect(creditRules({ type: "fargate", cpu: 256, memory: 512 })).to.equal(undefined);
  });

  it("starts a t2.micro with 30 credits and a t2.xlarge with 120, in standard mode alone", () => {
    expect(launchBalance(rules("t2.micro")).launch).to.equal(30);
    expect(launchBalance(rules("t2.xlarge")).launch).to.equal(120);
    expect(launchBalance(rules("t2.micro", "unlimited")).launch).to.equal(0);
    expect(launchBalance(rules("t3.micro", "standard")).launch).to.equal(0);
  });

  it("gives a t2.micro that idles for a day 174 credits", () => {
    const { balance } = hoursAt(rules("t2.micro"), launchBalance(rules("t2.micro")), 0, 24);
    expect(balance.accrued + balance.launch).to.be.closeTo(174, 1e-9);
  });

  it("follows a t3.nano: 144 after an idle day, 144 after 12 h at 2.5 %, 57.6 fewer after a day at 7 %", () => {
    const nano = rules("t3.nano");
    const idle = hoursAt(nano, launchBalance(nano), 0, 24).balance;
    expect(idle.accrued).to.be.closeTo(144, 1e-9);
    const calm = hoursAt(nano, idle, 0.025, 12).balance;
    expect(calm.accrued).to.be.closeTo(144, 1e-9);
    expect(hoursAt(nano, calm, 0.07, 24).balance.accrued).to.be.closeTo(144 - 57.6, 1e-9);
  });

  it("makes a t3.large that owes a day's credits cost as much as an m5.large at 42.5 %", () => {
    const anHour = (instanceType: string, utilization: number) => {
      const its = rules(instanceType);
      return hoursAt(its, { accrued: 0, launch: 0, surplus: its.most }, utilization, 1).charged;
    };
    expect(anHour("t3.large", 0.425)).to.be.closeTo(0.096 - 0.0835, 1e-9);
    expect(anHour("t3.large", 0.3)).to.be.closeTo(0, 1e-12);
    expect(anHour("t2.large", 0.9)).to.equal(0); // it slows down instead
  });
});

describe("CPU credits", () => {
  it("lets a fresh t2.small run at full speed for 37.5 min, and at a fifth of its vCPU for ever", () => {
    const small = rules("t2.small");
    expect(burstSeconds(small, launchBalance(small), 1)).to.be.closeTo(37.5 * 60, 1e-6); // 30 credits, 0.8 a minute
    expect(burstSeconds(small, launchBalance(small), 0.2)).to.equal(Number.POSITIVE_INFINITY);
    expect(sustainableCpu(small)).to.be.closeTo(0.2, 1e-12);
    expect(burstSeconds(rules("t3.small"), launchBalance(rules("t3.small")), 1)).to.equal(
      Number.POSITIVE_INFINITY,
    );
  });

  it("slows an instance without credits to its baseline", () => {
    const { speed, balance } = hoursAt(rules("t2.small"), { accrued: 0, launch: 0, surplus: 0 }, 1, 1);
    expect(speed).to.be.closeTo(0.2, 1e-12);
    expect(balance.accrued).to.equal(0);
  });

  it("lends a day's credits in unlimited mode, charges what exceeds them, and what is owed at the end", () => {
    const nano = rules("t3.nano"); // at full speed it spends 120 an hour and earns 6
    const day = hoursAt(nano, launchBalance(nano), 1, 24);
    expect(day.speed).to.equal(1);
    expect(day.balance.surplus).to.equal(144);
    expect(day.charged).to.be.closeTo(((24 * 114 - 144) / 60) * 0.05, 1e-9);
    expect(owed(nano, day.balance)).to.be.closeTo((144 / 60) * 0.05, 1e-9);
    const paid = hoursAt(nano, day.balance, 0, 25);
    expect(paid.balance).to.deep.equal({ accrued: 6, launch: 0, surplus: 0 });
  });

  const any = fc
    .tuple(
      fc.constantFrom("t2.nano", "t2.small", "t2.xlarge", "t3.micro", "t3a.large", "t4g.2xlarge"),
      fc.constantFrom<CreditMode>("standard", "unlimited"),
    )
    .map(([type, mode]) => rules(type, mode));

  it("never spends what it has not, earns more than the accrual, or speeds up", () => {
    fc.assert(
      fc.property(
        any,
        fc.array(fc.tuple(between(0, 1), between(1, 7200)), { maxLength: 30 }),
        (known, slices) => {
          let balance = launchBalance(known);
          for (const [utilization, seconds] of slices) {
            const slice = creditSlice(known, balance, utilization, seconds);
            balance = slice.balance;
            expect(slice.speed).to.be.within(Math.min(1, known.baseline) - 1e-9, 1);
            expect(slice.charged).to.be.at.least(0);
            expect(balance.accrued).to.be.within(0, known.most);
            expect(balance.surplus).to.be.within(0, known.most);
            expect(balance.accrued * balance.surplus).to.equal(0);
          }
        },
      ),
    );
  });

  it("runs out exactly when `burstSeconds` says", () => {
    fc.assert(
      fc.property(any, between(1, 500), between(0, 1), (known, accrued, utilization) => {
        const balance = { accrued: Math.min(accrued, known.most), launch: 0, surplus: 0 };
        const seconds = burstSeconds(known, balance, utilization);
        fc.pre(Number.isFinite(seconds) && seconds < 1e7);
        const until = creditSlice(known, balance, utilization, seconds);
        expect(until.speed).to.be.closeTo(1, 1e-9);
        expect(until.balance.accrued).to.be.closeTo(0, 1e-6);
        expect(creditSlice(known, until.balance, utilization, 60).speed).to.be.closeTo(
          known.baseline / utilization,
          1e-6,
        );
      }),
    );
  });
});
