import { expect } from "chai";
import fc from "fast-check";
import { backtest } from "../../policy/backtest.ts";
import { burstSeconds, creditRules, launchBalance } from "../../policy/credits.ts";
import type { Service } from "../../policy/service.ts";
import { steadyPlant } from "../../policy/steady-plant.ts";
import { instancesApart } from "../support/instances-apart.ts";
import { CART, controlsOf, flat } from "../support/services.ts";

const on = (instanceType: string, price: number): Service => ({
  ...CART,
  compute: { type: "ec2", instanceType },
  price,
});
const small = on("t2.small", 0.023);
const slots = CART.capacity.concurrency / CART.capacity.serviceTime.mean;

describe("instances on CPU credits", () => {
  it("serve at full speed for as long as the launch credits last, then at the baseline", () => {
    const plant = steadyPlant(small);
    const rules = creditRules(small.compute)!;
    const lasting = burstSeconds(rules, launchBalance(rules), 0.6) / 60; // minutes
    const refused = Array.from(
      { length: 120 },
      () => plant(3, 0.6 * 3 * slots, 60).refused / (36 * slots * 3),
    );
    refused.forEach((share, minute) => {
      if (minute < Math.floor(lasting)) expect(share, `minute ${minute}`).to.be.below(1e-3);
      if (minute > lasting + 2) expect(share, `minute ${minute}`).to.be.closeTo(2 / 3, 0.02); // a fifth of three fifths is served
    });
  });

  it("never slow down at a load below the baseline", () => {
    const controls = controlsOf({ min: 10, max: 10 });
    const { outcomes } = backtest(small, controls, flat(0.19 * 10 * slots, 2 * 1440));
    expect(outcomes[0]!.met).to.equal(true);
    expect(backtest(small, controls, flat(0.25 * 10 * slots, 2 * 1440)).outcomes[0]!.met).to.equal(false);
  });

  it("burst each day on what a calm night earns", () => {
    // A day's accrual, 288 credits, lasts six hours at full speed: two hours of 80 % a day are no trouble, all day is.
    const day = (busy: number) => ({
      ...flat(0, 3 * 1440),
      rates: flat(0, 3 * 1440).rates.map((_, i) => 10 * slots * (i % 1440 >= 1440 - busy ? 0.8 : 0.05)),
    });
    const controls = controlsOf({ min: 10, max: 10 });
    expect(backtest(small, controls, day(120)).met).to.equal(true);
    expect(backtest(small, controls, day(600)).met).to.equal(false);
  });

  it("recover once the load has fallen below the baseline", () => {
    const plant = steadyPlant(small);
    for (let minute = 0; minute < 180; minute++) plant(1, 0.9 * slots, 60);
    for (let minute = 0; minute < 60; minute++) plant(1, 0.1 * slots, 60);
    expect(plant(1, 0.1 * slots, 60).late[0]! / (6 * slots)).to.be.below(0.01);
  });

  it("cost their surplus in unlimited mode, and stay fast", () => {
    const t3 = on("t3.small", 0.0208);
    const days = 10;
    const { met, dollarsPerMonth } = backtest(
      t3,
      controlsOf({ min: 4, max: 4 }),
      flat(0.5 * 4 * slots, days * 1440),
    );
    // 0.3 of two vCPUs beyond the baseline at 0.05 USD a vCPU-hour; the first day's worth, 576 credits, is lent.
    const surplus = (4 * (0.3 * 2 * 24 * days - 576 / 60) * 0.05) / days;
    expect(met).to.equal(true);
    expect(dollarsPerMonth).to.be.closeTo((730 / 24) * (surplus + 4 * 24 * 0.0208), 0.5);
  });

  it("pay what they owe when they end, and bring launch credits when they start", () => {
    const t3 = steadyPlant(on("t3.small", 0.0208));
    for (let minute = 0; minute < 60; minute++) t3(4, 2 * slots, 60);
    const owed = (0.3 * 2 * 0.05 * 60) / 60; // of one after an hour
    expect(t3(3, 1.5 * slots, 60).charged).to.be.closeTo(owed, 0.002);

    const t2 = steadyPlant(small);
    for (let minute = 0; minute < 180; minute++) t2(1, 0.9 * slots, 60);
    expect(t2(1, 0.9 * slots, 60).refused).to.be.above(0);
    // Ten are asked for less than the baseline each, so that the one without credits keeps up, too.
    for (let minute = 0; minute < 3; minute++) t2(10, 0.9 * slots, 60);
    expect(t2(10, 0.9 * slots, 60).refused).to.be.below(0.01);
  });

  it("have a balance each: what old ones have saved is no help to those that join without credits", () => {
    const t3 = steadyPlant({
      ...on("t3.small", 0.0208),
      compute: { type: "ec2", instanceType: "t3.small", credits: "standard" },
    });
    for (let minute = 0; minute < 1440; minute++) t3(4, 0, 60);
    for (let minute = 0; minute < 30; minute++) t3(8, 0.6 * 8 * slots, 60);
    const { refused, arrived } = t3(8, 0.6 * 8 * slots, 60);
    // Half of the requests meet one at its baseline, a fifth of the CPU, which serves a third of three fifths.
    expect(refused / arrived).to.be.closeTo((1 / 2) * (2 / 3), 0.01);
  });

  it("slow down alone when their own credits are spent", () => {
    const t2 = steadyPlant(small);
    for (let minute = 0; minute < 180; minute++) t2(1, 0.9 * slots, 60);
    for (let minute = 0; minute < 10; minute++) t2(2, 0.8 * 2 * slots, 60);
    const { refused, arrived } = t2(2, 0.8 * 2 * slots, 60);
    // The one that has just started has half an hour of launch credits; the old one serves a fifth of its CPU.
    expect(refused / arrived).to.be.closeTo((1 / 2) * (3 / 4), 0.01);
    expect(t2(1, 0.1 * slots, 60).refused, "the newest leaves first").to.be.above(0);
  });

  it("pay what the newest owe when these end", () => {
    const t3 = steadyPlant(on("t3.small", 0.0208));
    for (let minute = 0; minute < 600; minute++) t3(2, 0, 60);
    for (let minute = 0; minute < 60; minute++) t3(4, 0.5 * 4 * slots, 60);
    const owed = (0.3 * 2 * 0.05 * 60) / 60; // after an hour; the old ones spend what they have saved
    expect(t3(3, 1.5 * slots, 60).charged).to.be.closeTo(owed, 0.002);
    expect(t3(1, 0.5 * slots, 60).charged).to.be.closeTo(owed, 0.002);
  });

  it("pay what they owe when none is left, and come back without what they had saved", () => {
    const t3 = steadyPlant(on("t3.small", 0.0208));
    for (let minute = 0; minute < 60; minute++) t3(2, slots, 60);
    expect(t3(0, slots, 60).charged).to.be.closeTo((2 * (0.3 * 2 * 0.05 * 60)) / 60, 0.002);
    expect(t3(0, slots, 60).charged, "once").to.equal(0);
    const standard = steadyPlant({
      ...on("t3.small", 0.0208),
      compute: { type: "ec2", instanceType: "t3.small", credits: "standard" },
    });
    for (let minute = 0; minute < 1440; minute++) standard(2, 0, 60);
    standard(0, 0, 60);
    for (let minute = 0; minute < 5; minute++) standard(2, 2 * 0.8 * slots, 60);
    const { refused, arrived } = standard(2, 2 * 0.8 * slots, 60);
    expect(refused / arrived).to.be.closeTo(3 / 4, 0.01); // a fifth of the CPU serves a quarter of four fifths
  });

  it("refuse and cost what they do with a book and a queue for each, however they come and go", () => {
    const spell = fc.record({
      instances: fc.integer({ min: 0, max: 12 }),
      load: fc.double({ min: 0, max: 1.1, noNaN: true }),
      slices: fc.integer({ min: 1, max: 240 }),
      seconds: fc.constantFrom(5, 60),
    });
    const types = fc.constantFrom("t2.small", "t3.small", "t4g.nano");
    const modes = fc.constantFrom("standard" as const, "unlimited" as const);
    const law = fc.property(
      fc.array(spell, { maxLength: 12 }),
      types,
      modes,
      (spells, instanceType, credits) => {
        const service = { ...small, compute: { type: "ec2" as const, instanceType, credits } };
        const [together, apart] = [steadyPlant(service), instancesApart(service)];
        const [sum, of] = [
          { arrived: 0, refused: 0, charged: 0 },
          { refused: 0, charged: 0 },
        ];
        for (const { instances, load, slices, seconds } of spells)
          for (let slice = 0; slice < slices; slice++) {
            const rate = instances * load * slots;
            const { arrived, refused, charged } = together(instances, rate, seconds);
            sum.arrived += arrived;
            sum.refused += refused;
            sum.charged += charged ?? 0;
            const each = apart(instances, rate, seconds);
            of.refused += each.refused;
            of.charged += each.charged;
          }
        expect(sum.charged).to.be.closeTo(of.charged, 0.01);
        expect(Math.abs(sum.refused - of.refused)).to.be.at.most(0.003 * sum.arrived + 1e-6);
      },
    );
    fc.assert(law, { numRuns: 40 });
  });
});
