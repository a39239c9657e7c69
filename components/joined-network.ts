import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { SharedNetwork } from "../adapters/entry-settings.ts";
import type { NetworkSettings } from "../adapters/network-settings.ts";
import { regionOf } from "../adapters/zones.ts";
import type { Network } from "./network.ts";

/** What services need of a network, their stack's own or another's. */
export type Place = Pick<
  Network,
  "vpc" | "region" | "internet" | "publicSubnets" | "privateSubnets" | "gateways" | "endpointGroup" | "nat"
>;

export interface JoinedNetworkArgs extends Pick<NetworkSettings, "zones" | "nat"> {
  readonly joined: SharedNetwork;
}

/** Another stack's network, as it is: a balancer reaches targets of its own VPC alone. */
export class JoinedNetwork extends pulumi.ComponentResource implements Place {
  readonly vpc: aws.ec2.Vpc;
  readonly region: string;
  /** The owner's, and made. */
  readonly internet: readonly pulumi.Resource[] = [];
  /** None: they are for the balancer, which is the owner's. */
  readonly publicSubnets: readonly aws.ec2.Subnet[] = [];
  readonly privateSubnets: readonly aws.ec2.Subnet[];
  readonly gateways: readonly aws.ec2.VpcEndpoint[];
  readonly endpointGroup: aws.ec2.SecurityGroup | undefined;
  readonly nat: boolean;

  constructor(name: string, args: JoinedNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:JoinedNetwork", name, {}, opts);
    const { vpcId, privateSubnetIds, gatewayIds, endpointGroupId } = args.joined;
    const parent = { parent: this };
    this.region = regionOf(args.zones[0]!);
    this.nat = args.nat !== "none";
    this.vpc = aws.ec2.Vpc.get(`${name}-vpc`, vpcId, {}, parent);
    this.privateSubnets = privateSubnetIds.map((id) => aws.ec2.Subnet.get(`${name}-${id}`, id, {}, parent));
    this.gateways = gatewayIds.map((id) => aws.ec2.VpcEndpoint.get(`${name}-${id}`, id, {}, parent));
    this.endpointGroup =
      endpointGroupId === undefined
        ? undefined
        : aws.ec2.SecurityGroup.get(`${name}-endpoints`, endpointGroupId, {}, parent);
    this.registerOutputs({ vpcId: this.vpc.id });
  }
}

/** What another stack needs to join the network. */
export function shareOf({ vpc, privateSubnets, gateways, endpointGroup }: Place) {
  return {
    vpcId: vpc.id,
    privateSubnetIds: privateSubnets.map(({ id }) => id),
    gatewayIds: gateways.map(({ id }) => id),
    ...(endpointGroup === undefined ? {} : { endpointGroupId: endpointGroup.id }),
  };
}
