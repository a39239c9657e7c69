import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { expect } from "chai";
import { parseDocument } from "yaml";
import { listenerRules } from "../../components/listener-rules.ts";
import { changes, type Deployed, describeOnEngine, freshStack } from "../support/engine.ts";

const RULE = "aws:lb/listenerRule:ListenerRule";

/** The former goes first. */
const replacing = (rule: string) => [
  `delete-replaced ${rule}`,
  "replace cart-target-rule",
  "create-replacement cart-target-rule",
];

/** AWS takes no second rule of one priority, and Pulumi makes the new before it takes the old away. */
describeOnEngine("a change of how a service is released", function () {
  this.timeout(300_000);
  let dev: Deployed;
  before(async () => {
    dev = await freshStack("dev");
  });
  after(() => dev?.close());

  const release = (strategy: string) =>
    dev.configure(["setpoint:services", "cart", "deploy", "release"], { strategy });

  for (const [what, deploy] of [
    ["one path", { paths: ["/cart"] }],
    ["a rule by host with a priority of its own", { rules: [{ hosts: ["cart.example.com"], priority: 10 }] }],
  ] as const)
    it(`from rolling to blue/green and back has one rule follow the other as AWS takes it, of ${what}`, async () => {
      dev.configure(["setpoint:services", "cart", "deploy"], { port: 8080, ...deploy });
      await dev.stack.up();
      const [before] = await rulesOf(dev);

      release("blueGreen");
      expect(await rulesTouched(dev)).to.deep.equal(replacing(`entry-rule-${before!.Priority}`));
      const [moved] = await rulesOf(dev);
      expect(moved!.Priority).to.equal(before!.Priority);
      await moveWeights(dev, moved!.RuleArn!);
      expect(await changes(dev.stack)).to.deep.equal([]);

      release("rolling");
      expect(await rulesTouched(dev)).to.deep.equal([`update entry-rule-${before!.Priority}`]);
      const rules = await rulesOf(dev);
      expect(rules).to.have.length(1);
      expect(rules[0]).to.deep.include({ RuleArn: moved!.RuleArn, Priority: before!.Priority });
      expect(await groupsOf(dev)).to.deep.equal([targetsOf(rules[0]!.Actions!)]);
    });

  it("takes several paths into one rule and out of it again, also where one of theirs has its priority", async () => {
    const paths = collidingPaths();
    dev.configure(["setpoint:services", "cart", "deploy"], { port: 8080, paths });
    await dev.stack.up();
    release("canary");
    const into = await rulesTouched(dev);
    expect(into).to.have.length(4).and.include.members(["create-replacement cart-target-rule"]);
    expect(into.map((each) => each.split(" ")[0])).to.include.members(["delete-replaced", "delete"]);
    release("rolling");
    const touched = await rulesTouched(dev);
    expect(touched.map((each) => each.split(" ")[0])).to.have.members(["update", "create"]);
    const rules = await rulesOf(dev);
    expect(rules.flatMap(({ Conditions }) => Conditions![0]!.PathPatternConfig!.Values!)).to.have.members(
      paths,
    );
    const [group] = await groupsOf(dev);
    for (const { Actions } of rules) expect(targetsOf(Actions!)).to.deep.equal(group);
  });

  it("goes both ways on another stack's balancer, too", async () => {
    const { outputs } = await dev.stack.up();
    const { workDir, envVars, pulumiCommand, program } = dev.stack.workspace;
    const guest = await LocalWorkspace.createStack(
      { stackName: "guest", projectName: "setpoint", program: program! },
      { workDir, envVars, pulumiCommand },
    );
    const file = join(workDir, "Pulumi.guest.yaml");
    const settings = parseDocument(readFileSync(join(workDir, "Pulumi.dev.yaml"), "utf8"));
    settings.deleteIn(["config", "setpoint:services", "web"]);
    settings.setIn(["config", "setpoint:deployment", "entry"], {
      shared: { ...outputs.share!.value, lane: 3 },
    });
    const releasing = (strategy: string) => {
      const deploy = { port: 8080, paths: ["/guest"], release: { strategy } };
      settings.setIn(["config", "setpoint:services", "cart", "deploy"], deploy);
      writeFileSync(file, String(settings));
    };
    releasing("rolling");
    await guest.up();
    releasing("linear");
    const there = (await changes(guest)).filter(({ type }) => type === RULE);
    expect(there.map(({ op, name }) => `${op} ${withoutNumber(name)}`)).to.deep.equal(
      replacing("entry-rule-…"),
    );
    releasing("rolling");
    const back = (await changes(guest)).filter(({ type }) => type === RULE);
    expect(back.map(({ op, name }) => `${op} ${withoutNumber(name)}`)).to.deep.equal(["update entry-rule-…"]);
    await guest.destroy();
  });
});

function withoutNumber(name: string): string {
  return name.replace(/\d+/, "…");
}

/** Two paths, one of which has by itself the priority that both have in one rule. */
function collidingPaths(): readonly string[] {
  for (let i = 0; i < 10_000; i++) {
    const paths = [`/a${i}`, `/b${i}`];
    const rules = listenerRules([{ service: { name: "cart" }, deployment: { paths } }], 0).get("cart")!;
    if (rules.some(({ heir }) => heir)) return paths;
  }
  throw new Error("no two paths collide");
}

async function rulesTouched({ stack }: Deployed): Promise<readonly string[]> {
  const made = await changes(stack);
  return made.filter(({ type }) => type === RULE).map(({ op, name }) => `${op} ${name}`);
}

/** Those of cart: web's takes every path. */
async function rulesOf({ moto }: Deployed) {
  const { LoadBalancers } = await moto.balancing.describeLoadBalancers({});
  const { Listeners } = await moto.balancing.describeListeners(LoadBalancers![0]!);
  const { Rules } = await moto.balancing.describeRules(Listeners![0]!);
  return Rules!.filter(
    ({ IsDefault, Conditions }) =>
      !IsDefault && !Conditions!.some(({ PathPatternConfig }) => PathPatternConfig?.Values?.includes("/*")),
  );
}

function targetsOf([action]: readonly Action[]): readonly (string | undefined)[] {
  const { TargetGroupArn, ForwardConfig } = action!;
  return TargetGroupArn === undefined
    ? (ForwardConfig?.TargetGroups ?? []).map((each) => each.TargetGroupArn)
    : [TargetGroupArn];
}

/** The groups of tasks, each by itself. */
async function groupsOf({ moto }: Deployed): Promise<readonly (readonly string[])[]> {
  const { TargetGroups } = await moto.balancing.describeTargetGroups({});
  return TargetGroups!
    .filter(({ TargetType }) => TargetType === "ip")
    .map(({ TargetGroupArn }) => [TargetGroupArn!]);
}

/** As ECS does at the end of a release. */
async function moveWeights(dev: Deployed, RuleArn: string): Promise<void> {
  const groups = (await groupsOf(dev)).flat();
  expect(groups).to.have.length(2);
  const TargetGroups = groups.map((TargetGroupArn, i) => ({ TargetGroupArn, Weight: 100 * i }));
  const Actions = [{ Type: "forward" as const, ForwardConfig: { TargetGroups } }];
  await dev.moto.balancing.modifyRule({ RuleArn, Actions });
}
