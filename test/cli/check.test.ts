import { expect } from "chai";
import { folder, run, serviceYaml } from "./setpoint.ts";

const cpu = (TargetValue: number, other: object = {}) => ({
  PolicyName: `cpu-${TargetValue}`,
  PolicyType: "TargetTrackingScaling",
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue,
    PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" },
    ...other,
  },
});

const plan = (...ScalingPolicies: readonly object[]) =>
  JSON.stringify({ ScalableTarget: { MinCapacity: 1, MaxCapacity: 20 }, ScalingPolicies });

const root = folder({
  "services.yaml": `services:\n  cart:${serviceYaml("{ peak: 15 /s }")}`,
  "calm.json": plan(cpu(50)),
  "apart.json": plan(cpu(20), cpu(70)),
  "fighting.json": plan(cpu(40, { DisableScaleIn: true }), cpu(70)),
  "eager.json": plan(cpu(50, { ScaleOutCooldown: 30 })),
});

const check = (file: string, ...more: readonly string[]) =>
  run(["check", "-f", `${root}/services.yaml`, "--plan", `${root}/${file}`, ...more]);

describe("setpoint check", () => {
  it("exits with 0 and says so when no policy fights another", async () => {
    const { code, stdout } = await check("calm.json");
    expect(code).to.equal(0);
    expect(stdout).to.match(/✓ none works against another/);
  });

  it("exits with 1 on a fight, with the policies, the load and the way out, in at most 100 columns", async () => {
    const { code, stdout } = await check("fighting.json");
    expect(code).to.equal(1);
    expect(stdout.replace(/\s+/g, " "))
      .to.match(/✗ limit cycle: at a constant .* \/s capacity goes .* for ever, by cpu-40 and cpu-70/)
      .and.match(/way out: leave DisableScaleIn of cpu-40 false/);
    for (const line of stdout.split("\n")) expect(line.length, line).to.be.at.most(100);
  });

  it("exits with 1 on a warning only with --strict", async () => {
    expect((await check("apart.json")).code).to.equal(0);
    const { code, stdout } = await check("apart.json", "--strict");
    expect(code).to.equal(1);
    expect(stdout).to.match(/! disagreement: cpu-70 can never scale in/);
  });

  it("gives programs the same", async () => {
    const { code, stdout } = await check("eager.json", "--format", "json");
    expect(code).to.equal(1);
    const [{ service, fights }] = JSON.parse(stdout);
    expect(service).to.equal("cart");
    expect(fights[0]).to.include({ kind: "compounding", severity: "refuse" });
  });

  it("exits with 2 without a plan, and on one for other compute", async () => {
    const none = await run(["check", "-f", `${root}/services.yaml`]);
    expect(none).to.include({ code: 2, stdout: "" });
    expect(none.stderr).to.match(/required option '--plan <file>'/);
  });
});

describe("setpoint backtest --plan", () => {
  it("judges a plan whose policies fight, and notes it", async () => {
    const traffic = folder({ "flat.csv": "timestamp,requests_per_second\n0,15\n3600,15\n7200,15\n" });
    const { code, stdout } = await run([
      ...["backtest", "-f", `${root}/services.yaml`, "--trace", `${traffic}/flat.csv`],
      ...["--plan", `${root}/fighting.json`],
    ]);
    expect(code).to.be.oneOf([0, 1]);
    expect(stdout)
      .to.match(/the plan given/)
      .and.match(/note: limit cycle: at a constant/);
  });
});
