import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { folder, run, serviceYaml, traceCsv } from "./setpoint.ts";

const plan = (capacity: number) => ({ ScalableTarget: { MinCapacity: capacity, MaxCapacity: capacity } });

const root = folder({
  "shop.csv": traceCsv(4),
  "services.yaml": `services:\n  cart:${serviceYaml("{ history: shop.csv }")}`,
  "day.csv": traceCsv(1),
  "short.yaml": `services:\n  cart:${serviceYaml("{ history: day.csv }")}`,
  "narrow.yaml": `services:\n  cart:${serviceYaml("{ history: shop.csv }").replace("concurrency: 2,", "concurrency: 16, memory: { base: 424 MiB, perRequest: 100 MiB },")}`,
  "peak.yaml": `services:\n  cart:${serviceYaml("{ peak: 15 /s }")}`,
  "hopeless.yaml": `services:\n  cart:${serviceYaml("{ history: shop.csv }", "100 ms")}`,
  "forecasts.yaml": `services:\n  cart:${serviceYaml("{ history: shop.csv }")}\n    policies: { predictive: forecastAndScale }\n`,
  "enough.json": JSON.stringify(plan(4)),
  "little.json": JSON.stringify(plan(1)),
  "group.json": JSON.stringify({ AutoScalingGroup: { MinSize: 1, MaxSize: 2 } }),
});

const services = `${root}/services.yaml`;

describe("setpoint backtest", () => {
  it("judges on days that the plan has not seen, next to the usual settings", async () => {
    const { code, stdout } = await run(["backtest", "-f", services, "--holdout", "1"]);
    expect(code).to.equal(0);
    expect(stdout).to.match(
      /2026-01-04 00:00 to\s+2026-01-05 00:00\s+UTC\.\s+The\s+plan\s+has\s+not\s+seen\s+it\./,
    );
    for (const name of [
      "this plan",
      "CPU 50 %",
      "CPU 60 %",
      "CPU 70 %",
      "predictive",
      "HPA",
      "KEDA",
      "Knative",
      "fixed at the peak",
    ])
      expect(stdout).to.match(new RegExp(`^  ${name}.* \\d+\\.\\d+ % [✓✗] (met|missed)`, "m"));
    expect(stdout)
      .to.match(/^ {2}clairvoyant bound +\d+ +\d+$/m)
      .and.not.include("θU");
    for (const line of stdout.split("\n")) expect(line.length, line).to.be.at.most(100);
  });

  it("says how often tasks ran out of memory", async () => {
    const { stdout } = await run(["backtest", "-f", `${root}/narrow.yaml`, "--plan", `${root}/little.json`]);
    expect(stdout.replace(/\s+/g, " ")).to.match(
      /note: a task's memory holds 6 requests at once, .* on average over chance: the plan given: [\d,]+; CPU 50 %: [\d,]+; .*; fixed at the peak: (none|[\d.,]+) [✓✗]/,
    );
    const { stdout: roomy } = await run(["backtest", "-f", services, "--plan", `${root}/little.json`]);
    expect(roomy).not.to.include("memory");
  });

  it("shows the elasticity measures when asked", async () => {
    const { stdout } = await run(["backtest", "-f", services, "--plan", `${root}/enough.json`, "--measures"]);
    expect(stdout).to.match(/^ +θU +θO +τU +τO +υ +jitter +scale events$/m);
    expect(stdout).to.match(
      /^ {2}the plan given +0\.00 +\d+\.\d\d +0\.00 +\d+\.\d\d +– +\d+\.\d\d +-\d\.\d{3} +0$/m,
    );
    for (const line of stdout.split("\n")) expect(line.length, line).to.be.at.most(100);
  });

  it("says that the declared history is what the plan was made on", async () => {
    const { stdout } = await run(["backtest", "-f", services, "--format", "json"]);
    const [{ service, traffic, contenders, bound }] = JSON.parse(stdout);
    expect(service).to.equal("cart");
    expect(traffic).to.deep.include({ unseen: false, from: "2026-01-01T00:00:00.000Z" });
    expect(contenders[0].name).to.equal("this plan");
    expect(contenders[0].backtest.outcomes[0]).to.include({ slo: "latency", objective: 0.99, met: true });
    expect(contenders.at(-1).elasticity.overProvisioning).to.be.above(0);
    const text = await run(["backtest", "-f", services]);
    expect(text.stdout.replace(/\s+/g, " ")).to.include(
      "The plan was made on it: --holdout judges on unseen days.",
    );
    expect(bound.possible).to.equal(true);
    expect(bound.taskHours).to.be.within(1, contenders[0].backtest.taskHours);
  });

  it("tells programs that no fleet keeps the SLOs, and people by ∞", async () => {
    const hopeless = ["backtest", "-f", `${root}/hopeless.yaml`, "--plan", `${root}/enough.json`];
    const { code, stdout } = await run([...hopeless, "--format", "json"]);
    expect({ code, bound: JSON.parse(stdout)[0].bound }).to.deep.equal({
      code: 1,
      bound: { possible: false },
    });
    expect((await run(hopeless)).stdout).to.match(/^ {2}clairvoyant bound +∞ +∞$/m);
  });

  for (const [days, made] of [
    [15, "on it"],
    [30, "on the newest 28 days of it"],
  ] as const)
    it(`says that of ${days} days of history the newest two weeks count most`, async () => {
      const files = folder({
        "long.csv": traceCsv(days),
        "long.yaml": `services:\n  cart:${serviceYaml("{ history: long.csv }")}`,
      });
      const { stdout } = await run(["backtest", "-f", `${files}/long.yaml`]);
      expect(stdout.replace(/\s+/g, " ")).to.include(
        `The plan was made ${made}, its newest 14 days counting most: --holdout`,
      );
    });

  it("says of a recording that the history has only days of it", async () => {
    const longer = `${folder({ "longer.csv": traceCsv(6) })}/longer.csv`;
    const { stdout } = await run(["backtest", "-f", services, "--trace", longer]);
    const words = stdout.replace(/\s+/g, " ");
    expect(words).to.include("UTC. The plan was made on a history that has days of it.");
    expect(words).to.include("note: 4.0 days of it are also in the history");
  });

  it("does not know what a plan made elsewhere has seen", async () => {
    const given = ["backtest", "-f", services, "--plan", `${root}/enough.json`, "--holdout", "1"];
    const { stdout } = await run([...given, "--format", "json"]);
    expect(JSON.parse(stdout)[0].traffic.unseen).to.equal(null);
    const text = await run(given);
    expect(text.stdout).not.to.match(/ $/m);
  });

  it("exits with 0 for a plan made elsewhere that keeps the SLO", async () => {
    const { code, stdout } = await run(["backtest", "-f", services, "--plan", `${root}/enough.json`]);
    expect(code).to.equal(0);
    expect(stdout).to.match(/the plan given +\d+\.\d+ % ✓ met +4 +384 /); // four tasks for 96 hours
  });

  it("judges and checks our own plan that scales by a forecast, and says what stands in for AWS's", async () => {
    const forecasts = `${root}/forecasts.yaml`;
    const { stdout: made } = await run(["plan", "-f", forecasts, "--format", "aws"]);
    writeFileSync(`${root}/forecasts.json`, made);
    const given = ["-f", forecasts, "--plan", `${root}/forecasts.json`];
    const judged = await run(["backtest", ...given]);
    const words = (text: string) => text.replace(/\s+/g, " ");
    expect(judged.code).to.equal(0);
    expect(words(judged.stdout)).to.match(
      /note: forecast scales by a forecast: AWS does not publish its forecast/,
    );
    expect((await run(["check", ...given])).code).to.equal(0);
    const own = await run(["backtest", "-f", forecasts, "--holdout", "2"]);
    const usual = await run(["backtest", "-f", services, "--holdout", "2"]); // the row "predictive" has one, too
    for (const { stdout } of [own, usual])
      expect(words(stdout)).to.match(
        /note: AWS does not publish its forecast; the back-test has in its place/,
      );
    for (const { stdout } of [judged, own, usual])
      expect(words(stdout).match(/AWS does not publish/g)).to.have.lengthOf(1);
  });

  it("exits with 1 for one that misses it", async () => {
    const { code, stdout } = await run(["backtest", "-f", services, "--plan", `${root}/little.json`]);
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/the plan given +\d+\.\d+ % ✗ missed/)
      .and.match(/✗ the plan given missed latency/);
  });

  const wrong: [string[], RegExp][] = [
    [["-f", services, "--plan", `${root}/group.json`], /it scales instances; cart runs on tasks/],
    [["-f", services, "--plan", `${root}/shop.csv`], /shop\.csv:1/],
    [["-f", services, "--trace", services], /services\.yaml:1:1: the header is/],
    [["-f", services, "--holdout", "4"], /the history of cart has 4 days.* Hold out less\./],
    [
      ["-f", `${root}/short.yaml`, "--holdout", "1"],
      /the history of cart has 24 h.* Without --holdout all of it is replayed, with --trace FILE another\./,
    ],
    [["-f", `${root}/peak.yaml`], /no traffic to replay.*--trace/],
  ];
  for (const [args, why] of wrong)
    it(`exits with 2: ${why.source}`, async () => {
      const { code, stdout, stderr } = await run(["backtest", ...args]);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
      expect(stderr).to.match(why);
    });
});
