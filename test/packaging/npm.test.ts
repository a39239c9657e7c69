import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { build } from "../../packaging/build.ts";

const SERVICES = `services:
  cart:
    compute: { type: fargate, cpu: 512, memory: 1024 }
    slos: [{ name: latency, threshold: 1 s, objective: 99 % }]
    capacity: { serviceTime: { mean: 200 ms, cv: 0.7 }, concurrency: 2, maxWait: 5 s, startup: 75 s }
    demand: { peak: 20 /s }
    bounds: { min: 2, max: 20 }
`;

const PLAIN = `
import { Platform, readDeclaration, scalingPlan } from "setpoint";
import { planOf } from "setpoint/testing";
const [{ service }] = readDeclaration("services.yaml");
const plan = scalingPlan(service);
const same = planOf("services.yaml", "cart");
console.log(JSON.stringify({ component: typeof Platform, plan: plan.controls, same: same.controls }));
`;

const TYPED = `
import { type Deployment, Platform, platformDeclaration, type ServiceDeclaration } from "setpoint";
const deployment: Deployment = {
  network: { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] },
  // @ts-expect-error a switch is no text
  protect: "yes",
};
const services: Record<string, ServiceDeclaration> = {};
const platform = new Platform("shop", { ...platformDeclaration({ deployment, services }), region: "eu-west-1" });
export const url = platform.url.apply((text) => text.toUpperCase());
export const group = platform.services["cart"]?.target.group.arn;
// @ts-expect-error a platform has no such part
export const none = platform.nothing;
`;

const PROGRAM = `
import { readFileSync } from "node:fs";
import { Platform, platformDeclaration } from "setpoint";
import { parse } from "yaml";
const deployment = {
  profile: "dev",
  network: { cidr: "10.0.0.0/20", zones: ["eu-west-1a", "eu-west-1b"] },
  entry: { insecure: true },
};
const { services } = parse(readFileSync("services.yaml", "utf8"));
export const { url } = await Platform.create("shop", { ...platformDeclaration({ deployment, services }), region: "eu-west-1" });
`;

describe("the npm package", function () {
  this.timeout(300_000); // a compiler and npm, perhaps on a busy machine
  let home: string;
  let files: readonly string[];
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, args, {
      cwd: home,
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "" },
    });

  before(() => {
    home = mkdtempSync(join(tmpdir(), "setpoint-npm-"));
    build(join(home, "dist"));
    const packed = execFileSync("npm", ["pack", "./dist", "--json"], { cwd: home, encoding: "utf8" });
    const [{ filename, files: all }] = JSON.parse(packed) as [
      { filename: string; files: { path: string }[] },
    ];
    files = all.map(({ path }) => path);
    const installed = join(home, "node_modules", "setpoint");
    mkdirSync(installed, { recursive: true });
    execFileSync("tar", ["-xzf", filename, "-C", installed, "--strip-components=1"], { cwd: home });
    for (const name of readdirSync("node_modules"))
      if (!name.startsWith(".")) symlinkSync(resolve("node_modules", name), join(home, "node_modules", name));
    rmSync(join(home, "dist"), { recursive: true });
    writeFileSync(join(home, "package.json"), '{ "type": "module" }');
    writeFileSync(join(home, "services.yaml"), SERVICES);
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  it("ships what runs, its types and its license, and neither sources nor tests", () => {
    expect(files).to.include.members([
      "LICENSE",
      "README.md",
      "components/platform.js",
      "components/platform.d.ts",
    ]);
    expect(files).to.include.members(["cli/setpoint.js", "guard/PulumiPolicy.yaml", "traces/README.md"]);
    expect(
      files.filter((file) => /(?<!\.d)\.ts$|^(test|bench|engine|moto|node_modules)\//.test(file)),
    ).to.deep.equal([]);
    const { exports, dependencies, ...own } = JSON.parse(
      readFileSync(join(home, "node_modules", "setpoint", "package.json"), "utf8"),
    );
    expect(own).to.not.have.any.keys("private", "scripts", "devDependencies", "main");
    const entries = Object.values(exports as Record<string, string | Record<string, string>>);
    for (const file of entries.flatMap((each) => (typeof each === "string" ? each : Object.values(each))))
      expect(file === "./package.json" || files.includes(file.slice(2)), file).to.equal(true);
    expect(dependencies).to.include.keys("@pulumi/pulumi", "@pulumi/aws", "zod");
  });

  it("plans a service in plain Node, without a loader", () => {
    writeFileSync(join(home, "plain.js"), PLAIN);
    const { stdout, stderr } = run("plain.js");
    expect(stderr).to.equal("");
    const { component, plan, same } = JSON.parse(stdout);
    expect(component).to.equal("function");
    expect(plan.max).to.be.within(2, 20);
    expect(same).to.deep.equal(plan);
  });

  it("has types that a consumer's compiler holds it to", () => {
    writeFileSync(join(home, "typed.ts"), TYPED);
    const options = { module: "nodenext", target: "es2023", strict: true, noEmit: true, skipLibCheck: true };
    const compilerOptions = { ...options, types: ["node"] };
    writeFileSync(join(home, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["typed.ts"] }));
    const { stdout } = run(resolve("node_modules/typescript/bin/tsc"), "-p", ".");
    expect(stdout).to.equal("");
  });

  it("brings the command line, which previews a program that uses the package, and the stacks of its tour", () => {
    writeFileSync(join(home, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    writeFileSync(join(home, "Pulumi.dev.yaml"), "config: {}\n");
    writeFileSync(join(home, "index.js"), PROGRAM);
    const cli = join("node_modules", "setpoint", "cli", "setpoint.js");
    const { stdout, stderr } = run(cli, "preview", "--stack", "dev");
    expect(stdout, stderr).to.match(/setpoint:index:Platform +shop[\s\S]+aws:ecs:Service +cart-ecs-service/);
    expect(files).to.include.members(["index.js", "Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"]);
  });
});
