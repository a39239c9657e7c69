import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { isArm } from "../adapters/launch-types.ts";
import type { InstanceCapacity, InstanceCapacityArgs } from "./instance-capacity.ts";
import { InstanceRole } from "./instance-role.ts";
import { account, allowing } from "./trust.ts";

/** Amazon Linux 2023 with the ECS agent, as AWS publishes it (ECS developer guide, "Amazon ECS-optimized Linux AMIs"). */
const AMI = "/aws/service/ecs/optimized-ami/amazon-linux-2023";

/** GiB: the image's own snapshot is that large. */
const VOLUME = 30;

/** What a new instance of a cluster is: its image, its rights, and the group that guards it. */
export function containerInstance(parent: InstanceCapacity, name: string, args: InstanceCapacityArgs) {
  const { instanceTypes, cluster, key, tags } = args;
  const own = new InstanceRole(name, {}, { parent });
  const { role, profile } = own;
  const grants = [...own.grants, agentPolicy(parent, name, role, args)];
  const securityGroup = closedGroup(parent, name, args);
  const architecture = isArm(instanceTypes[0]!) ? "/arm64" : "";
  const image = aws.ssm.getParameterOutput(
    { name: `${AMI}${architecture}/recommended/image_id` },
    { parent },
  );
  const ebs = { encrypted: "true", volumeType: "gp3", volumeSize: VOLUME, deleteOnTermination: "true" };
  const template = new aws.ec2.LaunchTemplate(
    `${name}-template`,
    {
      imageId: image.insecureValue,
      instanceType: instanceTypes[0]!,
      updateDefaultVersion: true,
      iamInstanceProfile: { arn: profile.arn },
      // Tasks have interfaces and roles of their own; none needs the instance's.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: true },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: "false",
          securityGroups: [securityGroup.id],
          deleteOnTermination: "true",
        },
      ],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { ...ebs, ...(key === undefined ? {} : { kmsKeyId: key.arn }) },
        },
      ],
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        tags: { ...tags, Name: name },
      })),
      userData: cluster.name.apply((clusterName) => Buffer.from(agent(clusterName)).toString("base64")),
    },
    { parent },
  );
  return { template, role, grants, securityGroup };
}

/** Constant for a cluster. */
function agent(cluster: string): string {
  return `#!/bin/bash
cat >> /etc/ecs/ecs.config <<'END'
ECS_CLUSTER=${cluster}
ECS_AWSVPC_BLOCK_IMDS=true
ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true
END
`;
}

/** Nothing comes in, and only HTTPS goes out: to ECS, its registry and Systems Manager. Tasks have the tasks' group. */
function closedGroup(
  parent: InstanceCapacity,
  name: string,
  { network }: InstanceCapacityArgs,
): aws.ec2.SecurityGroup {
  const description = "Container instances: they connect to AWS, and nothing to them";
  const group = new aws.ec2.SecurityGroup(name, { vpcId: network.vpc.id, description }, { parent });
  const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-out`,
    {
      ...{ securityGroupId: group.id, ...https, cidrIpv4: "0.0.0.0/0" },
      description: "HTTPS to AWS, through NAT or the endpoints of the VPC",
    },
    { parent },
  );
  if (network.endpointGroup !== undefined)
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-in`,
      {
        ...{ securityGroupId: network.endpointGroup.id, ...https, referencedSecurityGroupId: group.id },
        description: "Container instances to AWS services",
      },
      { parent },
    );
  return group;
}

function agentPolicy(
  parent: InstanceCapacity,
  name: string,
  role: aws.iam.Role,
  { cluster, network }: InstanceCapacityArgs,
): aws.iam.RolePolicy {
  const { accountId, partition } = account(parent);
  const own = pulumi.interpolate`arn:${partition}:ecs:${network.region}:${accountId}:container-instance/${cluster.name}/*`;
  const policy = allowing(
    { actions: AGENT_ANYWHERE, on: ["*"] },
    { actions: AGENT_ON_CLUSTER, on: [cluster.arn] },
    { actions: AGENT_ON_INSTANCE, on: [own], when: { ArnEquals: { "ecs:cluster": cluster.arn } } },
  );
  return new aws.iam.RolePolicy(`${name}-policy`, { role: role.id, policy }, { parent });
}

/** What the ECS agent calls (ECS developer guide, "Container instance IAM role"), each on what it can be limited to. */
const AGENT_ANYWHERE = ["ecs:DiscoverPollEndpoint"];
const AGENT_ON_CLUSTER = [
  "ecs:RegisterContainerInstance",
  "ecs:DeregisterContainerInstance",
  "ecs:SubmitTaskStateChange",
  "ecs:SubmitContainerStateChange",
  "ecs:SubmitAttachmentStateChanges",
];
const AGENT_ON_INSTANCE = ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"];
