import { at, list, referred, text } from "../../guard/resource.ts";
import { add, edit, set, without } from "../support/changes.ts";
import { all, each, guard, having, none, refersTo, type Table } from "../support/controls.ts";

const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";
const CERTIFICATE = "aws:acm/certificate:Certificate";
const ACL = "aws:wafv2/webAcl:WebAcl";
const PLAIN = "`entry.insecure: true`: nothing in it is worth a certificate";
const NO_WAF = "marked ᵈ: an ACL costs 8 USD a month and each million of requests 0.60";

export const BALANCERS: Table = {
  title: "Load balancer and WAF (`LoadBalancer`)",
  file: "balancer.ts",
  controls: [
    {
      ids: "ELB.1, ELB.18",
      control: "plain HTTP is redirected to HTTPS, and nothing else",
      checkov: "CKV_AWS_2, CKV2_AWS_20, CKV_AWS_378 at the listener",
      faults: guard("alb-http-to-https-redirection"),
      broken: set("entry-http", "defaultActions", [{ type: "forward" }]),
      dev: PLAIN,
    },
    {
      ids: "ELB.4",
      control: "invalid headers dropped",
      checkov: "CKV_AWS_131",
      faults: guard("elb-drops-invalid-headers"),
      broken: set("entry-alb", "dropInvalidHeaderFields", false),
    },
    {
      ids: "ELB.5",
      control: "access logs and connection logs, in a bucket of ours",
      checkov: "CKV_AWS_91",
      faults: all(
        guard("elb-logging-enabled"),
        each(BALANCER, (inputs, balancer, stack) => {
          const ours = refersTo(stack, balancer, "accessLogs", "aws:s3/bucket:Bucket");
          return ours && at(inputs, "connectionLogs.enabled") === true;
        }),
      ),
      broken: [set("entry-alb", "accessLogs.enabled", false), set("entry-alb", "connectionLogs", undefined)],
      dev: "nobody reads them, and each request is paid for",
    },
    {
      ids: "ELB.6",
      control: "deletion protection, at AWS and in Pulumi",
      checkov: "CKV_AWS_150",
      faults: all(
        guard("elb-deletion-protection-enabled"),
        each(BALANCER, (_, { protect }) => protect === true),
      ),
      broken: [
        set("entry-alb", "enableDeletionProtection", false),
        edit("entry-alb", () => ({ protect: false })),
      ],
      dev: "marked ᵈ: it may be thrown away",
    },
    {
      ids: "ELB.12",
      control: "desync mitigation: defensive",
      checkov: "CKV_AWS_328",
      faults: each(BALANCER, (inputs) =>
        ["defensive", "strictest"].includes(text(inputs.desyncMitigationMode)),
      ),
      broken: set("entry-alb", "desyncMitigationMode", "monitor"),
    },
    {
      ids: "ELB.13",
      control: "in several zones",
      checkov: "–",
      faults: guard("elb-several-zones"),
      broken: set("entry-alb", "subnets", ["subnet-1"]),
    },
    {
      ids: "ELB.16ᴺ",
      control: "a web ACL before what is public",
      checkov: "CKV2_AWS_28",
      faults: each(
        BALANCER,
        (inputs, balancer, stack) =>
          inputs.internal === true ||
          having(stack, "aws:wafv2/webAclAssociation:WebAclAssociation", "resourceArn", balancer).length > 0,
      ),
      broken: without("entry-waf-association"),
      dev: NO_WAF,
    },
    {
      ids: "ELB.17",
      control: "TLS 1.2 at least, 1.3 offered, the policy pinned",
      checkov: "CKV_AWS_103, CKV2_AWS_74",
      faults: all(
        guard("elb-tls-policy"),
        each(BALANCER, (_, balancer, stack) => {
          const listeners = having(stack, LISTENER, "loadBalancerArn", balancer);
          return listeners.some(({ inputs }) => inputs.protocol === "HTTPS");
        }),
      ),
      broken: [set("entry-https", "sslPolicy", "ELBSecurityPolicy-2016-08"), without("entry-https")],
      dev: PLAIN,
    },
    {
      ids: "–",
      control: "target groups have a health check",
      checkov: "CKV_AWS_261",
      faults: guard("target-group-health-check"),
      broken: set("pay-target-alternate", "healthCheck", undefined),
    },
    {
      ids: "ELB.2, 3, 7, 9, 10, 14",
      control: "no Classic balancers",
      checkov: "–",
      faults: none(/^aws:elb\//),
      broken: add("aws:elb/loadBalancer:LoadBalancer", {}),
    },
    {
      ids: "ACM.1, ACM.2",
      control:
        "certificates validated by DNS, so renewed; ECDSA P-256 or RSA 2048; an alarm 30 days before the end",
      checkov: "CKV_AWS_233, CKV_AWS_234",
      faults: each(CERTIFICATE, (inputs, certificate, stack) => {
        const watched = having(stack, "aws:cloudwatch/metricAlarm:MetricAlarm", "dimensions", certificate);
        return (
          inputs.validationMethod === "DNS" &&
          ["RSA_2048", "EC_prime256v1"].includes(text(inputs.keyAlgorithm)) &&
          watched.some((alarm) => alarm.inputs.metricName === "DaysToExpiry" && alarm.inputs.threshold === 30)
        );
      }),
      broken: [
        without("entry-alarms-certificate"),
        set("entry-domain-certificate", "validationMethod", "EMAIL"),
        set("entry-domain-certificate", "keyAlgorithm", "RSA_1024"),
      ],
      dev: PLAIN,
    },
    {
      ids: "WAF.10",
      control: "managed common rules, known bad inputs and a rate limit, all blocking",
      checkov: "CKV_AWS_175, CKV_AWS_192, CKV_AWS_342, CKV2_AWS_76",
      faults: each(ACL, ({ rules }) => {
        const groups = list(rules).map((rule) => at(rule, "statement.managedRuleGroupStatement.name"));
        const enforced = list(rules).every(
          (rule) => (at(rule, "overrideAction.none") ?? at(rule, "action.block")) !== undefined,
        );
        const softened = list(rules).flatMap((rule) =>
          list(at(rule, "statement.managedRuleGroupStatement.ruleActionOverrides")),
        );
        return (
          enforced &&
          softened.length === 0 &&
          ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"].every((name) =>
            groups.includes(name),
          ) &&
          list(rules).some((rule) => at(rule, "statement.rateBasedStatement.aggregateKeyType") === "IP")
        );
      }),
      broken: [
        set("entry-waf-acl", "rules.1.overrideAction", { count: {} }),
        set("entry-waf-acl", "rules.1.statement.managedRuleGroupStatement.ruleActionOverrides", [
          { name: "SizeRestrictions_BODY", actionToUse: { count: {} } },
        ]),
        set("entry-waf-acl", "rules.0.statement", {}),
        set("entry-waf-acl", "rules.2.statement", {}),
      ],
      dev: NO_WAF,
    },
    {
      ids: "WAF.11ᴺ",
      control: "the ACL's log, without authorization and cookies",
      checkov: "CKV2_AWS_31",
      faults: each(ACL, (_, acl, stack) =>
        having(
          stack,
          "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
          "resourceArn",
          acl,
        ).some((logging) => {
          const redacted = list(logging.inputs.redactedFields).map((field) => at(field, "singleHeader.name"));
          const groups = referred(stack, logging, "logDestinationConfigs");
          return (
            ["authorization", "cookie"].every((header) => redacted.includes(header)) &&
            groups.some(({ inputs }) => /^aws-waf-logs-/.test(text(inputs.name ?? inputs.namePrefix)))
          );
        }),
      ),
      broken: [set("entry-waf-logging", "redactedFields", []), without("entry-waf-logging")],
      dev: NO_WAF,
    },
    {
      ids: "WAF.12",
      control: "rules publish metrics",
      checkov: "–",
      faults: each(ACL, ({ rules, visibilityConfig }) =>
        [{ visibilityConfig }, ...list(rules)].every(
          (rule) => at(rule, "visibilityConfig.cloudwatchMetricsEnabled") === true,
        ),
      ),
      broken: set("entry-waf-acl", "rules.0.visibilityConfig.cloudwatchMetricsEnabled", false),
      dev: NO_WAF,
    },
    {
      ids: "WAF.1–4, 6–8",
      control: "no WAF Classic",
      checkov: "–",
      faults: none(/^aws:waf(regional)?\//),
      broken: add("aws:wafregional/webAcl:WebAcl", {}),
    },
  ],
  elsewhere: [
    {
      ids: "ELB.21, ELB.22",
      control: "encrypted health checks and target protocol",
      checkov: "CKV_AWS_378 at the target group",
      state: "not held by default",
      why: "opt-in, `deploy.protocol: https`; by default plain HTTP inside the VPC, to tasks and instances that accept the balancer's group only",
      test: "test/components/target.test.ts",
    },
  ],
};
