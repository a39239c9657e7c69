import { expect } from "chai";
import { isBadInput } from "../../adapters/bad-input.ts";
import { declaredServices } from "../../adapters/declaration.ts";
import { shareServedWithin } from "../../policy/service-time.ts";

type Members = Record<string, unknown>;

const capacity = {
  serviceTime: { mean: "200 ms", cv: 0.7 },
  concurrency: 2,
  maxWait: "5 s",
  startup: "75 s",
};
const cart = {
  compute: { type: "fargate", cpu: 512, memory: 1024 },
  slos: [{ name: "latency", threshold: "1 s", objective: "99 %" }],
  capacity,
  demand: { peak: "40 /s" },
};
const declared = (more: Members) =>
  declaredServices({ services: { cart: { ...cart, ...more } } }, "services.yaml", () => {
    throw new Error("no trace is declared");
  })[0]!;
const able = (more: Members) => ({ capacity: { ...capacity, ...more } });
const serving = (serviceTime: Members) => able({ serviceTime });
const slos = (...members: Members[]) => ({
  slos: members.map((slo, i) => ({ name: `slo${i}`, threshold: "1 s", ...slo })),
});
const ec2 = (instanceType: string, more: Members = {}) => ({
  compute: { type: "ec2", instanceType, ...more },
});
const notesOf = (more: Members) => declared(more).notes.join("\n");
const faults = (more: Members): string => {
  try {
    declared(more);
  } catch (error) {
    if (isBadInput(error)) return error.message;
    throw error;
  }
  return "accepted";
};

describe("an SLO declared as a percentile", () => {
  it("has the objective of its percentile", () => {
    const { service } = declared(slos({ percentile: "p99" }, { percentile: "p99.9", threshold: "2 s" }));
    expect(service.slos.map(({ objective }) => objective)).to.deep.equal([0.99, 0.999]);
  });

  const refused: readonly [string, Members, RegExp][] = [
    [
      "with an objective as well, naming both",
      { percentile: "p99", objective: "99.5 %" },
      /slos\[0\]\.percentile: percentile is "p99"; objective is 99\.5 % as well.*Keep one/,
    ],
    ["without either", {}, /slos\[0\]\.objective: objective is missing; it must be a percentage, as `99 %`/],
    ["SLO-1 at p100", { percentile: "p100" }, /percentile is "p100"; 100 % leaves no budget/],
    ["SLO-2 at p0", { percentile: "p0" }, /\(0 %, 100 %\)/],
    ["SLO-2 at p120", { percentile: "p120" }, /\(0 %, 100 %\)/],
    ["SLO-3 as a number", { percentile: 99 }, /percentile is 99; it must be a percentile, as `p99`/],
    ["SLO-3 as a percentage", { percentile: "99 %" }, /it must be a percentile/],
    ["SLO-4 below the median", { percentile: "p40" }, /40 % is less than half/],
  ];
  for (const [title, slo, message] of refused)
    it(`${title}, is refused`, () => {
      expect(faults(slos(slo))).to.match(message);
    });

  it("is one of latency: without a threshold it is refused", () => {
    const availability = { slos: [{ name: "availability", percentile: "p99" }] };
    expect(faults(availability)).to.match(/a percentile is one of latency; write its threshold/);
  });
});

describe("service times declared as percentiles", () => {
  it("go through them, whatever their order, and say their tail", () => {
    const more = serving({ p99: "900 ms", p50: "120 ms", p90: "300 ms" });
    const { serviceTime } = declared(more).service.capacity;
    expect(shareServedWithin(serviceTime, 0.12)).to.be.closeTo(0.5, 1e-9);
    expect(shareServedWithin(serviceTime, 0.3)).to.be.closeTo(0.9, 1e-9);
    expect(shareServedWithin(serviceTime, 0.9)).to.be.closeTo(0.99, 1e-9);
    expect(notesOf(more)).to.match(
      /beyond the last of them, 0\.9 s, as the two last percentiles go on \(log-normal\): mean 0\.\d+ s, cv/,
    );
  });

  it("take the mean that was measured", () => {
    const more = serving({ p50: "120 ms", p99: "900 ms", mean: "180 ms" });
    expect(declared(more).service.capacity.serviceTime.mean).to.be.closeTo(0.18, 1e-9);
    expect(notesOf(more)).to.match(/such that the mean is the 0\.18 s declared/);
  });

  const refused: readonly [string, Members, RegExp][] = [
    ["of which there is one", { p99: "900 ms" }, /p99 is "900 ms"; one percentile is no distribution/],
    [
      "LT-2 that fall",
      { p50: "300 ms", p90: "200 ms", p99: "900 ms" },
      /p90 is "200 ms"; it must be at least p50, 0\.3 s/,
    ],
    ["with a cv", { p50: "100 ms", p99: "1 s", cv: 0.7 }, /cv is 0\.7; the percentiles say it already/],
    ["CAP-1 of no time", { p50: "0 s", p99: "1 s" }, /p50 is "0 s"; it must be greater than 0 s/],
    ["CAP-1 of a time that no figure holds", { mean: "1e-320 s" }, /mean is "1e-320 s"; .* 1 us to 24 h/],
    ["CAP-1 of years", { mean: "1e308 s" }, /mean is "1e308 s"; .* 1 us to 24 h/],
    ["CAP-1 that are not numbers", { p50: Number.NaN, p99: "1 s" }, /p50 is NaN/],
    ["LT-7 without a unit", { p50: 120, p99: "1 s" }, /p50 is 120; it has no unit/],
    ["of every request", { p50: "120 ms", p100: "1 s" }, /p100 is "1 s".*between p0 and p100/],
    ["named twice", { p99: "1 s", "p99.0": "1 s" }, /is the same percentile/],
    [
      "whose mean is too small for them",
      { p50: "120 ms", p90: "300 ms", mean: "50 ms" },
      /mean is "50 ms"; the percentiles alone make a mean of at least 0\.1\d* s/,
    ],
    [
      "CAP-2 that vary beyond any formula",
      { p50: "1 ms", p90: "1 s" },
      /p90 is "1 s"; it makes a coefficient of variation/,
    ],
    [
      "CAP-15 misspelt",
      { p50: "120 ms", p99: "1 s", meen: "1 s" },
      /meen is "1 s"; it is unknown; did you mean `mean`/,
    ],
    ["or anything at all", {}, /mean is missing; it must be a map such as/],
  ];
  for (const [title, serviceTime, message] of refused)
    it(`${title}, are refused`, () => {
      expect(faults(serving(serviceTime))).to.match(message);
    });

  it("with several faults, have them all reported", () => {
    const lines = faults(serving({ p50: 120, p99: "0 s", cv: -1, cvv: 2 })).split("\n");
    expect(lines).to.have.length(4);
  });
});

describe("what a task's resources bound", () => {
  it("is read into seconds, MiB and coefficients", () => {
    const { service } = declared(
      able({
        cpuTime: "15 ms",
        memory: { base: "200 MiB", perRequest: "4 MiB" },
        contention: { alpha: 0.03, beta: 0.0001 },
      }),
    );
    expect(service.capacity).to.deep.include({
      cpuTime: 0.015,
      memory: { base: 200, perRequest: 4 },
      contention: { alpha: 0.03, beta: 0.0001 },
    });
  });

  const noted: readonly [string, Members, RegExp][] = [
    [
      "CAP-7 when many slots share a quarter of a vCPU",
      { compute: { type: "fargate", cpu: 256, memory: 512 }, ...able({ concurrency: 64 }) },
      /concurrency is 64 on 0\.25 vCPU: that is right only if a request takes at most 0\.78125 ms of CPU in its 200 ms/,
    ],
    [
      "CAP-7 when the measured CPU time disagrees with the slots",
      { compute: { type: "fargate", cpu: 256, memory: 512 }, ...able({ concurrency: 64, cpuTime: "10 ms" }) },
      /cpuTime binds before concurrency does: 0\.25 vCPU serves at most 25 \/s at 10 ms of CPU each, 64 slots 320 \/s/,
    ],
    [
      "when the memory holds fewer requests than there are slots",
      able({ concurrency: 100, memory: { base: "500 MiB", perRequest: "20 MiB" } }),
      /memory binds before concurrency does: 100 requests at a time take 2500 MiB of 1024.* once a month\. One that takes no more than 26 at a time, and `concurrency: 26`, never does/,
    ],
    [
      "when CPU credits bind",
      ec2("t2.small"),
      /CPU credits bind: it sustains 20 % of its CPU, a utilization of 20 %, the CPU taken to be as busy.*after 37\.5 min/,
    ],
    ["that rounds how long they last", ec2("t2.large"), /slows down to that after 42\.9 min/],
    [
      "when AWS's default for credits is taken",
      ec2("t3.small"),
      /unlimited is taken, AWS's default for t3\.small/,
    ],
  ];
  for (const [title, more, message] of noted)
    it(`is accepted with a note ${title}`, () => {
      expect(notesOf(more)).to.match(message);
    });

  it("leaves credits alone where they are declared or unknown", () => {
    expect(declared(ec2("T3.Small", { credits: "standard" })).service.compute).to.deep.equal({
      type: "ec2",
      instanceType: "t3.small",
      credits: "standard",
    });
    expect(declared(ec2("m5.large")).service.compute).to.deep.equal({
      type: "ec2",
      instanceType: "m5.large",
    });
  });

  const refused: readonly [string, Members, RegExp][] = [
    ["no CPU time", able({ cpuTime: "0 s" }), /cpuTime is "0 s"; it must be greater than 0 s/],
    ["CPU time without a unit", able({ cpuTime: 15 }), /cpuTime is 15; it has no unit/],
    [
      "more CPU time than service time",
      able({ cpuTime: "300 ms" }),
      /cpuTime is 300 ms; a request that is served in 200 ms on average takes at most 200 ms of 0\.5 vCPU/,
    ],
    [
      "more memory for one request than there is",
      able({ memory: { base: "1 GiB", perRequest: "4 MiB" } }),
      /memory takes 1028 MiB for the first request.*there are 1024 MiB\./,
    ],
    ["memory without a base", able({ memory: { perRequest: "4 MiB" } }), /memory\.base: base is missing/],
    ["negative memory", able({ memory: { base: -1, perRequest: 4 } }), /base is -1; it must be at least 0/],
    [
      "LT-6 a negative contention",
      able({ contention: { alpha: -0.1, beta: 0 } }),
      /alpha is -0\.1; it must be from 0 to 1/,
    ],
    [
      "contention of all the work",
      able({ contention: { alpha: 1, beta: 0 } }),
      /alpha is 1; it must be from 0 to 1/,
    ],
    [
      "a peak beyond what contention lets through, with the number of tasks at its own peak",
      { ...able({ contention: { alpha: 0.03, beta: 0.0001 } }), demand: { peak: "400 /s" } },
      /at most 201\.\d+ \/s, at 98 tasks, and more of them serve less; the demand peaks at 400 \/s/,
    ],
    [
      "credits of a type that has none",
      ec2("m5.large", { credits: "standard" }),
      /credits is "standard"; m5\.large has no CPU credits/,
    ],
    ["credits of no kind", ec2("t2.small", { credits: "endless" }), /it must be standard or unlimited/],
    [
      "credits on Fargate, with what Fargate has",
      { compute: { ...cart.compute, credits: "standard" } },
      /`credits` is unknown; known here: type, cpu, memory/,
    ],
    [
      "Fargate's cpu on instances, with what they have",
      ec2("m5.large", { cpu: 512 }),
      /`cpu` is unknown; known here: type, instanceType, credits/,
    ],
  ];
  for (const [title, more, message] of refused)
    it(`is refused with ${title}`, () => {
      expect(faults(more)).to.match(message);
    });
});
