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

/** Floors at half past two and at eight in the evening, by the clocks of a zone. */
function night(Timezone: string): string {
  const action = (ScheduledActionName: string, time: string, MinCapacity: number) => ({
    ...{ ScheduledActionName, Schedule: `cron(${time} ? * * *)`, Timezone },
    ScalableTargetAction: { MinCapacity },
  });
  const ScheduledActions = [action("early", "30 2", 6), action("late", "0 20", 1)];
  return JSON.stringify({ ...JSON.parse(plan(cpu(50))), ScheduledActions });
}

const root = folder({
  "services.yaml": `services:\n  cart:${serviceYaml("{ peak: 15 /s }")}`,
  "calm.json": plan(cpu(50)),
  "apart.json": plan(cpu(20), cpu(70)),
  "fighting.json": plan(cpu(40, { DisableScaleIn: true }), cpu(70)),
  "night.json": night("Europe/Berlin"),
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

  it("SCL-32 names both days on which the clocks of a zone skip and repeat an action, and the way out", async () => {
    const { code, stdout } = await check("night.json");
    expect(code).to.equal(0);
    expect(stdout.replace(/\s+/g, " ")).to.include(
      "note: early follows the clocks of Europe/Berlin: 02:30 does not exist on 2026-03-29, when it is skipped, and 02:30 exists twice on 2026-10-25, when it acts both times; write it in UTC or at another minute",
    );
    expect(stdout).to.not.match(/late follows/);
  });

  it("exits with 2 without a plan, and on one for other compute", async () => {
    const none = await run(["check", "-f", `${root}/services.yaml`]);
    expect(none).to.include({ code: 2, stdout: "" });
    expect(none.stderr).to.match(/required option '--plan <file>'/);
  });
});

describe("setpoint backtest --plan", () => {
  it("SCL-32 names the days of the year that the traffic lies in", async () => {
    const rows = Array.from({ length: 49 }, (_, i) => `${Date.UTC(2024, 5, 3) / 1000 + 3600 * i},5`).join(
      "\n",
    );
    const traffic = folder({ "june.csv": `timestamp,requests_per_second\n${rows}\n` });
    const { code, stdout } = await run([
      ...["backtest", "-f", `${root}/services.yaml`, "--trace", `${traffic}/june.csv`],
      ...["--plan", `${root}/night.json`],
    ]);
    expect(code).to.be.oneOf([0, 1]);
    expect(stdout.replace(/\s+/g, " "))
      .to.match(/02:30 does not exist on 2024-03-31/)
      .and.match(/02:30 exists twice on 2024-10-27/);
  });

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
