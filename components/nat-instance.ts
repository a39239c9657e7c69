import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./encryption-key.ts";
import { InstanceRole } from "./instance-role.ts";
import { natScript } from "./nat-script.ts";
import { allowIn, allowOut, type SecurityRule } from "./security-rules.ts";

export interface NatInstanceArgs {
  readonly vpc: aws.ec2.Vpc;
  readonly cidr: string;
  /** A public one. */
  readonly subnet: aws.ec2.Subnet;
  /** Whose private subnets it serves. */
  readonly zones: readonly { readonly zone: string; readonly privateCidr: string }[];
  /** What makes that subnet public. */
  readonly internet: readonly pulumi.Resource[];
  /** Encrypts its volume; without one, AWS's own does. */
  readonly key: EncryptionKey | undefined;
}

/** Graviton with 512 MiB: 3.4 USD a month in Ireland, where a gateway costs 35 and each GB besides (AWS price list, 2026-11). */
const TYPE = "t4g.nano";
const AMI = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/**
 * A small machine that lets private subnets call out over HTTPS, for stacks that may be without it for a minute: a new image of
 * Amazon Linux replaces it, while its interface, and so the routes and the public address, stay.
 */
export class NatInstance extends pulumi.ComponentResource {
  readonly group: aws.ec2.SecurityGroup;
  readonly networkInterface: aws.ec2.NetworkInterface;
  readonly address: aws.ec2.Eip;
  readonly access: InstanceRole;
  readonly role: aws.iam.Role;
  readonly rules: readonly SecurityRule[];
  readonly instance: aws.ec2.Instance;

  constructor(name: string, args: NatInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:NatInstance", name, {}, opts);
    const parent = { parent: this };
    const tags = { Name: name };
    this.group = closedGroup(this, name, args);
    this.rules = rulesOf(this, name, args);
    this.networkInterface = new aws.ec2.NetworkInterface(
      `${name}-interface`,
      {
        subnetId: args.subnet.id,
        securityGroups: [this.group.id],
        sourceDestCheck: false,
        description: "Private subnets' way out",
        tags,
      },
      parent,
    );
    this.address = new aws.ec2.Eip(
      `${name}-address`,
      { domain: "vpc", networkInterface: this.networkInterface.id, tags },
      { parent: this, dependsOn: [...args.internet] },
    );
    this.access = new InstanceRole(name, {}, parent);
    this.role = this.access.role;
    this.instance = new aws.ec2.Instance(
      `${name}-instance`,
      {
        ami: aws.ssm.getParameterOutput({ name: AMI }, parent).insecureValue,
        instanceType: TYPE,
        // `standard` gives a new instance no credits to start with, and its first start takes minutes.
        creditSpecification: { cpuCredits: "unlimited" },
        primaryNetworkInterface: { networkInterfaceId: this.networkInterface.id },
        sourceDestCheck: false, // left out, it is true, and the provider puts the interface's back
        iamInstanceProfile: this.access.profile.name,
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        rootBlockDevice: {
          encrypted: true,
          ...(args.key === undefined ? {} : { kmsKeyId: args.key.arn }),
          volumeType: "gp3",
          volumeSize: 8,
          tags, // the provider's reach a volume by these only
        },
        userData: natScript(args.cidr),
        userDataReplaceOnChange: true,
        tags,
      },
      // Its first start downloads; and an interface is in one machine at a time.
      { parent: this, dependsOn: this.address, deleteBeforeReplace: true },
    );
    this.registerOutputs({ publicIp: this.address.publicIp });
  }
}

function closedGroup(parent: NatInstance, name: string, args: NatInstanceArgs): aws.ec2.SecurityGroup {
  return new aws.ec2.SecurityGroup(
    `${name}-group`,
    {
      vpcId: args.vpc.id,
      description: "NAT instance: HTTPS of the private subnets only",
      tags: { Name: name },
    },
    { parent },
  );
}

/** HTTPS from the private subnets and on to the internet: what tasks and instances may ask for, and nothing to the machine itself. */
function rulesOf(parent: NatInstance, name: string, args: NatInstanceArgs): readonly SecurityRule[] {
  return [
    ...args.zones.map(({ zone, privateCidr }) =>
      allowIn(parent, `${name}-private-${zone}`, parent.group, 443, {
        cidrIpv4: privateCidr,
        description: `HTTPS of the private subnet in ${zone}`,
      }),
    ),
    allowOut(parent, `${name}-internet`, parent.group, 443, {
      cidrIpv4: "0.0.0.0/0",
      description: "HTTPS to registries and APIs, and to Systems Manager",
    }),
  ];
}
