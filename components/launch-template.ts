import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { DEFAULT_INSTANCES } from "../adapters/instance-settings.ts";
import type { Deployment } from "../adapters/service-deployment.ts";
import type { Compute } from "../policy/service.ts";
import { backedUp } from "./backup-plan.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import type { InstanceRole } from "./instance-role.ts";
import { LOGS_TAG } from "./web-server.ts";

export interface LaunchTemplateArgs {
  readonly compute: Extract<Compute, { type: "ec2" }>;
  /** All types that instances may be of, the declared one first. */
  readonly types: readonly string[];
  readonly deployment: Deployment;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly role: InstanceRole;
  readonly logGroup: aws.cloudwatch.LogGroup;
  /** Encrypts its volumes; without one, AWS's own does. */
  readonly key: EncryptionKey | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly userData: pulumi.Input<string>;
}

/** How instances of a group start: hardened, private, encrypted, and measured every minute. */
export function launchTemplate(
  name: string,
  args: LaunchTemplateArgs,
  parent: pulumi.Resource,
): aws.ec2.LaunchTemplate {
  const { compute, deployment, role, tags } = args;
  const instanceTags = { ...readableTags(tags), [LOGS_TAG]: args.logGroup.name };
  const tagged = [
    { resourceType: "instance", tags: instanceTags },
    { resourceType: "volume", tags: backedUp(tags) },
    { resourceType: "network-interface", tags },
  ];
  return new aws.ec2.LaunchTemplate(
    name,
    {
      imageId: machineImage(deployment, parent),
      instanceType: compute.instanceType,
      ...credits(compute),
      updateDefaultVersion: true,
      ebsOptimized: String(ebsOptimized(args.types)),
      iamInstanceProfile: { arn: role.profile.arn },
      metadataOptions: METADATA,
      monitoring: { enabled: true },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: "false",
          securityGroups: [args.securityGroup.id],
          deleteOnTermination: "true",
        },
      ],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            encrypted: "true",
            ...(args.key === undefined ? {} : { kmsKeyId: args.key.arn }),
            volumeType: "gp3",
            volumeSize: ROOT,
            deleteOnTermination: "true",
          },
        },
      ],
      tagSpecifications: tagged,
      userData: args.userData,
    },
    { parent },
  );
}

/** GiB of a root volume: Amazon Linux takes 2 of them, an image and its logs the rest. */
export const ROOT = 8;

/** IMDSv2 within one hop, so that containers do not reach it; tags, as user data reads them there. */
export const METADATA = {
  httpEndpoint: "enabled",
  httpTokens: "required",
  httpPutResponseHopLimit: 1,
  instanceMetadataTags: "enabled",
};

/** Amazon Linux 2023's newest image, as AWS publishes it. */
const AMI = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";

/** An id, not `resolve:ssm:…`: with a parameter in the template AWS refuses to roll a refresh back. */
export function machineImage(
  { cpuArchitecture, instances = DEFAULT_INSTANCES }: Deployment,
  parent: pulumi.Resource,
): pulumi.Input<string> {
  if (instances.image !== undefined) return instances.image.id;
  return aws.ssm.getParameterOutput({ name: `${AMI}${cpuArchitecture}` }, { parent }).insecureValue;
}

export function credits({ credits }: LaunchTemplateArgs["compute"]) {
  return credits === undefined ? {} : { creditSpecification: { cpuCredits: credits } };
}

/** First- and second-generation burstable types have no such switch (EC2 user guide, "Amazon EBS-optimized"). */
export function ebsOptimized(types: readonly string[]): boolean {
  return !types.some((type) => /^t[12]\./.test(type));
}

/** Where metadata shows tags, AWS refuses keys with spaces or slashes (EC2 user guide, "Work with instance tags in instance metadata"). */
export function readableTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => /^[\w+\-=.,:@]+$/.test(key)));
}
