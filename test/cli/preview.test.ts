import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { folder, serviceYaml, setpoint, without } from "./setpoint.ts";

const stackYaml = `config:
  aws:region: eu-west-1
  setpoint:services:
    cart:${serviceYaml("{ peak: 20 /s }").replaceAll("\n", "\n  ")}
  setpoint:deployment:
    profile: dev
    network: { cidr: 10.0.0.0/20, zones: [eu-west-1a, eu-west-1b] }
    entry: { insecure: true }
`;

/** The same on a month of history, which takes longer to plan for. */
const wikipedia = fileURLToPath(new URL("../../traces/wikipedia-en-jan2016-1h.csv", import.meta.url));
const longYaml = stackYaml.replace("{ peak: 20 /s }", `{ history: { file: ${wikipedia}, scale: 0.01 } }`);

/** A project of somebody's own, whose program is ours. */
const root = folder({
  "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
  "Pulumi.tiny.yaml": stackYaml,
  "Pulumi.twin.yaml": stackYaml,
  "Pulumi.long.yaml": longYaml,
  "Pulumi.bare.yaml": "config:\n  aws:region: eu-west-1\n",
  "Pulumi.text.yaml": "config:\n  setpoint:services: foo\n  setpoint:deployment: 3\n",
  "Pulumi.nowhere.yaml": stackYaml.replace("aws:region: eu-west-1", "aws:profile: shop"),
  "Pulumi.longer.yaml": longYaml.replace("scale: 0.01", "scale: 0.02"),
  "package.json": `{ "type": "module" }`,
  "index.ts": `export * from ${JSON.stringify(new URL("../../index.ts", import.meta.url).href)};`,
  "below/readme.txt": "",
});

describe("setpoint preview", function () {
  this.timeout(300_000); // whole programs one after the other, perhaps on a busy machine

  it("prints every registration of the project around the working directory", async () => {
    const { code, stdout, stderr } = await setpoint(`${root}/below`, [
      "preview",
      "--stack",
      "tiny",
      "--json",
    ]);
    expect(code, stderr).to.equal(0);
    const registrations: { type: string; name: string; parent: string | null; inputs: object }[] =
      JSON.parse(stdout);
    for (const registration of registrations)
      expect(registration).to.include.keys("type", "name", "parent", "inputs");
    const service = registrations.find(({ type }) => type === "aws:ecs/service:Service");
    expect(registrations.map(({ name }) => name)).to.include(service?.parent);
    expect(JSON.stringify(service?.inputs)).to.match(/\$\{[\w-]+\.arn\}/);
  });

  it("shows several stacks one after the other, each with its own program run", async () => {
    const { code, stdout, stderr } = await setpoint(root, ["preview", "--stack", "tiny", "twin", "--json"]);
    expect(code, stderr).to.equal(0);
    const { tiny, twin } = JSON.parse(stdout);
    expect(tiny).to.have.length.above(10);
    expect(twin).to.deep.equal(JSON.parse(JSON.stringify(tiny).replaceAll("tiny", "twin")));
  });

  it("makes plans that take long first, of all stacks on every core, and keeps them for the programs", async () => {
    mkdirSync(`${root}/node_modules`);
    const kept = `${root}/node_modules/.cache/setpoint/plans`;
    const both = ["preview", "--stack", "long", "longer"];
    const first = await setpoint(`${root}/below`, [...both, "--jobs", "2"]);
    expect(first.code, first.stderr).to.equal(0);
    expect(first.stderr.match(/planning cart/g)).to.have.length(2);
    expect(readdirSync(kept)).to.have.length(2);
    const again = await setpoint(root, both);
    expect(again.stderr).not.to.match(/planning/);
    expect(again.stdout).to.equal(first.stdout);
    rmSync(`${root}/node_modules`, { recursive: true });
    const oneByOne = await setpoint(root, [...both, "--jobs", "1"]);
    expect(oneByOne.stdout).to.equal(first.stdout);
    const quick = await setpoint(root, ["preview", "--stack", "tiny", "twin"]);
    expect(quick.stderr).not.to.match(/planning/); // a thread would take longer to begin
  });

  it("tells both parts of a stack's configuration that are missing, as bad input", async () => {
    const { code, stderr } = await setpoint(root, ["preview", "--stack", "bare"]);
    expect(code, stderr).to.equal(2);
    expect(stderr).to.match(/^setpoint:deployment: it is missing; must be a map with network and entry/m);
    expect(stderr).to.match(/^Pulumi\.bare\.yaml services: services is missing; .*`setpoint:services`/m);
  });

  it("tells of texts in the place of maps, and of a region that is missing, as bad input", async () => {
    const text = await setpoint(root, ["preview", "--stack", "text"]);
    expect(text.code, text.stderr).to.equal(2);
    const faults = text.stderr.split("\n").filter((line) => line.includes(": "));
    expect(faults.map((line) => line.replace(/;.*/, ""))).to.deep.equal([
      "aws:region: region is missing",
      "setpoint:deployment: it is 3",
      'Pulumi.text.yaml services: services is "foo"',
    ]);
    const nowhere = await setpoint(root, ["preview", "--stack", "nowhere"]);
    expect(nowhere.code, nowhere.stderr).to.equal(2);
    expect(nowhere.stderr).to.match(/^aws:region: region is missing; .* such as eu-west-1\.$/m);
  });

  it("is the only command that loads Pulumi, and so fails without it", async () => {
    const { code, stderr } = await setpoint(root, ["preview", "--stack", "tiny"], [without(/^@pulumi/)]);
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/setpoint failed: it imports @pulumi\/pulumi\./)
      .and.not.include("    at ");
  });
});
