import { expect } from "chai";
import fc from "fast-check";
import { backtest } from "../../policy/backtest.ts";
import { type Alternative, alternatives, type ComputeOption } from "../../policy/compute-options.ts";
import { demandHistory } from "../../policy/demand.ts";
import { optionOutcome } from "../../policy/option-outcome.ts";
import { tasksAnInstance } from "../../policy/packing.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { resized } from "../../policy/resized.ts";
import type { Service } from "../../policy/service.ts";
import { between, CART, daily, PROFILE } from "../support/services.ts";
import { habitual } from "../support/synthetic.ts";

const cart: Service = { ...CART, demand: { kind: "history", trace: daily(1, 100), growth: 0 } };
const ecs: ComputeOption = {
  kind: "ecs",
  compute: { type: "ec2", instanceType: "m7i.large" },
  price: 0.1008,
};
const ec2 = (instanceType: string, price: number): ComputeOption => ({
  kind: "ec2",
  compute: { type: "ec2", instanceType },
  price,
});
const one = (service: Service, option: ComputeOption): Alternative => alternatives(service, [option])[1]!;
const of = (vcpus: number, memory = 2048) => ({ vcpus, memory });

describe("resized", () => {
  it("keeps what each vCPU serves where CPU time is not declared, but for what rounding down to whole slots loses", () => {
    fc.assert(
      fc.property(
        between(0.25, 8),
        between(0.25, 16),
        fc.integer({ min: 1, max: 64 }),
        (a, b, concurrency) => {
          const { concurrency: slots, serviceTime } = resized({ ...PROFILE, concurrency }, of(a), of(b));
          const [before, after] = [concurrency / 0.2 / a, slots / serviceTime.mean / b];
          expect(after).to.be.within(before / 2, before * (1 + 1e-6));
          if ((concurrency * b) / a <= 1) expect(after).to.be.closeTo(before, 1e-6 * before);
          expect(serviceTime.mean).to.be.at.least(0.2 - 1e-12);
        },
      ),
    );
  });

  it("scales the CPU time alone, by what one thread gets", () => {
    const profile = { ...PROFILE, cpuTime: 0.05 };
    const mean = (from: number, to: number) => resized(profile, of(from), of(to)).serviceTime.mean;
    expect(mean(1, 0.5)).to.be.closeTo(0.15 + 0.05 / 0.5, 1e-12); // 150 ms elsewhere, 50 ms of CPU on half a vCPU
    expect(mean(0.5, 1)).to.be.closeTo(0.1 + 0.05, 1e-12); // 100 ms of the 200 were CPU on half a vCPU
    expect(mean(1, 8)).to.equal(0.2); // one thread has one vCPU at most
    expect(mean(0.5, 0.5)).to.be.closeTo(0.2, 1e-12);
  });
});

describe("tasksAnInstance", () => {
  it("is bound by CPU, or by the memory that the kernel, the agent and the system leave", () => {
    expect(tasksAnInstance(of(0.5, 1024), of(2, 8192))).to.equal(4);
    expect(tasksAnInstance(of(0.25, 2048), of(2, 8192))).to.equal(3); // 8192 × 7985/8192 × 0.95 = 7586 MiB
    expect(tasksAnInstance(of(4, 1024), of(2, 8192))).to.equal(0);
  });
});

describe("alternatives", () => {
  it("have what is declared first and once, each option once, and no limits of another size", () => {
    const quotas = { tasksPerService: 12 };
    const bounded = { ...cart, bounds: { min: 2, max: 9, budget: 500 }, quotas };
    const same: ComputeOption = {
      kind: "fargate",
      compute: { type: "fargate", cpu: 512, memory: 1024 },
      price: 0.02,
    };
    const all = alternatives(bounded, [same, ecs, ecs, ec2("t2.small", 0.023)]);
    expect(all.map(({ name }) => name)).to.deep.equal([
      "Fargate, 0.5 vCPU, 1 GB",
      "ECS on m7i.large, 4 tasks each",
      "EC2 t2.small",
    ]);
    for (const { service, budget } of all) {
      expect(service).to.deep.include({ bounds: { min: 2 }, quotas }); // the account's, whatever the size
      expect(budget).to.equal(500);
    }
  });

  it("count one task an instance as one", () => {
    const small: ComputeOption = {
      kind: "ecs",
      compute: { type: "ec2", instanceType: "c7g.medium" },
      price: 0.04,
    };
    expect(one(cart, small).name).to.equal("ECS on c7g.medium, 1 task each");
  });

  it("price a task of ECS as its share of a full instance, and start it after the instance", () => {
    const { service } = one(cart, ecs);
    expect(service.price).to.be.closeTo(0.1008 / 4, 1e-12);
    expect(service.capacity.startup).to.equal(75 - 35 + 60 + 30);
    expect(service.capacity).to.include({ concurrency: 2 });
  });

  it("know a service that is declared on instances: their price, start-up and name, and none of them on Fargate", () => {
    const host = { instanceType: "m7i.large", price: 0.126, tasks: 4 };
    const packed = { ...cart, host, price: 0.126 / 4 };
    const fargate = { ...CART.compute, type: "fargate" as const, cpu: 512, memory: 1024 };
    const all = alternatives(packed, [ecs, { kind: "fargate", compute: fargate, price: 0.02 }]);
    expect(all.map(({ name }) => name)).to.deep.equal([
      "ECS on m7i.large, 4 tasks each",
      "Fargate, 0.5 vCPU, 1 GB",
    ]);
    const [declared, other] = all as [Alternative, Alternative];
    expect(declared).to.deep.include({ tasksAnInstance: 4, option: { ...ecs, price: 0.126 } });
    expect(declared.service.capacity.startup).to.equal(75);
    expect(other.service).to.include({ price: 0.02 }).and.not.have.property("host");
    expect(other.service.capacity.startup).to.equal(35); // 75 are less than an instance's 90 of provisioning
    const other4x = one(packed, {
      ...ecs,
      compute: { type: "ec2", instanceType: "m7i.4xlarge" },
      price: 0.8064,
    });
    expect(other4x.service.capacity.startup).to.equal(75); // of the same kind, as declared, however short
    expect(other4x.translated).to.deep.equal([]);
    const { instances, dollarsPerMonth } = optionOutcome(declared);
    expect(dollarsPerMonth).to.be.closeTo(instances!.mean * 0.126 * 730, 1e-6);
  });

  it("say what is assumed of another size, and more of it where CPU time is not declared", () => {
    expect(one(cart, ec2("m7i.large", 0.1008)).translated.join()).to.include("cpuTime is not declared");
    const known = { ...cart, capacity: { ...PROFILE, cpuTime: 0.05 } };
    expect(one(known, ec2("m7i.large", 0.1008)).translated.join()).to.include(
      "50 ms of each request is CPU time",
    );
    expect(one(cart, ecs).translated.join()).not.to.include("cpuTime");
  });

  it("do not fit where not one task does, or its first request outgrows the memory", () => {
    const large = { ...cart, compute: { type: "fargate" as const, cpu: 4096, memory: 8192 } };
    expect(one(large, ecs).unfit).to.include("not one task");
    const hungry = { ...cart, capacity: { ...PROFILE, memory: { base: 3000, perRequest: 100 } } };
    expect(one(hungry, ec2("t2.small", 0.023)).unfit).to.include("3100 MiB");
    expect(one(hungry, ec2("m7i.large", 0.1)).unfit).to.equal(undefined);
    const close = { ...cart, capacity: { ...PROFILE, memory: { base: 1950, perRequest: 10 } } };
    expect(one(close, ec2("t2.small", 0.023)).unfit, "2048 × 7985/8192 × 0.95").to.match(
      /1960 MiB, and there are 1896$/,
    );
  });
});

describe("optionOutcome", () => {
  const [declared] = alternatives(cart, []);
  const outcome = optionOutcome(declared!);

  it("is met within the budget of errors, and reacts in detection and start", () => {
    expect(outcome).to.include({ meets: true, binds: "queue" });
    expect(outcome.budgetUsed).to.be.within(0, 1);
    const datapoints = scalingPlan(declared!.service).controls.steps.length > 0 ? 1 : 3;
    expect(outcome.reaction.detection).to.equal(60 + 60 * datapoints + 120); // a broken minute, and 120 s until they show
    expect(outcome.reaction.start).to.equal(75);
    expect(outcome.dollarsPerMonth).to.be.closeTo(outcome.units.mean * cart.price * 730, 1);
  });

  it("costs what the back-test of its plan does", () => {
    const { service } = declared!;
    const { controls } = scalingPlan(service);
    const { dollarsPerMonth } = backtest(service, controls, demandHistory(service.demand).trace);
    expect(outcome.dollarsPerMonth).to.equal(dollarsPerMonth);
  });

  it("pays for whole instances under ECS tasks", () => {
    const { units, instances, dollarsPerMonth } = optionOutcome(one(cart, ecs));
    expect(instances!.peak).to.equal(Math.ceil(units.peak / 4));
    expect(instances!.mean).to.be.within(units.mean / 4, units.mean / 4 + 1);
    expect(dollarsPerMonth).to.be.closeTo(instances!.mean * 0.1008 * 730, 1e-6);
  });

  it("pays for instances in each zone of which one may be lost: three tasks in three zones share none", () => {
    const resilient: Service = {
      ...cart,
      demand: { kind: "history", trace: daily(1, 20), growth: 0 },
      resilience: { zones: 3, survive: 1 },
    };
    const { units, instances, dollarsPerMonth } = optionOutcome(one(resilient, ecs));
    expect(units.peak).to.be.within(3, 12);
    expect(instances).to.deep.equal({ mean: 3, peak: 3 });
    expect(dollarsPerMonth).to.be.closeTo(3 * 0.1008 * 730, 1e-6);
  });

  it("names CPU credits where they bind, and needs more for it", () => {
    const credits = optionOutcome(one(cart, ec2("t2.small", 0.023)));
    const none = optionOutcome(one(cart, ec2("m5.large", 0.096)));
    expect(credits).to.include({ binds: "credits", meets: true });
    expect(credits.units.mean).to.be.above(4 * none.units.mean);
  });

  it("tells what of the cost is for surplus CPU credits", () => {
    const { surplusPerMonth, units, dollarsPerMonth } = optionOutcome(one(cart, ec2("t3.small", 0.0208)));
    expect(surplusPerMonth).to.be.above(1);
    expect(units.mean * 0.0208 * 730 + surplusPerMonth!).to.be.closeTo(dollarsPerMonth, 0.01);
    expect(optionOutcome(one(cart, ec2("m5.large", 0.096)))).not.to.have.property("surplusPerMonth");
  });

  it("passes on what its plan notices, such as how likely it misses; what is assumed of the traffic all share", () => {
    const bursts = habitual({ days: 5, level: 60, swing: 0.3, bursts: 0.6, height: 3, seed: 3 });
    const risky = { ...cart, demand: { kind: "history", trace: bursts, growth: 0 } } as const;
    const { assumptions } = scalingPlan(alternatives(risky, [])[0]!.service);
    const { noticed } = optionOutcome(alternatives(risky, [])[0]!);
    expect(noticed.join()).to.match(/^about 1 in \d+ windows of two days is likely to miss an SLO/);
    expect(assumptions).to.deep.equal([...demandHistory(risky.demand).assumptions, ...noticed]);
  });

  it("says why not: over the budget, or an SLO that no size keeps", () => {
    const poor = alternatives({ ...cart, bounds: { budget: 10 } }, [])[0]!;
    expect(optionOutcome(poor)).to.include({ meets: false, why: "over the budget of 10.00 USD" });
    const slow = { ...cart, slos: [{ ...cart.slos[0]!, threshold: 0.25 }] } as Service;
    const outcome = optionOutcome(alternatives(slow, [])[0]!);
    expect(outcome.why).to.include("cannot be met");
    expect(outcome.binds).to.equal("serviceTime"); // no load, as even an idle task is late
    const both = optionOutcome(alternatives({ ...slow, bounds: { budget: 10 } }, [])[0]!);
    expect(both.why).to.match(/cannot be met.*; over the budget of 10\.00 USD$/);
  });
});
