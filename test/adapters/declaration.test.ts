import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { isBadInput } from "../../adapters/bad-input.ts";
import { declaredServices, readDeclaration, readStack } from "../../adapters/declaration.ts";
import { scalingPlan } from "../../policy/plan.ts";
import type { Trace } from "../../policy/trace.ts";

type Members = Record<string, unknown>;

/** Two days at a minute, 100 /s with a peak of 200 /s. */
const trace: Trace = {
  start: 0,
  step: 60,
  rates: Array.from({ length: 2880 }, (_, i) => (i === 1000 ? 200 : 100)),
};

const latency = { name: "latency", threshold: "1 s", objective: "99 %" };
const availability = { name: "availability", objective: "99.9 %" };
const waitless = { serviceTime: { mean: "200 ms", cv: 0.7 }, concurrency: 2, startup: "75 s" };
const capacity = { ...waitless, maxWait: "5 s" };
const cart = {
  compute: { type: "fargate", cpu: 512, memory: 1024 },
  slos: [latency],
  capacity,
  demand: { peak: "400 /s" },
  bounds: { min: 2, max: 200 },
};
const declared = (more: Members, name = "cart", history = trace) =>
  declaredServices({ services: { [name]: { ...cart, ...more } } }, "services.yaml", () => history)[0]!;
const serviceOf = (more: Members) => declared(more).service;
const notesOf = (more: Members, history = trace) => declared(more, "cart", history).notes.join("\n");
const refusal = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (isBadInput(error)) return error.message;
    throw error;
  }
  return "accepted";
};
const faults = (more: Members, name = "cart") => refusal(() => declared(more, name));
const slo = (more: Members) => ({ slos: [{ ...latency, ...more }] });
const able = (more: Members) => ({ capacity: { ...capacity, ...more } });
const bounded = (more: Members) => ({ bounds: { min: 2, max: 200, ...more } });
const fargate = (cpu: unknown, memory: unknown) => ({ compute: { type: "fargate", cpu, memory } });

describe("a declaration is refused", () => {
  const refused: readonly [string, Members, RegExp][] = [
    [
      "SLO-1 at 100 %",
      slo({ objective: "100 %" }),
      /services\.cart\.slos\[0\]\.objective: objective is "100 %"; 100 % leaves no budget.*99\.999 %/,
    ],
    ["SLO-2 at 0 %", slo({ objective: "0 %" }), /\(0 %, 100 %\)/],
    ["SLO-2 at -5 %", slo({ objective: "-5 %" }), /\(0 %, 100 %\)/],
    ["SLO-2 at 120 %", slo({ objective: "120 %" }), /\(0 %, 100 %\)/],
    ["SLO-3 without a unit", slo({ objective: 99 }), /objective is 99; it has no unit.*`99 %`/],
    [
      "SLO-4 below a half",
      slo({ objective: "0.99 %" }),
      /0\.99 % is less than half; write `99 %`, or `allowLowObjective: true`/,
    ],
    ["SLO-5 with a bare threshold", slo({ threshold: 1 }), /threshold is 1.*time/],
    ["SLO-5 with a size as threshold", slo({ threshold: "1 MB" }), /threshold is "1 MB".*no unit of time/],
    ["SLO-6 with a threshold of 0", slo({ threshold: "0 s" }), /greater than 0 s/],
    ["SLO-6 with a negative threshold", slo({ threshold: "-1 s" }), /greater than 0 s/],
    ["SLO-8 over no time", slo({ window: "0 d" }), /7 d to 90 d.*`28 d`/],
    ["SLO-8 over 3 s", slo({ window: "3 s" }), /7 d to 90 d/],
    ["SLO-9 over a month", slo({ window: "1 month" }), /`28 d` or `30 d`/],
    [
      "SLO-11 with one name twice",
      { slos: [latency, { ...latency, threshold: "2 s" }] },
      /slos\[1\]\.name.*slos\[0\] has that name/,
    ],
    ["SLO-15 with a decimal comma", slo({ objective: "99,9 %" }), /`99\.9 %`/],
    [
      "SLO-16 with no SLO",
      { slos: [] },
      /slos is an empty list; declare at least one SLO, as `slos: \[\{ name: latency, threshold: 1 s, objective: 99 % \}\]`\.$/,
    ],
    ["SLO-16 with a map of SLOs", { slos: {} }, /declare at least one SLO/],
    ["SLO-16 with slos missing", { slos: undefined }, /declare at least one SLO/],
    ["SLO-16 with slos null", { slos: null }, /declare at least one SLO/],
    [
      "CAP-1 with a service time of 0",
      able({ serviceTime: { mean: "0 s", cv: 1 } }),
      /mean is "0 s".*greater than 0/,
    ],
    ["CAP-1 with a service time of NaN", able({ serviceTime: { mean: Number.NaN, cv: 1 } }), /mean is NaN/],
    [
      "CAP-1 with an infinite service time",
      able({ serviceTime: { mean: Number.POSITIVE_INFINITY, cv: 1 } }),
      /mean is Infinity/,
    ],
    ["CAP-2 with a negative cv", able({ serviceTime: { mean: "1 s", cv: -0.1 } }), /cv is -0\.1.*0 to 10/],
    ["CAP-2 with a cv of 40", able({ serviceTime: { mean: "1 s", cv: 40 } }), /0 to 10/],
    ["CAP-3 with no slot", able({ concurrency: 0 }), /concurrency is 0.*1 to 10000/],
    ["CAP-3 with half a slot", able({ concurrency: 1.5 }), /whole number/],
    ["CAP-3 with a thousand million slots", able({ concurrency: 1e9 }), /1 to 10000/],
    [
      "CAP-8 with two sources of capacity",
      able({ loadTest: "file.csv" }),
      /serviceTime and loadTest; exactly one.*serviceTime, loadTest, cloudwatch/,
    ],
    [
      "CAP-8 with no source of capacity",
      { capacity: { concurrency: 2, startup: "75 s" } },
      /serviceTime is missing; exactly one source.*`serviceTime.*`loadTest.*`setpoint calibrate`/,
    ],
    [
      "CAP-8 with CloudWatch for capacity, which a deployment does not read",
      {
        capacity: {
          cloudwatch: { loadBalancer: "shop", cluster: "main", service: "cart", region: "eu-west-1" },
        },
      },
      /run `setpoint calibrate --load-balancer shop --cluster main --service cart --region eu-west-1` and commit/,
    ],
    [
      "CAP-8 with CloudWatch for demand, and names that a shell would read into",
      { demand: { cloudwatch: { loadBalancer: "shop; rm -rf /", targetGroup: "$(id)" } } },
      /`setpoint calibrate --load-balancer <loadBalancer> --write-trace traces\/cart.csv`/,
    ],
    [
      "CAP-8 with CloudWatch beside a history",
      { demand: { history: "shop.csv", cloudwatch: {} } },
      /history and cloudwatch; exactly one.*setpoint calibrate/,
    ],
    [
      "CAP-9 with less than no traffic",
      { demand: { peak: "1 /s", growth: "-120 %" } },
      /growth is "-120 %".*-100 %/,
    ],
    [
      "CAP-9 with growth without a unit",
      { demand: { peak: "1 /s", growth: 20 } },
      /growth is 20; it has no unit/,
    ],
    ["CAP-10 with a peak of 0", { demand: { peak: "0 /s" } }, /peak is "0 \/s".*greater than 0/],
    ["CAP-10 with a negative peak", { demand: { peak: "-3 /s" } }, /greater than 0/],
    ["CAP-10 with a peak without a unit", { demand: { peak: 400 } }, /peak is 400; it has no unit/],
    ["CAP-10 with a peak a fortnight", { demand: { peak: "400 /fortnight" } }, /fortnight/],
    [
      "CAP-11 with a million tasks",
      { demand: { peak: "1e7 /s" } },
      /1000000 tasks.*5000 a service.*Use larger tasks, or write `quotas/,
    ],
    ["CAP-12 without demand", { demand: undefined }, /demand is missing.*peak: 400 \/s/],
    ["CAP-12 with an empty demand", { demand: {} }, /demand is empty.*history/],
    [
      "CAP-13 with a peak below the history's",
      { demand: { peak: "150 /s", history: "shop.csv" } },
      /peak is 150 \/s; the history reaches 200 \/s.*clip: true/,
    ],
    [
      "CAP-13 with a history to clip, and no peak to clip it at",
      { demand: { history: { file: "shop.csv", clip: true } } },
      /history\.clip: clip is true; there is no peak to clip the history at/,
    ],
    [
      "TRC-13 with a day excluded that no calendar has",
      { demand: { history: { file: "shop.csv", exclude: ["2026-02-30/2026-03-05"] } } },
      /exclude\[0\] is "2026-02-30\/2026-03-05"; it must be two moments/,
    ],
    [
      "with a history smoothed over less than two of its rates",
      { demand: { history: { file: "shop.csv", smooth: "80 s" } } },
      /smooth is 80 s, and the history has one rate every 60 s.*at least `120 s`/,
    ],
    [
      "CAP-15 with a misspelt key",
      { capacity: { ...capacity, maxwait: "5 s" } },
      /`maxwait` is unknown; did you mean `maxWait`/,
    ],
    [
      "CMP-1 with a memory that the cpu does not have",
      fargate(512, 512),
      /cpu 512 with 1024, 2048, 3072, 4096 MiB.*256 \/ 512 at 0\.01234 USD\/h, 512 \/ 1024 at 0\.02468 USD\/h|cpu 512 with 1024, 2048, 3072, 4096 MiB.*256 \/ 512 at 0\.01234/,
    ],
    [
      "CMP-1 with a memory between two",
      fargate(1024, 2500),
      /cpu 1024 with 2048 to 8192 in steps of 1024 MiB.*1024 \/ 2048.*1024 \/ 3072/,
    ],
    ["CMP-1 with a memory off the larger steps", fargate(8192, 20_000), /16384 to 61440 in steps of 4096/],
    [
      "CMP-2 with 300 units",
      fargate(300, 1024),
      /cpu is 300; Fargate has the sizes 256, 512, 1024, 2048, 4096, 8192, 16384/,
    ],
    ["CMP-2 with Kubernetes' millicpu", fargate("512 m", 1024), /512 m ≈ 524 units/],
    [
      "CMP-10 with a misspelt type",
      { compute: { type: "ec2", instanceType: "t2.smal" } },
      /known of t2: .*t2\.small/,
    ],
    [
      "CMP-10 with an unknown family",
      { compute: { type: "ec2", instanceType: "t9.small" } },
      /known families: t2/,
    ],
    [
      "CMP-10 with a kind of compute that is none",
      { compute: { type: "ecs", cpu: 512, memory: 1024 } },
      /compute\.type: type is "ecs"; it must be \{ type: fargate/,
    ],
    ["SCL-1 with min above max", bounded({ min: 10, max: 2 }), /min is 10; it must be at most max, 2/],
    ["SCL-2 with a negative min", bounded({ min: -1 }), /min is -1.*0 to 2147483647/],
    ["SCL-2 with half a task", bounded({ min: 2.5 }), /whole number/],
    ["SCL-2 with a max of 2^53", bounded({ max: 2 ** 53 }), /whole number/],
    ["SCL-3 with a min of 0", bounded({ min: 0 }), /min is 0.*`scaleToZero: true`/],
    [
      "SCL-4 with one task for 99.9 %",
      { ...bounded({ min: 1 }), slos: [latency, availability] },
      /min is 1; one task cannot keep availability at 99\.9 %.*`min: 2`/,
    ],
    [
      "SCL-6 with 6000 tasks",
      bounded({ max: 6000 }),
      /max is 6000.*5000 tasks a service \(quota "Tasks per service"\).*quotas/,
    ],
    [
      "SCL-6 with 6000 tasks at the least, and no max",
      { bounds: { min: 6000 } },
      /bounds\.min: min is 6000.*5000 tasks a service \(quota "Tasks per service"\).*quotas/,
    ],
    [
      "SCL-6 with ECS's quota for instances",
      { compute: { type: "ec2", instanceType: "m5.large" }, quotas: { tasksPerService: 1500 } },
      /tasksPerService is 1500; it is of ECS services, and compute is ec2/,
    ],
    [
      "SCL-6 with more tasks than a lower quota has",
      { ...bounded({ max: 1501 }), quotas: { tasksPerService: 1500 } },
      /max is 1501.*1500 tasks a service/,
    ],
    [
      "SCL-9 with less than min costs",
      bounded({ budget: "30 USD/month" }),
      /budget is 30 USD\/month; 2 × \(0\.5 vCPU, 1 GB\) alone cost 36\.04 USD\/month/,
    ],
    ["SCL-10 in euros", bounded({ budget: "900 EUR/month" }), /US dollars/],
    ["SCL-10 without a period", bounded({ budget: "900 USD" }), /period is missing/],
    ["SCL-10 with a negative budget", bounded({ budget: "-1 USD/month" }), /greater than 0 USD\/month/],
    [
      "with more zones lost than there are",
      { resilience: { zones: 3, survive: 3 } },
      /survive is 3; it must be less than zones, 3/,
    ],
  ];
  for (const [title, more, message] of refused)
    it(title, () => {
      expect(faults(more)).to.match(message);
    });

  for (const name of [
    "Cart Service",
    "__proto__",
    "constructor",
    "x".repeat(300),
    "ünïcode",
    "a",
    "-cart",
    "cart-",
  ])
    it(`CAP-16 with a service named ${name.slice(0, 20)}`, () => {
      const document = { services: JSON.parse(`{${JSON.stringify(name)}: ${JSON.stringify(cart)}}`) };
      expect(refusal(() => declaredServices(document, "services.yaml", () => trace))).to.match(
        /it becomes the names of resources/,
      );
    });

  it("with all its faults at once, whichever part they are in", () => {
    const lines = faults({
      ...slo({ objective: 99, threshold: "0 s" }),
      ...fargate(512, 512),
      ...bounded({ min: 9, max: 2 }),
      colour: 1,
    });
    expect(lines.split("\n")).to.have.length(5);
  });

  it("without showing what looks like a secret", () => {
    const key = `AKIA${"IOSFODNN7EXAMPLE"}`;
    const shown = faults({ ...slo({ threshold: key }), demand: { peak: `postgres://admin:hunter2@db` } });
    expect(shown)
      .to.match(/\*\*\*/)
      .and.not.match(/AKIA|hunter2/);
  });
});

describe("a declaration is read", () => {
  it("into seconds, requests per second, ratios and dollars", () => {
    const { service } = declared({
      slos: [{ ...latency, window: "30 d" }, availability],
      ...bounded({ budget: "900 USD/month" }),
      resilience: { zones: 3, survive: 1 },
    });
    expect(service).to.deep.equal({
      name: "cart",
      compute: { type: "fargate", cpu: 512, memory: 1024 },
      slos: [
        { kind: "latency", name: "latency", threshold: 1, objective: 0.99, window: 30 * 86_400 },
        { kind: "availability", name: "availability", objective: 0.999, window: 28 * 86_400 },
      ],
      capacity: { serviceTime: { mean: 0.2, cv: 0.7 }, concurrency: 2, maxWait: 5, startup: 75 },
      demand: { kind: "peak", peak: 400, growth: 0 },
      bounds: { min: 2, max: 200, budget: 900 },
      resilience: { zones: 3, survive: 1 },
      price: 0.5 * 0.04048 + 0.004445,
    });
  });

  it("at the price of what its image is built for", () => {
    const priced = (deploy: Members) => declared({ deploy }).service.price;
    expect(priced({ cpuArchitecture: "arm64" })).to.be.closeTo(0.5 * 0.03238 + 0.00356, 1e-12);
    expect(priced({ operatingSystem: "WINDOWS_SERVER_2022_CORE" })).to.be.closeTo(
      0.5 * (0.046552 + 0.046) + 0.00511175,
      1e-12,
    );
  });

  it("with what it deploys, the rest taken from the default", () => {
    const { deployment } = declared({ deploy: { port: 9090, paths: ["/cart/*"] } });
    expect(deployment).to.deep.include({ port: 9090, health: { path: "/" } });
    expect(deployment.paths).to.deep.equal(["/cart/*"]);
    expect(faults({ deploy: { prot: 1 } })).to.match(
      /cart\.deploy\.prot: `prot` is unknown; did you mean `port`/,
    );
  });
  it("with the notes of its traces, where the reader gives them", () => {
    const document = { services: { cart: { ...cart, demand: { history: "shop.csv" } } } };
    const [first] = declaredServices(document, "body", () => ({ trace, notes: ["shop.csv: sorted"] }));
    expect(first?.notes).to.include("shop.csv: sorted");
  });
  it("SLO-4 with a low objective that is meant", () => {
    expect(serviceOf(slo({ objective: "40 %", allowLowObjective: true })).slos[0]?.objective).to.equal(0.4);
  });
  it("SCL-2 with a quoted integer", () => {
    expect(serviceOf(bounded({ min: "2" })).bounds.min).to.equal(2);
  });
  it("SCL-3 with no task where that is meant", () => {
    expect(serviceOf(bounded({ min: 0, scaleToZero: true })).bounds.min).to.equal(0);
  });
  it("SCL-6 with a raised quota, which the plan knows", () => {
    const quotas = { tasksPerService: 8000 };
    const { bounds, quotas: known } = serviceOf({ ...bounded({ max: 6000 }), quotas });
    expect([bounds.max, known]).to.deep.equal([6000, quotas]);
    expect(serviceOf({})).to.not.have.property("quotas");
  });
  it("SCL-6 with a ceiling within the quota where none is declared", () => {
    const quotas = { tasksPerService: 60 };
    const { controls } = scalingPlan(serviceOf({ bounds: {}, quotas })); // 400 /s need 49 tasks
    expect(controls.max).to.equal(60);
  });
  it("SCL-6 with 6000 instances, which are no tasks", () => {
    const compute = { type: "ec2", instanceType: "m7i.large" };
    expect(serviceOf({ ...bounded({ max: 6000 }), compute }).bounds.max).to.equal(6000);
  });
  it("CAP-4 with a wait of 0", () => {
    expect(serviceOf(able({ maxWait: "0 s" })).capacity.maxWait).to.equal(0);
  });
  it("CMP-2 CMP-3 with sizes in vCPU and GB", () => {
    expect(serviceOf(fargate("0.5 vCPU", "1 GB")).compute).to.deep.equal({
      type: "fargate",
      cpu: 512,
      memory: 1024,
    });
  });
  it("CAP-13 with the history clipped at the peak where that is asked for", () => {
    const { demand } = serviceOf({ demand: { peak: "150 /s", history: { file: "shop.csv", clip: true } } });
    expect(demand.kind === "history" && Math.max(...demand.trace.rates)).to.equal(150);
  });
  it("CAP-13 with no minute that is clipped still above the peak within", () => {
    const shapes = [999, 1000].map((minute) => ({ minute, shape: [0.5, 1.5] }));
    const { demand } = declared(
      { demand: { peak: "150 /s", history: { file: "shop.csv", clip: true } } },
      "cart",
      { ...trace, shapes },
    ).service;
    expect(demand.kind === "history" && demand.trace.shapes).to.deep.equal([shapes[0]]);
  });
  it("CAP-13 with the history raised to a peak above it", () => {
    const { demand } = serviceOf({ demand: { peak: "400 /s", history: "shop.csv" } });
    expect(demand.kind === "history" && Math.max(...demand.trace.rates)).to.equal(400);
  });
  it("with a history smoothed first and scaled then", () => {
    const { demand } = serviceOf({
      demand: { history: { file: "shop.csv", smooth: "5 min", scale: 10 }, growth: "20 %" },
    });
    expect(demand.growth).to.equal(0.2);
    // One minute at 200 among minutes at 100: the mean of five is 120, ten times that is 1200.
    expect(demand.kind === "history" && demand.trace.rates.slice(996, 1005)).to.deep.equal([
      1000, 1000, 1200, 1200, 1200, 1200, 1200, 1000, 1000,
    ]);
  });
  it("TRC-13 with an interval excluded", () => {
    const { demand } = serviceOf({
      demand: { history: { file: "shop.csv", exclude: ["1970-01-01T16:40:00Z/1970-01-01T16:41:00Z"] } },
    });
    expect(demand.kind === "history" && Math.max(...demand.trace.rates)).to.equal(100);
  });

  it("TRC-13 with an interval excluded that holds nothing of it, which is said, and no more counted", () => {
    const [outside, inside] = ["2001-01-01/2001-01-02", "1970-01-01T16:40:00Z/1970-01-01T16:41:00Z"];
    const notes = notesOf({ demand: { history: { file: "shop.csv", exclude: [outside, inside] } } });
    expect(notes).to.match(
      /exclude has 2001-01-01T00:00:00Z\/2001-01-02T00:00:00Z, .* it leaves nothing out/,
    );
    expect(notes).to.match(/1 interval\(s\) excluded as declared/);
  });

  it("TRC-11 with what it shows within a minute, but of what is excluded, and of nothing once it is smoothed", () => {
    const shapes = [997, 1000, 1003].map((minute) => ({ minute, shape: [1.5, 0.5] }));
    const shapesOf = (history: Members) => {
      const document = {
        services: { cart: { ...cart, demand: { history: { file: "shop.csv", ...history } } } },
      };
      const [only] = declaredServices(document, "body", () => ({ trace: { ...trace, shapes }, notes: [] }));
      const { demand } = only!.service;
      return demand.kind === "history" ? demand.trace.shapes : expect.fail();
    };
    expect(shapesOf({ scale: 10 })).to.deep.equal(shapes);
    expect(shapesOf({ exclude: ["1970-01-01T16:40:00Z/1970-01-01T16:41:00Z"] })).to.deep.equal([
      shapes[0],
      shapes[2],
    ]);
    expect(shapesOf({ smooth: "5 min" })).to.equal(undefined);
  });

  const noted: readonly [string, Members, RegExp][] = [
    [
      "SLO-12 when one SLO implies another",
      { slos: [{ ...latency, name: "fast", threshold: "500 ms", objective: "99.5 %" }, latency] },
      /SLO latency is redundant: fast implies it/,
    ],
    ["SLO-13 when there is no latency SLO", { slos: [availability] }, /maxWait is the bound/],
    [
      "SLO-14 when the latency SLO promises more availability",
      { slos: [{ ...latency, objective: "99.95 %" }, availability] },
      /availability can never be the one that breaks.*99\.95 %/,
    ],
    [
      "SCL-3 when it may scale to zero, which a plan does not",
      bounded({ min: 0, scaleToZero: true }),
      /scaleToZero is true: the plan keeps one task.* wait at least 255 s/,
    ],
    [
      "SCL-3 when scaleToZero stands beside a min",
      bounded({ min: 2, scaleToZero: true }),
      /changes nothing: min is 2/,
    ],
    ["when a wait is long", able({ maxWait: "100 d" }), /maxWait is 100 d: .* more than 800 ms/],
    ["CAP-2 when cv is above 3", able({ serviceTime: { mean: "200 ms", cv: 4 } }), /cv is 4, above 3/],
    ["CAP-4 when no request waits", able({ maxWait: "0 s" }), /never waits/],
    ["CAP-5 when a request may wait longer than it may take", able({}), /wait more than 800 ms.*late/],
    ["CAP-6 when it starts within 15 s", able({ startup: "0 s" }), /below 15 s/],
    ["CAP-6 when it starts after 30 min", able({ startup: "2 h" }), /only schedules and a standing reserve/],
    ["SCL-4 when one task is the least", bounded({ min: 1 }), /no availability during a zone's loss/],
    [
      "CMP-10 when the type is in upper case",
      { compute: { type: "ec2", instanceType: "T2.Small" } },
      /T2\.Small is read as t2\.small/,
    ],
  ];
  for (const [title, more, message] of noted)
    it(`${title}, with a note`, () => {
      expect(notesOf(more)).to.match(message);
    });

  it("SLO-10 with the budget in requests when it is small", () => {
    // 40 requests a day for 28 d at 99.9 %: 1.12 may fail.
    const quiet = { ...trace, rates: trace.rates.map(() => 40 / 86_400) };
    expect(
      notesOf({ slos: [{ ...latency, objective: "99.9 %" }], demand: { history: "shop.csv" } }, quiet),
    ).to.match(/1\.12 requests in 28 d/);
  });
  it("with maxWait at five times the longest threshold, said in a note, when it is not declared", () => {
    const { service, notes } = declared({ capacity: waitless });
    expect(service.capacity.maxWait).to.equal(5);
    expect(notes.join()).to.match(/5 × the longest threshold/);
  });
  it("SLO-13 not without maxWait when there is no latency SLO", () => {
    expect(faults({ slos: [availability], capacity: waitless })).to.match(/maxWait is missing/);
  });
});

describe("a declaration file", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "setpoint-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const write = (text: string | Buffer, name = "services.yaml") => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const read = (text: string | Buffer) => refusal(() => readDeclaration(write(text)));
  const yaml = `services:
  cart:
    compute: { type: fargate, cpu: 512, memory: 1024 }
    slos:
      - { name: latency, threshold: 1 s, objective: 99 % }
    capacity:
      serviceTime: { mean: 200 ms, cv: 0.7 }
      concurrency: 2
      maxWait: 5 s
      startup: 75 s
    demand: { peak: 400 /s }
`;

  it("is read, and says where a fault is", () => {
    expect(readDeclaration(write(yaml))[0]?.service.name).to.equal("cart");
    expect(read(yaml.replace("99 %", "100 %"))).to.match(
      /services\.yaml:5:53 services\.cart\.slos\[0\]\.objective: objective is "100 %"/,
    );
    expect(read(yaml.replace("maxWait", "maxwait"))).to.match(/services\.yaml:9:7 .*did you mean `maxWait`/);
  });

  it("names its traces relative to its own folder", () => {
    mkdirSync(join(folder, "traces"), { recursive: true });
    writeFileSync(join(folder, "traces/shop.csv"), "timestamp,rps\n0,1\n60,2\n120,3\n");
    const [first] = readDeclaration(write(yaml.replace("peak: 400 /s", "history: traces/shop.csv")));
    expect(first?.service.demand.kind === "history" && first.service.demand.trace.rates).to.deep.equal([
      1, 2, 3,
    ]);
    expect(read(yaml.replace("peak: 400 /s", "history: traces/none.csv"))).to.match(
      /services\.yaml:11:\d+ .*traces\/none\.csv: there is no such file/,
    );
  });

  it("CAP-17 is read after a byte order mark", () => {
    expect(read(`\uFEFF${yaml}`)).to.equal("accepted");
  });

  const refused: readonly [string, string | Buffer, RegExp][] = [
    ["CAP-17 with tabs", yaml.replace("    slos", "\tslos"), /services\.yaml:4:\d.*tabs/i],
    [
      "CAP-17 with a key twice",
      yaml.replace("      concurrency: 2", "      concurrency: 2\n      concurrency: 3"),
      /services\.yaml:9:7: the key `concurrency` is here twice/,
    ],
    [
      "CAP-17 with a JavaScript tag",
      yaml.replace("concurrency: 2", "concurrency: !!js/function 'x'"),
      /services\.yaml:8:\d+: tags are not read/,
    ],
    ["CAP-17 with a core tag", yaml.replace("concurrency: 2", "concurrency: !!int 2"), /tags are not read/],
    [
      "CAP-17 with a merge key",
      yaml.replace("  cart:", "  cart: &cart").concat("  web:\n    <<: *cart\n"),
      /services\.yaml:\d+:5: merge keys are not read, only plain YAML 1\.2\. Write out what it merges\.$/,
    ],
    [
      "CAP-17 with yes for a truth",
      yaml.replace("99 % }", "99 %, allowLowObjective: yes }"),
      /allowLowObjective is "yes"; it must be true or false/,
    ],
    ["CAP-17 with two documents", `${yaml}---\n${yaml}`, /services\.yaml:1[12]:\d+: it holds 2 documents/],
    ["CAP-17 in UTF-16", Buffer.from(`\uFEFF${yaml}`, "utf16le"), /UTF-16/],
    ["CAP-17 that is empty", "", /empty/],
    [
      "CAP-17 with 101 aliases",
      `a: &a 1\nb: [${Array.from({ length: 101 }, () => "*a").join(", ")}]`,
      /more than 100 aliases/,
    ],
    [
      "CAP-17 with aliases that expand a thousand million times",
      Array.from(
        { length: 9 },
        (_, i) =>
          `x${i}: &x${i} [${Array.from({ length: 10 }, () => (i === 0 ? "lol" : `*x${i - 1}`)).join(", ")}]`,
      ).join("\n"),
      /expand to more than 100/,
    ],
    [
      "CAP-17 with a prototype in it",
      yaml.replace("concurrency: 2", "__proto__: { concurrency: 2 }"),
      /`__proto__` is reserved/,
    ],
    ["CAP-17 that is no map", "- 1\n- 2", /services is missing; declare at least one/],
    [
      "CAP-17 with an unknown key at the top",
      `${yaml}service: 1\n`,
      /services\.yaml:12:1 service: `service` is unknown; did you mean `services`/,
    ],
    ["CAP-17 nested a hundred thousand levels", "[".repeat(1e5), /deeper than 64/],
  ];
  for (const [title, text, message] of refused)
    it(`is refused ${title}`, () => {
      expect(read(text)).to.match(message);
    });

  it("CAP-17 reads 0o17 as fifteen, as YAML 1.2 has it", () => {
    expect(
      readDeclaration(write(yaml.replace("concurrency: 2", "concurrency: 0o17")))[0]?.service.capacity
        .concurrency,
    ).to.equal(15);
  });

  it("CAP-18 is refused when it is missing, a directory, a pipe or too large", () => {
    expect(refusal(() => readDeclaration(join(folder, "none.yaml")))).to.match(
      /none\.yaml: there is no such file/,
    );
    expect(refusal(() => readDeclaration(folder))).to.match(/it is a directory/);
    execFileSync("mkfifo", [join(folder, "pipe")]);
    expect(refusal(() => readDeclaration(join(folder, "pipe")))).to.match(/pipe, socket or device/);
    const large = write("", "large.yaml");
    truncateSync(large, 2 ** 31);
    expect(refusal(() => readDeclaration(large))).to.match(/2147483648 bytes; at most 1048576 \(1 MiB\)/);
  });

  it("is read from a stack's settings", () => {
    const settings = `config:\n  aws:region: eu-central-1\n  setpoint:${yaml.replaceAll("\n", "\n  ").trimEnd()}\n`;
    write(settings, "Pulumi.dev.yaml");
    expect(readStack("dev", folder)[0]?.service.name).to.equal("cart");
    write(settings.replace("99 %", "100 %"), "Pulumi.dev.yaml");
    expect(refusal(() => readStack("dev", folder))).to.match(
      /Pulumi\.dev\.yaml:7:55 services\.cart\.slos\[0\]\.objective/,
    );
    write("config:\n  aws:region: eu-central-1\n", "Pulumi.dev.yaml");
    expect(refusal(() => readStack("dev", folder))).to.match(/`setpoint:services` is missing/);
    expect(refusal(() => readStack("../dev", folder))).to.match(/stack is "\.\.\/dev"/);
  });

  it("SCL-4 may have one task in a stack that is not production", () => {
    const lone = yaml
      .replace("    demand", "    bounds: { min: 1 }\n    demand")
      .replace("    capacity", "      - { name: up, objective: 99.9 % }\n    capacity");
    const settings = `config:\n  setpoint:${lone.replaceAll("\n", "\n  ").trimEnd()}\n`;
    write(settings, "Pulumi.dev.yaml");
    write(settings, "Pulumi.prod.yaml");
    expect(readStack("dev", folder)[0]?.service.bounds.min).to.equal(1);
    expect(refusal(() => readStack("prod", folder))).to.match(/`min: 2`/);
  });

  it("throws nothing but BadInput, whatever the text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => void read(text)),
      { numRuns: 200 },
    );
  });

  it("throws nothing but BadInput when one value of it is anything", () => {
    const values = yaml.match(/(?<=: )[^{}\n,]+/g)!;
    fc.assert(
      fc.property(
        fc.constantFrom(...values),
        fc.oneof(fc.string(), fc.json()),
        (value, other) => void read(yaml.replace(value, other)),
      ),
      { numRuns: 200 },
    );
  });
});

describe("declaredServices", () => {
  it("throws nothing but BadInput, whatever the document", () => {
    fc.assert(
      fc.property(
        fc.anything(),
        (document) => void refusal(() => declaredServices(document, "body", () => trace)),
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(cart)),
        fc.anything(),
        (key, value) => void faults({ [key]: value }),
      ),
    );
  });
});
