import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { InstanceSettings } from "../adapters/cluster-settings.ts";
import { containerInstance } from "./container-instance.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import type { Place } from "./joined-network.ts";

export interface InstanceCapacityArgs extends InstanceSettings {
  readonly cluster: aws.ecs.Cluster;
  readonly network: Place;
  readonly key: EncryptionKey | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Instances for a cluster's tasks: ECS starts one when a task finds no room, and ends one only once its tasks have left
 * (ECS.19). What it is made of goes in the order in which AWS lets go: association, provider, group, cluster.
 */
export class InstanceCapacity extends pulumi.ComponentResource {
  readonly provider: aws.ecs.CapacityProvider;
  readonly group: aws.autoscaling.Group;
  readonly template: aws.ec2.LaunchTemplate;
  readonly role: aws.iam.Role;
  readonly securityGroup: aws.ec2.SecurityGroup;

  constructor(name: string, args: InstanceCapacityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:InstanceCapacity", name, {}, opts);
    const { template, role, grants, securityGroup } = containerInstance(this, name, args);
    this.template = template;
    this.role = role;
    this.securityGroup = securityGroup;
    this.group = autoScalingGroup(this, name, args, template, grants);
    this.provider = new aws.ecs.CapacityProvider(
      `${name}-provider`,
      {
        autoScalingGroupProvider: {
          autoScalingGroupArn: this.group.arn,
          managedScaling: {
            status: "ENABLED",
            targetCapacity: Math.round(100 * args.targetCapacity),
            minimumScalingStepSize: args.minStep,
            maximumScalingStepSize: args.maxStep,
            instanceWarmupPeriod: args.warmup,
          },
          managedTerminationProtection: "ENABLED",
          managedDraining: "ENABLED",
        },
      },
      { parent: this },
    );
    this.registerOutputs({ providerName: this.provider.name });
  }
}

function autoScalingGroup(
  parent: InstanceCapacity,
  name: string,
  { network, min, max, warmup, instanceTypes, tags }: InstanceCapacityArgs,
  template: aws.ec2.LaunchTemplate,
  grants: readonly pulumi.Resource[],
): aws.autoscaling.Group {
  const launchTemplate = { id: template.id, version: pulumi.interpolate`${template.latestVersion}` };
  const tagged = Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: false }));
  return new aws.autoscaling.Group(
    `${name}-group`,
    {
      minSize: min,
      maxSize: max,
      waitForCapacityTimeout: "0", // of a count that ECS has long since moved on
      vpcZoneIdentifiers: network.privateSubnets.map(({ id }) => id),
      ...(instanceTypes.length === 1 ? { launchTemplate } : mixed(instanceTypes, template)),
      protectFromScaleIn: true, // managed termination protection asks for it
      forceDelete: true, // protected instances would otherwise outlive the stack
      healthCheckType: "EC2",
      defaultInstanceWarmup: warmup,
      instanceRefresh: {
        strategy: "Rolling",
        preferences: {
          minHealthyPercentage: 100,
          maxHealthyPercentage: 110,
          scaleInProtectedInstances: "Refresh", // all are; managed draining moves their tasks first
        },
      },
      tags: [...tagged, MANAGED],
    },
    { parent, dependsOn: [...grants] }, // an agent without its rights joins no cluster, and leaves none
  );
}

/**
 * ECS adds it to the group by itself, but undeclared every update would take it away; and it counts no instance without it,
 * which those that start before the provider would be (hashicorp/terraform-provider-aws#12582).
 */
const MANAGED = { key: "AmazonECSManaged", value: "true", propagateAtLaunch: true };

/** On demand alone, the first type that has room. */
function mixed(instanceTypes: readonly string[], template: aws.ec2.LaunchTemplate) {
  return {
    mixedInstancesPolicy: {
      instancesDistribution: {
        onDemandPercentageAboveBaseCapacity: 100,
        onDemandAllocationStrategy: "prioritized",
      },
      launchTemplate: {
        launchTemplateSpecification: {
          launchTemplateId: template.id,
          version: pulumi.interpolate`${template.latestVersion}`,
        },
        overrides: instanceTypes.map((instanceType) => ({ instanceType })),
      },
    },
  };
}
