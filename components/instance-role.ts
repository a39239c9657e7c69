import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../adapters/service-deployment.ts";
import { shortName } from "./short-name.ts";
import { executionPolicy } from "./task-roles.ts";
import { account, allowing, taggedGroups } from "./trust.ts";

export interface InstanceRoleArgs {
  /** What it serves: its log group to write to, its one image to pull. */
  readonly serves?: { readonly logGroup: aws.cloudwatch.LogGroup; readonly image: Deployment["image"] };
  /** Lets instances report to their group's lifecycle hooks: the groups with these tags. */
  readonly reportsTo?: { readonly region: string; readonly tags: Readonly<Record<string, string>> };
}

/** A role's name has 64 characters, 8 of them Pulumi's. */
const ROLE = 56;

/** Sessions, patches and inventory by Systems Manager; no SSH, no key pair. */
const SSM_CORE = "iam::aws:policy/AmazonSSMManagedInstanceCore";

/** What an instance may do: be managed by Systems Manager and, where it serves, write its logs and pull its one image. */
export class InstanceRole extends pulumi.ComponentResource {
  readonly role: aws.iam.Role;
  readonly profile: aws.iam.InstanceProfile;
  /** Instances launch after these. */
  readonly grants: readonly pulumi.Resource[];

  constructor(name: string, args: InstanceRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:InstanceRole", name, {}, opts);
    const parent = { parent: this };
    this.role = new aws.iam.Role(shortName(`${name}-role`, ROLE), { assumeRolePolicy: TRUST }, parent);
    const { partition } = account(this);
    const managed = new aws.iam.RolePolicyAttachment(
      `${name}-ssm`,
      { role: this.role.name, policyArn: pulumi.interpolate`arn:${partition}:${SSM_CORE}` },
      parent,
    );
    this.grants = [managed, ...serving(this, name, args), ...reporting(this, name, args)];
    this.profile = new aws.iam.InstanceProfile(`${name}-profile`, { role: this.role.name }, parent);
    this.registerOutputs({ roleName: this.role.name });
  }
}

/** EC2 names no source account when it takes a role for an instance, so the trust has no condition. */
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

function serving(
  parent: InstanceRole,
  name: string,
  { serves }: InstanceRoleArgs,
): readonly pulumi.Resource[] {
  if (serves === undefined) return [];
  const { logGroup, image } = serves;
  const images = image.kind === "reference" ? [image.reference] : [];
  const policy = executionPolicy({ logGroup, images }, parent);
  return [new aws.iam.RolePolicy(`${name}-policy`, { role: parent.role.id, policy }, { parent })];
}

/** The policy must exist before the group's first instance, so before its name. */
function reporting(
  parent: InstanceRole,
  name: string,
  { reportsTo }: InstanceRoleArgs,
): readonly pulumi.Resource[] {
  if (reportsTo === undefined) return [];
  const groups = taggedGroups(reportsTo, parent);
  const policy = allowing({ actions: ["autoscaling:CompleteLifecycleAction"], ...groups });
  return [new aws.iam.RolePolicy(`${name}-hooks`, { role: parent.role.id, policy }, { parent })];
}
