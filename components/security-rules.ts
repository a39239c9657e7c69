import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** The other end of a rule: a group, a prefix list or a block of addresses. */
export type Peer =
  | { readonly referencedSecurityGroupId: pulumi.Input<string> }
  | { readonly prefixListId: pulumi.Input<string> }
  | { readonly cidrIpv4: string };

export type SecurityRule = aws.vpc.SecurityGroupIngressRule | aws.vpc.SecurityGroupEgressRule;

/** Lets a peer open TCP connections to a group on one port; a rule without a description has no place here. */
export function allowIn(
  parent: pulumi.Resource,
  name: string,
  group: aws.ec2.SecurityGroup,
  port: number,
  rule: Peer & { readonly description: string },
): aws.vpc.SecurityGroupIngressRule {
  return new aws.vpc.SecurityGroupIngressRule(
    `${name}-in`,
    { securityGroupId: group.id, ...tcp(port), ...rule },
    { parent },
  );
}

/** Lets a group open TCP connections to a peer on one port. */
export function allowOut(
  parent: pulumi.Resource,
  name: string,
  group: aws.ec2.SecurityGroup,
  port: number,
  rule: Peer & { readonly description: string },
): aws.vpc.SecurityGroupEgressRule {
  return new aws.vpc.SecurityGroupEgressRule(
    `${name}-out`,
    { securityGroupId: group.id, ...tcp(port), ...rule },
    { parent },
  );
}

function tcp(port: number) {
  return { ipProtocol: "tcp", fromPort: port, toPort: port };
}
