import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { DEFAULT_TARGET } from "../../adapters/target-settings.ts";
import { conditionsOf } from "../../components/rule-conditions.ts";
import { Target, type TargetArgs } from "../../components/target.ts";
import { asked, CAPACITY, DEV, deploy, foundation, later, refusal } from "../support/deploy.ts";

const RULE = { priority: 7, conditions: conditionsOf({ paths: ["/pay"] }) };
const OTHER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/other/1";

function pay(some: Partial<TargetArgs>) {
  return () => {
    const { network, loadBalancer } = foundation(DEV, "task");
    const place = { network, loadBalancer, kind: "task", port: 8080, capacity: CAPACITY } as const;
    new Target("pay", { ...DEFAULT_TARGET, ...place, listenerRules: [RULE], ...some });
  };
}

/** The options of each rule by its name. */
async function ruleOptions(
  some: Partial<TargetArgs>,
): Promise<ReadonlyMap<string, pulumi.CustomResourceOptions>> {
  const options = new Map<string, pulumi.CustomResourceOptions>();
  await deploy(() => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
      if (type === "aws:lb/listenerRule:ListenerRule") options.set(name, opts);
      return undefined;
    });
    pay(some)();
  });
  return options;
}

/** Pulumi adds a type that a rule once had. */
function aliasNames(options: ReadonlyMap<string, pulumi.CustomResourceOptions>, rule: string) {
  const aliases = options.get(rule)!.aliases as readonly { readonly name?: string }[];
  return aliases.flatMap(({ name }) => name ?? []);
}

describe("Target, as a service sets it", () => {
  it("checks, drains, starts slowly and sticks as told (row 30)", async () => {
    const registered = await deploy(
      pay({
        health: {
          path: "/up",
          interval: 20,
          timeout: 10,
          healthyThreshold: 3,
          unhealthyThreshold: 4,
          matcher: "200",
        },
        deregistrationDelay: 90,
        slowStart: 60,
        stickiness: { duration: 3600 },
      }),
    );
    expect(asked(registered, "pay-group")).to.deep.include({
      deregistrationDelay: 90,
      slowStart: 60,
      stickiness: { enabled: true, type: "lb_cookie", cookieDuration: 3600 },
      healthCheck: {
        path: "/up",
        protocol: "HTTP",
        interval: 20,
        timeout: 10,
        healthyThreshold: 3,
        unhealthyThreshold: 4,
        matcher: "200",
      },
    });
    const named = await deploy(
      pay({ algorithm: "leastOutstandingRequests", stickiness: { duration: 60, cookie: "SID" } }),
    );
    expect(asked(named, "pay-group")).to.deep.include({
      loadBalancingAlgorithmType: "least_outstanding_requests",
      stickiness: { enabled: true, type: "app_cookie", cookieName: "SID", cookieDuration: 60 },
    });
  });

  it("speaks HTTPS to its targets and their health checks where it is asked (ELB.21, ELB.22)", async () => {
    const { protocol, healthCheck } = asked(await deploy(pay({ protocol: "https" })), "pay-group");
    expect([protocol, (healthCheck as { protocol: string }).protocol]).to.deep.equal(["HTTPS", "HTTPS"]);
  });

  it("writes every kind of condition as AWS does (row 26)", async () => {
    const conditions = conditionsOf({
      hosts: ["a.example.com"],
      methods: ["GET"],
      headers: { "X-V": ["1"] },
      query: { k: "v" },
    });
    const registered = await deploy(pay({ listenerRules: [{ priority: 3, conditions }] }));
    expect(asked(registered, "entry-rule-3")).to.deep.include({
      priority: 3,
      conditions: [
        { hostHeader: { values: ["a.example.com"] } },
        { httpRequestMethod: { values: ["GET"] } },
        { httpHeader: { httpHeaderName: "X-V", values: ["1"] } },
        { queryStrings: [{ key: "k", value: "v" }] },
      ],
    });
  });

  it("LB-8: shares its requests with groups made elsewhere, by weight (row 28)", async () => {
    const weights = { own: 90, others: [{ targetGroupArn: OTHER, weight: 10 }] };
    const targetGroups = [
      { arn: later("pay-group.arn"), weight: 90 },
      { arn: OTHER, weight: 10 },
    ];
    const { actions } = asked(await deploy(pay({ weights })), "entry-rule-7");
    expect(actions).to.deep.equal([{ type: "forward", forward: { targetGroups } }]);
  });

  // pulumi/pulumi-aws#175: a rule that is made at a priority before its old rule goes wedges the stack for good.
  it("LB-2: hands a priority from one service to another in place: the rule is the listener's, and named for its priority", async () => {
    const ruleOf = async (service: string) => {
      const registered = await deploy(() => {
        const { network, loadBalancer } = foundation(DEV, "task");
        const place = { network, loadBalancer, kind: "task", port: 8080, capacity: CAPACITY } as const;
        new Target(service, { ...DEFAULT_TARGET, ...place, listenerRules: [RULE] });
      });
      const { name, parentType, inputs } = registered.find(
        (each) => each.type.includes("listenerRule") && each.inputs.priority === RULE.priority,
      )!;
      return { id: [parentType, name], inputs };
    };
    const [one, other] = [await ruleOf("pay"), await ruleOf("ship")];
    expect(one.id).to.deep.equal(other.id); // Pulumi knows it by these
    expect(one.inputs).to.not.deep.equal(other.inputs);
  });

  it("has two groups for blue/green, one rule, and weights that it leaves to ECS (row 81)", async () => {
    const registered = await deploy(pay({ alternate: true }));
    expect(asked(registered, "pay-alternate")).to.deep.equal(asked(registered, "pay-group"));
    const rule = registered.find(({ name }) => name === "pay-rule")!;
    expect(rule.ignoreChanges).to.deep.equal(["actions"]);
    const targetGroups = [
      { arn: later("pay-group.arn"), weight: 100 },
      { arn: later("pay-alternate.arn"), weight: 0 },
    ];
    expect(rule.inputs.actions).to.deep.equal([{ type: "forward", forward: { targetGroups } }]);
    const one = await deploy(pay({}));
    expect(one.find(({ name }) => name === "entry-rule-7")!.ignoreChanges).to.deep.equal([]);
  });

  it("takes the place of a rolling service's rule when ECS is to move its weights, and gives it back: AWS takes no second rule of one priority", async () => {
    const shifting = await ruleOptions({ alternate: true });
    expect(shifting.get("pay-rule")).to.have.nested.property("aliases[0].name", "entry-rule-7");
    const formerGoesFirst = { deleteBeforeReplace: true, replaceOnChanges: ['tags["setpoint:weights"]'] };
    expect(shifting.get("pay-rule")).to.deep.include(formerGoesFirst);
    const rolling = await ruleOptions({});
    expect(rolling.get("entry-rule-7")).to.have.nested.property("aliases[0].name", "pay-rule");
  });

  it("gives the one rule's place to one of several at most: the one that has its priority", async () => {
    const [other, heir] = [
      { ...RULE, priority: 8 },
      { ...RULE, heir: true },
    ];
    const inherited = await ruleOptions({ listenerRules: [other, heir] });
    expect(inherited.get("entry-rule-7")).to.have.nested.property("aliases[0].name", "pay-rule");
    expect(aliasNames(inherited, "entry-rule-8")).to.deep.equal([]);
    const strangers = await ruleOptions({ listenerRules: [other, RULE] });
    for (const name of ["entry-rule-7", "entry-rule-8"])
      expect(aliasNames(strangers, name)).to.deep.equal([]);
  });

  it("refuses two groups with two rules, or with weights of its own", async () => {
    const two = { alternate: true, listenerRules: [RULE, { ...RULE, priority: 8 }] };
    expect(await refusal(pay(two))).to.match(/^pay: it has 2 rules; ECS moves the weights of one/);
    const weights = { own: 1, others: [{ targetGroupArn: OTHER, weight: 1 }] };
    expect(await refusal(pay({ alternate: true, weights }))).to.match(/^pay: weights are given/);
  });
});
