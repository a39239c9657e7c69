import { expect } from "chai";
import { type WafSettings, wafSchema } from "../../adapters/waf-settings.ts";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { WebAcl } from "../../components/web-acl.ts";
import { asked, DEV, deploy, foundation, later, ofType, PROD } from "../support/deploy.ts";

interface Rule {
  readonly name: string;
  readonly priority: number;
  readonly action?: object;
  readonly overrideAction?: object;
  readonly statement: Readonly<Record<string, object>>;
  readonly visibilityConfig: object;
}

const FULL: WafSettings = {
  managed: { common: { count: ["SizeRestrictions_BODY"] }, sqlInjection: "count", knownBadInputs: "block" },
  rateLimit: { requests: 500, window: 60 },
  allow: ["198.51.100.0/24"],
  block: ["192.0.2.0/24", "2001:db8::/32"],
};

const acl = (waf: WafSettings, keyed = false) =>
  deploy(() => {
    const { loadBalancer } = foundation(DEV, "task");
    const key = keyed ? new EncryptionKey("key", { region: "eu-west-1", protect: false }) : undefined;
    new WebAcl("waf", { waf, balancer: loadBalancer.balancer, logRetention: 14, key });
  });

const rulesOf = async (waf: WafSettings) => asked(await acl(waf), "waf-acl").rules as readonly Rule[];

describe("WebAcl", () => {
  it("ELB.16, WAF.10: guards the balancer in prod with AWS's common rules and a rate limit, and is absent in dev", async () => {
    const prod = await deploy(() => foundation(PROD, "task"));
    expect(asked(prod, "entry-waf-association")).to.deep.equal({
      resourceArn: later("entry-alb.arn"),
      webAclArn: later("entry-waf-acl.arn"),
    });
    const { rules, defaultAction, scope } = asked(prod, "entry-waf-acl");
    expect({ defaultAction, scope }).to.deep.equal({ defaultAction: { allow: {} }, scope: "REGIONAL" });
    expect((rules as Rule[]).map(({ name }) => name)).to.deep.equal([
      "rate-limit",
      "common",
      "knownBadInputs",
    ]);
    const dev = await deploy(() => foundation(DEV, "task"));
    expect(dev.filter(({ type }) => type.startsWith("aws:wafv2"))).to.deep.equal([]);
  });

  it("refuses addresses, lets others through, limits rates, and then asks AWS's rules (row 8)", async () => {
    const rules = await rulesOf(FULL);
    expect(rules.map(({ name, priority }) => `${priority} ${name}`)).to.deep.equal([
      "0 block-0",
      "1 block-1",
      "2 allow-0",
      "3 rate-limit",
      "4 common",
      "5 sqlInjection",
      "6 knownBadInputs",
    ]);
    const actions = rules.map(({ action, overrideAction }) => action ?? overrideAction);
    const [block, none] = [{ block: {} }, { none: {} }];
    expect(actions).to.deep.equal([block, block, { allow: {} }, block, none, { count: {} }, none]);
    expect(rules[3]!.statement).to.deep.equal({
      rateBasedStatement: { aggregateKeyType: "IP", limit: 500, evaluationWindowSec: 60 },
    });
    expect(rules[4]!.statement).to.deep.equal({
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: "AWSManagedRulesCommonRuleSet",
        ruleActionOverrides: [{ name: "SizeRestrictions_BODY", actionToUse: { count: {} } }],
      },
    });
  });

  it("counts large bodies and blocks by every other rule, where large bodies pass", async () => {
    const overrides = async (settings: unknown) => {
      const [, common, bad] = (await rulesOf(wafSchema.parse(settings) as WafSettings)).map((rule) => ({
        action: rule.overrideAction,
        counted: (rule.statement.managedRuleGroupStatement as { ruleActionOverrides?: object } | undefined)
          ?.ruleActionOverrides,
      }));
      expect([common!.action, bad]).to.deep.equal([{ none: {} }, { action: { none: {} }, counted: [] }]);
      return common!.counted;
    };
    expect(await overrides({ largeBodies: true })).to.deep.equal([
      { name: "SizeRestrictions_BODY", actionToUse: { count: {} } },
    ]);
    expect(await overrides({})).to.deep.equal([]);
  });

  it("keeps a set of addresses for each version of IP", async () => {
    const sets = ofType(await acl(FULL), "aws:wafv2/ipSet:IpSet").map(({ name, inputs }) => [name, inputs]);
    const scope = "REGIONAL";
    expect(Object.fromEntries(sets)).to.deep.equal({
      "waf-block-ipv4": { scope, ipAddressVersion: "IPV4", addresses: ["192.0.2.0/24"] },
      "waf-block-ipv6": { scope, ipAddressVersion: "IPV6", addresses: ["2001:db8::/32"] },
      "waf-allow-ipv4": { scope, ipAddressVersion: "IPV4", addresses: ["198.51.100.0/24"] },
    });
  });

  it("WAF.12: publishes metrics of each rule and of the whole", async () => {
    const { rules, visibilityConfig } = asked(await acl(FULL), "waf-acl");
    const shown = [...(rules as Rule[]), { visibilityConfig }].map((each) => each.visibilityConfig);
    expect(shown).to.have.length(8);
    for (const each of shown)
      expect(each).to.include({ cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true });
  });

  it("WAF.11: logs without credentials, to a group that WAF may write to, with the stack's key", async () => {
    const registered = await acl(FULL, true);
    expect(asked(registered, "waf-log")).to.deep.equal({
      namePrefix: "aws-waf-logs-",
      retentionInDays: 14,
      kmsKeyId: later("key-key.arn"),
    });
    expect(asked(registered, "waf-logging")).to.deep.equal({
      resourceArn: later("waf-acl.arn"),
      logDestinationConfigs: [later("waf-log.arn")],
      redactedFields: [{ singleHeader: { name: "authorization" } }, { singleHeader: { name: "cookie" } }],
    });
  });

  it("LB-21: has a name that AWS takes, whatever its parent is called", async () => {
    const registered = await deploy(() => {
      const { loadBalancer } = foundation(DEV, "task");
      const args = { waf: FULL, balancer: loadBalancer.balancer, logRetention: 14, key: undefined };
      new WebAcl(`web acl ${"x".repeat(200)}`, args);
    });
    const [made] = ofType(registered, "aws:wafv2/webAcl:WebAcl");
    expect(made!.name).to.match(/^[\w-]{1,120}$/); // and Pulumi's 8
  });
});
