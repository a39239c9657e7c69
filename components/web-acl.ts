import { isIPv4 } from "node:net";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { WafSettings } from "../adapters/waf-settings.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { shortName } from "./short-name.ts";
import { visible, webAclRules } from "./web-acl-rules.ts";

export interface WebAclArgs {
  readonly waf: WafSettings;
  readonly balancer: aws.lb.LoadBalancer;
  /** Days. */
  readonly logRetention: number;
  /** Encrypts its log; without one, AWS's own does. */
  readonly key: EncryptionKey | undefined;
}

/** A web ACL's name has 128 characters, letters, digits, `-` and `_` (CreateWebACL), 8 of them Pulumi's. */
const NAME = 120;

/** Headers that say who somebody is: no log shows them. */
const REDACTED = ["authorization", "cookie"];

/** AWS WAF before the balancer: what it blocks and lets through, its metrics, and its log without credentials. */
export class WebAcl extends pulumi.ComponentResource {
  readonly acl: aws.wafv2.WebAcl;
  readonly addressSets: readonly aws.wafv2.IpSet[];
  readonly association: aws.wafv2.WebAclAssociation;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly logging: aws.wafv2.WebAclLoggingConfiguration;

  constructor(name: string, args: WebAclArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:WebAcl", name, {}, opts);
    const { waf, key } = args;
    const parent = { parent: this };
    const sets = {
      block: addressSets(this, `${name}-block`, waf.block),
      allow: addressSets(this, `${name}-allow`, waf.allow),
    };
    this.addressSets = [...sets.block, ...sets.allow];
    this.acl = new aws.wafv2.WebAcl(
      shortName(`${name}-acl`, NAME),
      {
        scope: "REGIONAL",
        description: "Requests to the load balancer",
        defaultAction: { allow: {} },
        rules: webAclRules(waf, sets),
        visibilityConfig: visible(shortName(name, NAME)),
      },
      parent,
    );
    this.association = new aws.wafv2.WebAclAssociation(
      `${name}-association`,
      { resourceArn: args.balancer.arn, webAclArn: this.acl.arn },
      parent,
    );
    this.logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      {
        namePrefix: "aws-waf-logs-", // WAF writes to no other (AWS WAF developer guide, "Logging web ACL traffic")
        retentionInDays: args.logRetention,
        ...(key === undefined ? {} : { kmsKeyId: key.arn }),
      },
      parent,
    );
    this.logging = new aws.wafv2.WebAclLoggingConfiguration(
      `${name}-logging`,
      {
        resourceArn: this.acl.arn,
        logDestinationConfigs: [this.logGroup.arn],
        redactedFields: REDACTED.map((header) => ({ singleHeader: { name: header } })),
      },
      parent,
    );
    this.registerOutputs({ webAclArn: this.acl.arn });
  }
}

/** A set holds addresses of one version of IP. */
function addressSets(
  parent: pulumi.Resource,
  name: string,
  blocks: readonly string[],
): readonly aws.wafv2.IpSet[] {
  const isFour = (block: string) => isIPv4(block.split("/")[0]!);
  const kinds = [
    { version: "IPV4", addresses: blocks.filter(isFour) },
    { version: "IPV6", addresses: blocks.filter((block) => !isFour(block)) },
  ];
  return kinds
    .filter(({ addresses }) => addresses.length > 0)
    .map(
      ({ version, addresses }) =>
        new aws.wafv2.IpSet(
          `${name}-${version.toLowerCase()}`,
          { scope: "REGIONAL", ipAddressVersion: version, addresses },
          { parent },
        ),
    );
}
