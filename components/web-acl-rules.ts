import type * as aws from "@pulumi/aws";
import {
  counted,
  MANAGED_GROUPS,
  type ManagedGroup,
  type ManagedUse,
  type WafSettings,
} from "../adapters/waf-settings.ts";

/** Addresses of one kind, in the sets that hold them. */
export interface AddressSets {
  readonly block: readonly aws.wafv2.IpSet[];
  readonly allow: readonly aws.wafv2.IpSet[];
}

type Rule = Omit<aws.types.input.wafv2.WebAclRule, "priority">;

/** A web ACL's rules in the order that they apply: addresses refused, addresses let through, the rate limit, AWS's groups. */
export function webAclRules(waf: WafSettings, sets: AddressSets): aws.types.input.wafv2.WebAclRule[] {
  const rules = [
    ...sets.block.map((set, i) => addressRule(`block-${i}`, set, { block: {} })),
    ...sets.allow.map((set, i) => addressRule(`allow-${i}`, set, { allow: {} })),
    ...(waf.rateLimit === false ? [] : [rateRule(waf.rateLimit)]),
    ...Object.entries(waf.managed).map(([group, use]) => managedRule(group as ManagedGroup, use)),
  ];
  return rules.map((rule, priority) => ({ ...rule, priority }));
}

/** WAF.12: each rule is seen, in CloudWatch and by samples. */
export function visible(metricName: string) {
  return { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName };
}

function addressRule(name: string, set: aws.wafv2.IpSet, action: Rule["action"]): Rule {
  const statement = { ipSetReferenceStatement: { arn: set.arn } };
  return { name, ...(action === undefined ? {} : { action }), statement, visibilityConfig: visible(name) };
}

function rateRule({ requests, window }: Exclude<WafSettings["rateLimit"], false>): Rule {
  return {
    name: "rate-limit",
    action: { block: {} },
    statement: {
      rateBasedStatement: { aggregateKeyType: "IP", limit: requests, evaluationWindowSec: window },
    },
    visibilityConfig: visible("rate-limit"),
  };
}

function managedRule(group: ManagedGroup, use: ManagedUse): Rule {
  const { name } = MANAGED_GROUPS[group];
  return {
    name: group,
    overrideAction: use === "count" ? { count: {} } : { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name,
        ruleActionOverrides: counted(use).map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visible(group),
  };
}
