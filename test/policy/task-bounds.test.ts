import { expect } from "chai";
import fc from "fast-check";
import {
  burstCeiling,
  busiestUtilization,
  keepsSlos,
  MANY,
  sustainedCeiling,
  tasksNeeded,
} from "../../policy/demand-curve.ts";
import { resourcesOf } from "../../policy/instance-types.ts";
import type { Service, TaskProfile } from "../../policy/service.ts";
import { stretched } from "../../policy/service-time.ts";
import { steadyState } from "../../policy/steady-state.ts";
import { cpuStretch, taskBounds } from "../../policy/task-bounds.ts";
import { between, CART } from "../support/services.ts";
import { sharedVcpus } from "../support/shared-vcpus.ts";

const cart = (more: Partial<TaskProfile>, other: Partial<Service> = {}): Service => ({
  ...CART,
  ...other,
  capacity: { ...CART.capacity, ...more },
});
const small = { type: "ec2", instanceType: "t2.small" } as const;

/** Requests until n are in service at once, from none on, with a mean of so many: M/M/∞'s first passage, Σ C(n, j) (j − 1)! ÷ mean^(j − 1). */
function requestsUntil(n: number, mean: number): number {
  let [term, sum] = [n, 0];
  for (let j = 1; j <= n; j++) {
    sum += term;
    term *= ((n - j) * j) / ((j + 1) * mean);
  }
  return sum;
}

describe("resourcesOf", () => {
  // Amazon EC2 User Guide, general-purpose-instances.md and compute-optimized-instances.md.
  it("knows AWS's figures", () => {
    const known = {
      "t2.nano": { vcpus: 1, memory: 512 },
      "t2.small": { vcpus: 1, memory: 2048 },
      "t2.xlarge": { vcpus: 4, memory: 16_384 },
      "t3.micro": { vcpus: 2, memory: 1024 },
      "t4g.2xlarge": { vcpus: 8, memory: 32_768 },
      "m5.large": { vcpus: 2, memory: 8192 },
      "m5.24xlarge": { vcpus: 96, memory: 393_216 },
      "m7g.medium": { vcpus: 1, memory: 4096 },
      "c5.9xlarge": { vcpus: 36, memory: 73_728 },
      "r5.xlarge": { vcpus: 4, memory: 32_768 },
    };
    for (const [instanceType, resources] of Object.entries(known))
      expect(resourcesOf({ type: "ec2", instanceType }), instanceType).to.deep.equal(resources);
    expect(resourcesOf(CART.compute)).to.deep.equal({ vcpus: 0.5, memory: 1024 });
    for (const instanceType of ["x9.huge", "m5.nano", "t3.4xlarge", "constructor", ""])
      expect(resourcesOf({ type: "ec2", instanceType }), instanceType).to.equal(undefined);
  });
});

describe("taskBounds", () => {
  it("sets none where nothing is declared", () => {
    expect(Object.values(taskBounds(CART))).to.deep.equal(new Array(3).fill(Number.POSITIVE_INFINITY));
  });

  it("is the vCPUs' seconds ÷ a request's", () => {
    expect(taskBounds(cart({ cpuTime: 0.015 })).cpu).to.be.closeTo(0.5 / 0.015, 1e-9);
  });

  it("leaves room for the requests in service to vary: the memory is outgrown once in a month of 730 hours", () => {
    const { memory } = taskBounds(cart({ concurrency: 1000, memory: { base: 200, perRequest: 4 } }));
    expect((memory * 730 * 3600) / requestsUntil(207, memory * 0.2)).to.be.closeTo(1, 0.01); // 824 MiB for requests of 4 MiB
  });

  it("has no bound by memory when all slots fit, and serves nothing when not one does", () => {
    expect(taskBounds(cart({ memory: { base: 200, perRequest: 400 } })).memory).to.equal(
      Number.POSITIVE_INFINITY,
    );
    expect(taskBounds(cart({ memory: { base: 900, perRequest: 400 } })).memory).to.equal(0);
  });
});

describe("cpuStretch", () => {
  const service = cart({ cpuTime: 0.2, serviceTime: { mean: 0.2, cv: 0.7 } }, { compute: small });

  it("is 1 idle, 1 ÷ (1 − ρ) of the CPU time on average with one task of one vCPU, and grows without bound", () => {
    expect(cpuStretch(service, 1, 0)).to.deep.equal({ mean: 1, scv: 0 });
    fc.assert(
      fc.property(between(0, 0.99), (busy) => {
        expect(cpuStretch(service, 1, busy / 0.2).mean).to.be.closeTo(1 / (1 - busy), 1e-6); // processor sharing
      }),
    );
    expect(cpuStretch(service, 1, 5).mean).to.equal(Number.POSITIVE_INFINITY);
    expect(cpuStretch(CART, 1, 100)).to.deep.equal({ mean: 1, scv: 0 });
  });

  // A request of M/M/1 with processor sharing finds N others, P(N = n) = (1 − ρ) ρⁿ, and takes about 1 + N times as long.
  it("is 1 where there are no more slots than vCPUs, and more with one slot more", () => {
    const vcpus = resourcesOf({ type: "fargate", cpu: 2048, memory: 4096 })!.vcpus;
    const of = (concurrency: number) =>
      cpuStretch(
        cart({ cpuTime: 0.05, concurrency }, { compute: { type: "fargate", cpu: 2048, memory: 4096 } }),
        5,
        30,
      );
    for (const slots of [1, vcpus]) expect(of(slots)).to.deep.equal({ mean: 1, scv: 0 });
    expect(of(vcpus + 1).mean).to.be.above(1.05);
  });

  it("varies as the number of others that a request finds", () => {
    fc.assert(
      fc.property(between(0.05, 0.95), (busy) => {
        expect(Math.log1p(cpuStretch(service, 1, busy / 0.2).scv)).to.be.closeTo(Math.log1p(busy), 0.011);
      }),
    );
  });

  for (const [tasks, vcpus, share, busy] of [
    [1, 0.25, 0.5, 0.7],
    [1, 1, 1, 0.85],
    [1, 4, 0.5, 0.85],
    [5, 1, 0.5, 0.85],
    [20, 0.5, 0.1, 0.85],
    [20, 1, 0.5, 0.7],
    [20, 2, 1, 0.85],
  ] as const)
    it(`agrees with ${tasks} simulated tasks of ${vcpus} vCPU, ${100 * busy} % busy with ${100 * share} % of the work`, () => {
      const serviceTime = { mean: 0.1, cv: 0.7 };
      const cpuTime = share * serviceTime.mean * Math.min(1, vcpus);
      const compute = { type: "fargate", cpu: 1024 * vcpus, memory: 8192 } as const;
      const rate = (busy * vcpus) / cpuTime;
      const sharing = cart({ cpuTime, serviceTime, concurrency: 64, maxWait: 60 }, { compute });
      const times = sharedVcpus({ serviceTime, share, vcpus, slots: 64 }, tasks, rate, 200_000);
      const { mean, scv } = cpuStretch(sharing, tasks, rate);
      expect(mean * serviceTime.mean).to.be.closeTo(times.mean, 0.06 * times.mean);
      const profile = { ...sharing.capacity, serviceTime: stretched(serviceTime, { mean, scv }) };
      const utilization = (rate * profile.serviceTime.mean) / 64;
      const [late] = steadyState(profile, tasks, [times.p99], utilization).late;
      expect(late).to.be.within(0.007, 0.014);
    });
});

describe("ceilings", () => {
  it("name the queue when CPU and memory are ample", () => {
    const ample = cart({ cpuTime: 0.001, memory: { base: 100, perRequest: 4 } });
    expect(burstCeiling(ample).bound).to.equal("queue");
    expect(burstCeiling(ample).utilization).to.be.closeTo(busiestUtilization(CART), 0.01);
  });

  it("CAP-7 name the CPU when many slots share a quarter of a vCPU, and respect it", () => {
    const compute = { type: "fargate", cpu: 256, memory: 512 } as const;
    const bound = cart({ concurrency: 64, cpuTime: 0.02 }, { compute });
    const { utilization, bound: name } = burstCeiling(bound);
    expect(name).to.equal("cpu");
    const rate = (utilization * 64) / 0.2;
    // 0.25 vCPU ÷ 20 ms = 12.5 /s; at two thirds of that 99 % take 1 s, as requests served one by one say.
    const task = { serviceTime: CART.capacity.serviceTime, share: 0.4, vcpus: 0.25, slots: 64 };
    expect(sharedVcpus(task, MANY, rate, 200_000).p99).to.be.closeTo(1, 0.06);
    expect(rate).to.be.within(7.5, 8.7);
    const traffic = MANY * rate;
    const needed = tasksNeeded(bound, traffic);
    expect(needed).to.be.closeTo(MANY, 1);
    expect(keepsSlos(bound, needed, traffic)).to.equal(true);
    expect(keepsSlos(bound, needed - 1, traffic)).to.equal(false);
  });

  it("name the memory when requests outgrow it", () => {
    const heavy = cart({ concurrency: 100, memory: { base: 500, perRequest: 20 } });
    const { utilization, bound } = burstCeiling(heavy);
    expect(bound).to.equal("memory");
    expect((utilization * 100) / 0.2).to.be.closeTo(taskBounds(heavy).memory, 0.1);
  });

  it("hold the requests that a busy CPU keeps in memory for longer, too", () => {
    const both = cart({ concurrency: 16, cpuTime: 0.013, memory: { base: 200, perRequest: 60 } });
    const each = 400 / tasksNeeded(both, 400);
    const inService = each * 0.2 * cpuStretch(both, 400 / each, each).mean;
    expect((each * 730 * 3600) / requestsUntil(14, inService)).to.be.at.most(1); // 824 MiB for requests of 60 MiB
  });

  it("never rise when a request needs more CPU or memory", () => {
    fc.assert(
      fc.property(between(0, 0.1), between(0, 0.1), between(1, 50), between(1, 50), (c, d, m, n) => {
        const ceiling = (cpuTime: number, perRequest: number) =>
          burstCeiling(cart({ concurrency: 30, cpuTime, memory: { base: 300, perRequest } })).utilization;
        expect(ceiling(Math.max(c, d), Math.max(m, n))).to.be.at.most(
          ceiling(Math.min(c, d), Math.min(m, n)) + 2e-4,
        );
      }),
      { numRuns: 25 },
    );
  });

  it("sustain a fifth of a t2.small in standard mode, and all of it in unlimited mode", () => {
    const standard = cart({}, { compute: small });
    expect(sustainedCeiling(standard)).to.deep.equal({ bound: "credits", utilization: 0.2 });
    const unlimited = cart({}, { compute: { ...small, credits: "unlimited" } });
    expect(sustainedCeiling(unlimited)).to.deep.equal(burstCeiling(unlimited));
  });

  it("sustain more when a request leaves the CPU alone for most of its time", () => {
    // 20 ms of CPU for each 200 ms on two slots: at full slots 10 /s take 0.2 vCPU, just the baseline.
    const light = cart({ cpuTime: 0.02 }, { compute: small });
    expect(sustainedCeiling(light)).to.deep.equal(burstCeiling(light));
    const heavier = cart({ cpuTime: 0.04 }, { compute: small });
    expect(sustainedCeiling(heavier).bound).to.equal("credits");
    expect(sustainedCeiling(heavier).utilization).to.be.closeTo(0.5, 1e-9);
  });
});
