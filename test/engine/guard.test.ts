import { rmSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { type Deployed, describeOnEngine, freshStack, refused } from "../support/engine.ts";
import { packStarter } from "../support/pack-starter.ts";

const POLICY_PACKS = [resolve("guard")];

describeOnEngine("the guard on Pulumi's engine (row 14)", function () {
  this.timeout(600_000);
  let dev: Deployed;
  let bin: string;
  before(async () => {
    dev = await freshStack("dev");
    bin = packStarter();
    dev.stack.workspace.envVars.PATH = `${bin}${delimiter}${process.env.PATH}`;
  });
  after(async () => {
    await dev?.close();
    if (bin !== undefined) rmSync(bin, { recursive: true });
  });

  it("lets the stack pass as it is, at preview and when all is known", async () => {
    const { stdout } = await dev.stack.up({ policyPacks: POLICY_PACKS });
    expect(stdout).to.match(/✅ setpoint@v/);
    expect(stdout).to.not.match(/can't run policy/);
  });

  it("refuses a changed stack at preview, and names each rule and number", async () => {
    const { workspace } = dev.stack;
    const { program } = workspace;
    workspace.program = async () => {
      pulumi.runtime.registerStackTransformation(changed);
      return program!();
    };
    const said = await refused(dev.stack.preview({ policyPacks: POLICY_PACKS }));
    workspace.program = program!;
    expect(said).to.match(
      /\[mandatory\]\s+scaling-follows-plan\s+\(aws:appautoscaling:Target: cart-scaling-target\)/,
    );
    expect(said).to.include("minCapacity is 1; the plan says 2. Deploy the plan's.");
    expect(said).to.match(
      /\[mandatory\]\s+desired-count-left-to-scaling\s+\(aws:ecs:Service: cart-ecs-service\)/,
    );
    expect(said).to.match(
      /\[mandatory\]\s+ec2-instance-no-public-ip\s+\(aws:ecs:Service: cart-ecs-service\)/,
    );
    const rules = [...said.matchAll(/\[mandatory\]\s+(\S+)/g)].map(([, rule]) => rule);
    expect([...new Set(rules)]).to.have.length(3);
  });
});

/** What somebody may do in an afternoon. */
const changed: pulumi.ResourceTransformation = ({ type, props, opts }) => {
  // The floor of a target that is there is its schedule's: another reaches AWS only without `ignoreChanges`.
  if (type === "aws:appautoscaling/target:Target")
    return { props: { ...props, minCapacity: 1 }, opts: { ...opts, ignoreChanges: [] } };
  if (type !== "aws:ecs/service:Service") return undefined;
  const networkConfiguration = { ...props.networkConfiguration, assignPublicIp: true };
  return { props: { ...props, networkConfiguration }, opts: { ...opts, ignoreChanges: [] } };
};
