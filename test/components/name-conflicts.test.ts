import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ComponentResource } from "@pulumi/pulumi";
import { expect } from "chai";
import { preview, type Registration } from "../../adapters/offline-preview.ts";
import { stackDeclaration } from "../../components/declaration.ts";
import { LoadBalancer, type LoadBalancerArgs } from "../../components/load-balancer.ts";
import { logGroup } from "../../components/log-group.ts";
import { nameConflicts } from "../../components/name-conflicts.ts";
import { targetGroupName, targetName } from "../../components/target.ts";
import { deploy, ofType, refusal } from "../support/deploy.ts";

function faultsOf(...names: readonly string[]): readonly string[] {
  const tenants = names.map((name) => ({ service: { name } }) as Parameters<typeof nameConflicts>[0][number]);
  return nameConflicts(tenants).map(({ where, message }) => `${where}: ${message}`);
}

describe("names", function () {
  this.timeout(240_000); // the first run plans both stacks
  const stacks: Record<string, readonly Registration[]> = {};
  before(async () => {
    for (const stack of ["prod", "dev"]) stacks[stack] = await preview(stack, ".");
  });

  it("NAM-2: refuses a balancer whose name AWS keeps for itself", async () => {
    const of = (name: string) => refusal(() => new LoadBalancer(name, {} as LoadBalancerArgs));
    expect(await of("internal-cart")).to.equal(
      `LoadBalancer's name is "internal-cart"; AWS keeps names that begin with internal- for itself (NAM-2). Rename it.`,
    );
    expect(await of("internals")).to.match(/certificateArn is missing/);
  });

  it("NAM-3: knows target groups by the names that the program gives them", () => {
    const groups = ofType(stacks.prod!, "aws:lb/targetGroup:TargetGroup").map(({ name }) => name);
    expect(groups).to.have.members(["cart", "web"].map((name) => targetGroupName(targetName(name), "group")));
  });

  it("NAM-3: refuses two services that shorten to one name, and names both", () => {
    const [first, second] = twins();
    expect(first).to.not.equal(second);
    expect(faultsOf(first, "cart", second)).to.deep.equal([
      `services.${second}: the name is ${second}; its target group's would be ${targetGroupName(targetName(second), "group")}, as that of ${first} (NAM-3). Rename one, or shorten it to 11 characters.`,
    ]);
    expect(faultsOf(first, "cart", "pay")).to.deep.equal([]);
    expect(faultsOf("entry").join()).to.match(
      /^services\.entry: the name is entry; the stack's way in has it/,
    );
  });

  it("NAM-8: gives scheduled actions names of letters, digits and hyphens", () => {
    const stack = stacks.prod!;
    const names = [
      ...ofType(stack, "aws:appautoscaling/scheduledAction:ScheduledAction"),
      ...ofType(stack, "aws:autoscaling/schedule:Schedule"),
    ].map(({ name }) => name);
    expect(names).to.have.length.above(20);
    for (const name of names) expect(name).to.match(/^[a-z0-9-]{1,248}$/);
  });

  it("NAM-10: refuses a log group that CloudWatch Logs would not take, and makes none such", async () => {
    const named = (name: string) => async () => {
      const parent = new ComponentResource("test:index:Parent", "parent");
      logGroup(name, { logRetention: 14, key: undefined }, parent);
    };
    expect(await refusal(named("the logs"))).to.match(
      /^a log group's name is "the logs", 8 characters; .* 1 to 512 .*NAM-10\)\. Rename its owner\.$/,
    );
    expect(await refusal(named("l".repeat(505)))).to.match(/505 characters/);
    expect(await deploy(named(`a.b_c-d/e#${"f".repeat(494)}`))).to.have.length(2);
    const groups = ofType(stacks.prod!, "aws:cloudwatch/logGroup:LogGroup");
    expect(groups).to.have.length.above(3);
    for (const { name } of groups) expect(name).to.match(/^[\w.\-/#]{1,504}$/);
  });

  it("NAM-15: takes a stack's name to the letter, and never an empty one", async () => {
    mkdirSync(".cache", { recursive: true });
    const root = mkdtempSync(join(".cache", "names-"));
    try {
      writeFileSync(join(root, "Pulumi.prod.yaml"), "config: {}\n");
      const refused = (stack: string) =>
        preview(stack, root).then(
          () => "",
          (error: Error) => error.message,
        );
      expect(await refused("PROD")).to.match(
        /^Pulumi\.PROD\.yaml: stack is "PROD"; it has no file .* or name the stack as in Pulumi\.prod\.yaml\.$/,
      );
      expect(await refused("")).to.match(/^stack: stack is ""; letters, digits, _ \. - only, at most 100/);
      expect(await refused("s".repeat(101))).to.match(/^stack: stack is a text of 101 characters/);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("NAM-16: fixes none that does not carry the stack's, so that two stacks share an account", () => {
    const fixed = (stack: "prod" | "dev") => stacks[stack]!.flatMap(physical);
    expect(fixed("dev")).to.have.members(
      ["cart-ecs", "cart-observability", "web-observability"].map((part) => `setpoint-dev-${part}`),
    );
    expect(fixed("prod")).to.have.length.above(5);
    for (const name of fixed("prod")) expect(name).to.include("setpoint-prod");
  });

  it("NAM-16: refuses a table's or a bucket's own name without the stack's", () => {
    const refused = (name: string) => {
      const storage = { tables: { carts: { name, hashKey: "id" } }, buckets: { images: { name } } };
      const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] };
      const deployment = { profile: "dev", network, entry: { insecure: true }, storage };
      try {
        stackDeclaration((key) => ({ deployment, services: {} })[key], "dev", "eu-west-1");
      } catch (error) {
        return (error as Error).message.split("\n").filter((line) => /NAM-16/.test(line));
      }
      return [];
    };
    expect(refused("carts")).to.deep.equal(
      ["buckets.images", "tables.carts"].map(
        (place) =>
          `setpoint:deployment.storage.${place}.name: name is carts; another stack in this account and region would ask for it too (NAM-16). Put the stack's name in it, carts-dev, or leave it out.`,
      ),
    );
    expect(refused("carts-dev")).to.deep.equal([]);
  });
});

/** Two names of services that the four hexadecimal digits of a hash do not tell apart: among 65,536 they are soon found. */
function twins(): readonly [string, string] {
  const seen = new Map<string, string>();
  for (let i = 0; ; i++) {
    const name = `a-service-with-a-long-name-${i}`;
    const short = targetGroupName(targetName(name), "group");
    const other = seen.get(short);
    if (other !== undefined) return [other, name];
    seen.set(short, name);
  }
}

/** Names that a resource is given rather than left to Pulumi; those that are unique within their parent only do not count. */
function physical({ type, inputs }: Registration): readonly string[] {
  if (type === "aws:ssm/association:Association") return []; // the name of AWS's document
  return ["name", "alarmName", "dashboardName", "family", "bucket", "repositoryName", "roleName", "tableName"]
    .map((key) => inputs[key])
    .filter((value) => typeof value === "string" && !value.startsWith("${"))
    .filter((value) => value !== undefined) as string[];
}
