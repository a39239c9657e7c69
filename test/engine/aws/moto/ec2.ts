import type { RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import type { Bag } from "../cloud.ts";
import { apiNames } from "./api-names.ts";
import type { Passed } from "./passed.ts";

/** A template's data; texts that say true or false are truths in the API. */
function templateData(inputs: Bag): RequestLaunchTemplateData {
  const { imageId, instanceType, userData, ebsOptimized, monitoring, metadataOptions } = inputs;
  const { iamInstanceProfile, creditSpecification, blockDeviceMappings } = inputs;
  const cards = (inputs.networkInterfaces ?? []) as Bag[];
  const tags = (inputs.tagSpecifications ?? []) as { resourceType: string; tags: Record<string, string> }[];
  const { SecurityGroupIds, TagSpecifications, NetworkInterfaces, ...rest } =
    apiNames<RequestLaunchTemplateData>(
      truths({
        ...{ imageId, instanceType, userData, ebsOptimized, monitoring, metadataOptions },
        ...{ iamInstanceProfile, creditSpecification, blockDeviceMappings },
        securityGroupIds: inputs.vpcSecurityGroupIds,
        networkInterfaces: cards.map(({ securityGroups, ...card }) => ({ ...card, groups: securityGroups })),
        tagSpecifications: tags.map(({ resourceType, tags: map }) => ({
          resourceType,
          tags: Object.entries(map).map(([key, value]) => ({ key, value })),
        })),
      }),
    );
  return {
    ...rest,
    ...(cards.length > 0 ? { NetworkInterfaces } : { SecurityGroupIds }),
    ...(tags.length > 0 ? { TagSpecifications } : {}),
  };
}

function truths(value: unknown): unknown {
  if (value === "true" || value === "false") return value === "true";
  if (Array.isArray(value)) return value.map(truths);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, truths(inner)]));
}

/** What the other services stand on; moto checks that subnets lie within their VPC and do not overlap. */
export const EC2: Readonly<Record<string, Passed>> = {
  "aws:ec2/vpc:Vpc": {
    create: async ({ ec2 }, { inputs }) => {
      const { Vpc } = await ec2.createVpc({ CidrBlock: String(inputs.cidrBlock) });
      return { id: Vpc!.VpcId };
    },
    remove: ({ ec2 }, { id }) => ec2.deleteVpc({ VpcId: id }),
  },
  "aws:ec2/subnet:Subnet": {
    create: async ({ ec2 }, { inputs }) => {
      const { vpcId, cidrBlock, availabilityZone } = inputs;
      const { Subnet } = await ec2.createSubnet(apiNames({ vpcId, cidrBlock, availabilityZone }));
      return { id: Subnet!.SubnetId };
    },
    remove: ({ ec2 }, { id }) => ec2.deleteSubnet({ SubnetId: id }),
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    create: async ({ ec2 }, { inputs, outputs }) => {
      const { vpcId, description } = inputs;
      const { GroupId } = await ec2.createSecurityGroup({
        GroupName: String(outputs.name),
        ...apiNames<{ Description: string }>({ vpcId, description: description ?? "Managed by Pulumi" }),
      });
      return { id: GroupId };
    },
    remove: ({ ec2 }, { id }) => ec2.deleteSecurityGroup({ GroupId: id }),
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    create: async ({ ec2 }, { inputs, outputs }) => {
      const { LaunchTemplate } = await ec2.createLaunchTemplate({
        LaunchTemplateName: String(outputs.name),
        LaunchTemplateData: templateData(inputs),
      });
      return { id: LaunchTemplate!.LaunchTemplateId, latestVersion: 1 };
    },
    update: async ({ ec2 }, { inputs, outputs }) => {
      const { LaunchTemplateVersion } = await ec2.createLaunchTemplateVersion({
        LaunchTemplateId: String(outputs.id),
        LaunchTemplateData: { ...templateData(inputs), UserData: undefined }, // moto launches no later version that has any
      });
      return { latestVersion: LaunchTemplateVersion!.VersionNumber };
    },
    remove: ({ ec2 }, { id }) => ec2.deleteLaunchTemplate({ LaunchTemplateId: id }),
  },
};
