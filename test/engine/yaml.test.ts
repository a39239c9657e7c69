import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { expect } from "chai";
import { type Deployed, describeOnEngine, freshStack } from "../support/engine.ts";
import { startPlugin } from "../support/plugin.ts";

const BIN = resolve("engine", "bin");
const HOST = join(BIN, "pulumi-language-yaml");

describeOnEngine("a YAML program on Pulumi's engine (row 96)", function () {
  this.timeout(300_000);
  let deployed: Deployed | undefined;
  let stop = () => {};
  let env: NodeJS.ProcessEnv;

  before(async function () {
    if (!existsSync(HOST) && process.env.CI === "true")
      execFileSync(resolve("engine", "build-yaml"), { stdio: "inherit" });
    if (!existsSync(HOST)) this.skip(); // engine/build-yaml makes it, in a minute
    deployed = await freshStack("dev");
    const { workDir, envVars } = deployed.stack.workspace;
    rmSync(join(workDir, "Pulumi.dev.yaml"));
    copyFileSync("examples/packages/yaml/Pulumi.yaml", join(workDir, "Pulumi.yaml"));
    const plugin = await startPlugin(workDir);
    stop = plugin.stop;
    const PATH = `${BIN}${delimiter}${process.env.PATH}`;
    const PULUMI_DEBUG_PROVIDERS = `${envVars.PULUMI_DEBUG_PROVIDERS},setpoint:${plugin.port}`;
    env = { ...process.env, ...envVars, PATH, PULUMI_DEBUG_PROVIDERS };
  });
  after(async () => {
    stop();
    await deployed?.close();
  });

  const pulumi = (...args: readonly string[]) => {
    const cwd = deployed!.stack.workspace.workDir;
    const { status, stdout, stderr } = spawnSync(join(BIN, "pulumi"), args, { cwd, env, encoding: "utf8" });
    expect(status, stdout + stderr).to.equal(0);
    return stdout;
  };

  it("deploys examples/packages/yaml, and changes nothing the second time", async () => {
    pulumi("stack", "init", "yaml");
    pulumi("up", "--yes", "--skip-preview", "--stack", "yaml");
    const held = await deployed!.cloud.contents();
    expect(held.map(({ name }) => name)).to.include.members(["cart-ecs-service", "storage-carts-table"]);
    expect(pulumi("stack", "output", "url", "--stack", "yaml")).to.match(/^http:\/\/entry-alb-/);
    expect(pulumi("up", "--yes", "--skip-preview", "--stack", "yaml")).to.match(/Resources:\s+\d+ unchanged/);
  });
});
