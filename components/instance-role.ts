import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Sessions, patches and inventory by Systems Manager; no SSH, no key pair. */
const SSM_CORE = "iam::aws:policy/AmazonSSMManagedInstanceCore";

export interface InstanceRole {
  readonly role: aws.iam.Role;
  readonly profile: aws.iam.InstanceProfile;
}

/** What an instance may do: be managed. EC2 names no source account when it takes a role, so the trust has no condition. */
export function instanceRole(parent: pulumi.Resource, name: string): InstanceRole {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
  };
  const role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy: JSON.stringify(trust) }, { parent });
  const { partition } = aws.getPartitionOutput({}, { parent });
  new aws.iam.RolePolicyAttachment(
    `${name}-ssm`,
    { role: role.name, policyArn: pulumi.interpolate`arn:${partition}:${SSM_CORE}` },
    { parent },
  );
  const profile = new aws.iam.InstanceProfile(`${name}-profile`, { role: role.name }, { parent });
  return { role, profile };
}
