import { expect } from "chai";
import { folder, run, serviceYaml, setpoint, traceCsv, without } from "./setpoint.ts";

const root = folder({
  "services.yaml": `services:\n  cart:${serviceYaml("{ peak: 20 /s }")}`,
  "two.yaml": `services:\n  cart:${serviceYaml("{ peak: 20 /s }")}  web:${serviceYaml("{ peak: 10 /s }")}`,
  "shrinking.yaml": `services:\n  cart:${serviceYaml("{ peak: 20 /s, growth: -25 % }")}`,
  "impossible.yaml": `services:\n  cart:${serviceYaml("{ peak: 20 /s }", "250 ms")}`,
  "forecast.yaml": `services:\n  cart:${serviceYaml("{ history: shop.csv }")}    policies: { predictive: forecastOnly }\n`,
  "shop.csv": traceCsv(2),
  "wrong.yaml": `services:\n  cart:${serviceYaml("{ peak: 400 }", "1 parsec").replace("concurrency", "concurency")}`,
});

describe("setpoint plan", () => {
  it("prints nothing but the AWS requests on stdout, without loading Pulumi", async () => {
    const args = ["plan", "-f", "services.yaml", "--format", "aws"];
    const { code, stdout, stderr } = await setpoint(root, args, [without(/^@pulumi/)]);
    expect(code, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.have.all.keys(
      "ScalableTarget",
      "ScalingPolicies",
      "ScheduledActions",
      "Alarms",
    );
    expect(stderr)
      .to.match(/planning cart …\n/)
      .and.match(/cart: no history is declared/);
  });

  it("gives programs the plans with their reasons", async () => {
    const { code, stdout } = await run(["plan", "-f", `${root}/two.yaml`, "--format", "json"]);
    const plans = JSON.parse(stdout);
    expect(code).to.equal(0);
    expect(plans.map(({ service }: { service: string }) => service)).to.deep.equal(["cart", "web"]);
    for (const { controls, reasons, assumptions } of plans) {
      expect(controls.min).to.be.at.least(1);
      expect(reasons.find(({ of }: { of: string }) => of === "tracking.setpoint").because).to.match(/%/);
      expect(assumptions.join())
        .to.match(/maxWait is 5 s/)
        .and.match(/no history is declared/);
    }
  });

  it("tells people every number in plain lines of at most 100 columns", async () => {
    const { code, stdout } = await run(["plan", "-f", `${root}/two.yaml`, "--service", "web"]);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/^web: ECS on Fargate, 0\.5 vCPU/)
      .and.not.include("cart")
      .and.not.include("\x1b");
    const parts = [
      "Promised",
      "What one task serves",
      "Target tracking",
      "Step scaling",
      "Floor and ceiling",
    ];
    for (const part of [...parts, "Cooldowns", "Schedule", "Cost"]) expect(stdout).to.include(`\n  ${part}`);
    for (const line of stdout.split("\n")) expect(line.length, line).to.be.at.most(100);
  });

  it("tells people of a predictive policy as of any other", async () => {
    const { stdout } = await run(["plan", "-f", `${root}/forecast.yaml`]);
    expect(stdout).to.match(
      /\n {2}Predictive scaling\n {4}setpoint +[\d.]+ requests a minute for each, 90 s early – declared \(forecastOnly/,
    );
  });

  it("tells people of growth below 0 as less traffic", async () => {
    const { stdout } = await run(["plan", "-f", `${root}/shrinking.yaml`]);
    expect(stdout).to.match(/the declared peak; planned for 25 % less, as declared/);
  });

  it("says first that an SLO cannot be met, with every way out, and exits with 1", async () => {
    const { code, stdout } = await run(["plan", "-f", `${root}/impossible.yaml`]);
    expect(code).to.equal(1);
    const [, , first = "", ...rest] = stdout.split("\n");
    expect(first).to.equal("  ✗ cart cannot keep its promises:");
    expect(rest.join("\n")).to.match(/74\.8 % within 250 ms/);
    expect(stdout.match(/way out: /g)).to.have.lengthOf.at.least(3);
    for (const part of ["Target tracking", "Step scaling", "Cooldowns"]) // numbers that nothing follows from
      expect(stdout).to.not.include(part);
  });

  it("reports all faults of a declaration at once, with their places, and exits with 2", async () => {
    const { code, stdout, stderr } = await run(["plan", "-f", `${root}/wrong.yaml`]);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    const faults = stderr.split("\n").filter((line) => line.startsWith(root));
    expect(faults).to.have.lengthOf.at.least(3);
    for (const part of ["slos[0].threshold", "demand.peak", "did you mean `concurrency`?"])
      expect(stderr).to.include(part);
    expect(stderr).to.not.include("    at ");
  });

  it("keeps stack traces for --debug", async () => {
    const { code, stderr } = await run(["plan", "-f", `${root}/missing.yaml`, "--debug"]);
    expect(code).to.equal(2);
    expect(stderr).to.include("missing.yaml: there is no such file").and.include("    at ");
  });

  it("asks which service where the format holds one only", async () => {
    const { code, stdout, stderr } = await run(["plan", "-f", `${root}/two.yaml`, "--format", "aws"]);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    expect(stderr).to.match(/cart, web/);
  });

  it("offers the near name of a service that is not there", async () => {
    const { code, stdout, stderr } = await run(["plan", "-f", `${root}/two.yaml`, "--service", "crat"]);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    expect(stderr).to.match(/did you mean `cart`/);
  });
});
