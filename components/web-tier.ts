import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../adapters/service-deployment.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";
import type { Compute, TaskProfile } from "../policy/service.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { grantStorage, storageEnvironment } from "./grants.ts";
import type { Network } from "./network.ts";
import { gracePeriod } from "./request-timing.ts";
import type { Security } from "./security.ts";
import type { Storage } from "./storage.ts";
import type { Target } from "./target.ts";
import { webServer } from "./web-server.ts";

export interface WebTierArgs {
  readonly network: Network;
  readonly security: Security;
  readonly target: Target;
  readonly compute: Extract<Compute, { type: "ec2" }>;
  readonly capacity: TaskProfile;
  readonly deployment: Deployment;
  /** Bounds, and the warm-up that the whole group shares. */
  readonly controls: Pick<ScalingControls, "min" | "max" | "warmup">;
  /** Encrypts its volumes; without one, AWS's own does. */
  readonly key: EncryptionKey | undefined;
  /** Where the deployment is granted any. */
  readonly storage?: Storage | undefined;
  /** Of instances and volumes: a launch template does not take the provider's. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Amazon Linux 2023's newest image, as AWS publishes it. */
const AMI = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";
/** Sessions, patches and inventory by Systems Manager; no SSH, no key pair. */
const SSM_CORE = "iam::aws:policy/AmazonSSMManagedInstanceCore";

/** Web instances in private subnets behind the load balancer, replaced one by one when their template changes. */
export class WebTier extends pulumi.ComponentResource {
  readonly group: aws.autoscaling.Group;
  readonly role: aws.iam.Role;

  constructor(name: string, args: WebTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:WebTier", name, {}, opts);
    const { network, target, controls } = args;
    const warmup = Math.ceil(controls.warmup ?? args.capacity.startup);
    this.role = instanceRole(this, name);
    const granted = grantStorage(`${name}-storage`, this.role, args, this);
    const template = launchTemplate(this, name, args, this.role);
    this.group = new aws.autoscaling.Group(
      `${name}-group`,
      {
        minSize: controls.min,
        maxSize: controls.max,
        desiredCapacity: controls.min,
        vpcZoneIdentifiers: network.privateSubnets.map(({ id }) => id),
        launchTemplate: { id: template.id, version: pulumi.interpolate`${template.latestVersion}` },
        targetGroupArns: [target.group.arn],
        healthCheckType: "ELB",
        healthCheckGracePeriod: gracePeriod(args.capacity),
        defaultInstanceWarmup: warmup,
        instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 110 },
        instanceRefresh: {
          strategy: "Rolling",
          preferences: {
            autoRollback: true,
            minHealthyPercentage: 100,
            maxHealthyPercentage: 110,
            instanceWarmup: String(warmup),
          },
        },
        enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances"],
      },
      { parent: this, dependsOn: [...target.rules, ...granted], ignoreChanges: ["desiredCapacity"] },
    );
    this.registerOutputs({ groupName: this.group.name });
  }
}

/** EC2 names no source account when it takes a role for an instance, so the trust has no condition. */
function instanceRole(parent: pulumi.Resource, name: string): aws.iam.Role {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
  };
  const role = new aws.iam.Role(`${name}-instance`, { assumeRolePolicy: JSON.stringify(trust) }, { parent });
  const { partition } = aws.getPartitionOutput({}, { parent });
  new aws.iam.RolePolicyAttachment(
    `${name}-ssm`,
    { role: role.name, policyArn: pulumi.interpolate`arn:${partition}:${SSM_CORE}` },
    { parent },
  );
  return role;
}

function launchTemplate(
  parent: pulumi.Resource,
  name: string,
  args: WebTierArgs,
  role: aws.iam.Role,
): aws.ec2.LaunchTemplate {
  const { compute, deployment, security, tags } = args;
  const profile = new aws.iam.InstanceProfile(`${name}-profile`, { role: role.name }, { parent });
  const ami = aws.ssm.getParameterOutput({ name: `${AMI}${deployment.cpuArchitecture}` }, { parent });
  const named = { ...tags, Name: name };
  return new aws.ec2.LaunchTemplate(
    `${name}-template`,
    {
      // An id, not `resolve:ssm:…`: with a parameter in the template AWS refuses to roll a refresh back.
      imageId: ami.insecureValue,
      instanceType: compute.instanceType,
      ...(compute.credits === undefined ? {} : { creditSpecification: { cpuCredits: compute.credits } }),
      updateDefaultVersion: true,
      ebsOptimized: EBS_OPTIMIZED_UNKNOWN.test(compute.instanceType) ? "false" : "true",
      iamInstanceProfile: { arn: profile.arn },
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: true },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: "false",
          securityGroups: [security.instances!.id],
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
            volumeSize: 8,
            deleteOnTermination: "true",
          },
        },
      ],
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        tags: named,
      })),
      userData: userData(args),
    },
    { parent },
  );
}

/** Not an output where nothing is granted: then a preview shows it. */
function userData(args: WebTierArgs): pulumi.Input<string> {
  const environment = storageEnvironment(args);
  const encoded = (names: Readonly<Record<string, string>>) =>
    Buffer.from(webServer(args.deployment, names)).toString("base64");
  if (Object.keys(environment).length === 0) return encoded({});
  return pulumi.output(environment).apply(encoded);
}

/** First- and second-generation burstable types have no such switch (EC2 user guide, "Amazon EBS-optimized"). */
const EBS_OPTIMIZED_UNKNOWN = /^t[12]\./;
