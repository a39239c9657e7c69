import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { shortName } from "./short-name.ts";
import { account, allowing, taggedGroups, trustPolicy } from "./trust.ts";

export interface RefreshRoleArgs {
  readonly region: string;
  /** The group's, by which the policy knows it before it exists. */
  readonly tags: Readonly<Record<string, string>>;
  readonly template: aws.ec2.LaunchTemplate;
  /** The role that instances take. */
  readonly instances: aws.iam.Role;
  /** Whether there are alarms to look at, and hooks to take away. */
  readonly watches: boolean;
  readonly unhooks: boolean;
}

/** What Systems Manager may do to refresh one group. */
export interface RefreshRole {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
}

/** A role's name has 64 characters, 8 of them Pulumi's. */
const ROLE = 56;

/** EC2, and EC2 in China, where roles are passed to it by another name (Karpenter's CloudFormation reference names both). */
const EC2 = ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"];

/**
 * Starts a refresh of groups with these tags, from this template alone: who names a template to EC2 Auto Scaling must be allowed
 * all that its launches do (EC2 Auto Scaling user guide, "Control Amazon EC2 launch template usage in Auto Scaling groups").
 */
export function refreshRole(name: string, args: RefreshRoleArgs, parent: pulumi.Resource): RefreshRole {
  const { region, template, instances, watches, unhooks } = args;
  const trusted = {
    service: "ssm.amazonaws.com",
    namespace: "ssm",
    resource: "automation-execution/*",
    region,
  };
  const role = new aws.iam.Role(
    shortName(`${name}-role`, ROLE),
    { assumeRolePolicy: trustPolicy(trusted, parent) },
    { parent },
  );
  const { accountId, partition } = account(parent);
  const ec2 = pulumi.interpolate`arn:${partition}:ec2:${region}`;
  const policy = allowing(
    {
      actions: ["autoscaling:StartInstanceRefresh", ...(unhooks ? ["autoscaling:DeleteLifecycleHook"] : [])],
      ...taggedGroups(args, parent),
    },
    { actions: ["autoscaling:DescribeInstanceRefreshes"], on: ["*"] }, // takes no resource
    {
      actions: ["ec2:RunInstances"],
      on: [
        pulumi.interpolate`${ec2}:${accountId}:*/*`,
        pulumi.interpolate`${ec2}::image/*`,
        pulumi.interpolate`${ec2}::snapshot/*`,
      ],
      when: { ArnEquals: { "ec2:LaunchTemplate": template.arn } },
    },
    {
      actions: ["ec2:CreateTags"],
      on: [pulumi.interpolate`${ec2}:${accountId}:*/*`],
      when: { StringEquals: { "ec2:CreateAction": "RunInstances" } },
    },
    {
      actions: ["iam:PassRole"],
      on: [instances.arn],
      when: { StringEquals: { "iam:PassedToService": EC2 } },
    },
    ...(watches
      ? [
          {
            actions: ["cloudwatch:DescribeAlarms"],
            on: [pulumi.interpolate`arn:${partition}:cloudwatch:${region}:${accountId}:alarm:*`],
          },
        ]
      : []),
  );
  return { role, policy: new aws.iam.RolePolicy(`${name}-policy`, { role: role.id, policy }, { parent }) };
}
