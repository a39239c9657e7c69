import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { NetworkSettings } from "../adapters/network-settings.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { NatInstance } from "./nat-instance.ts";

/** One zone as its way out needs it. */
export interface WayOut {
  readonly zone: string;
  readonly publicSubnet: aws.ec2.Subnet;
  readonly privateCidr: string;
  readonly privateRoutes: aws.ec2.RouteTable;
}

export interface NatArgs {
  readonly nat: NetworkSettings["nat"];
  readonly vpc: aws.ec2.Vpc;
  readonly cidr: string;
  readonly zones: readonly WayOut[];
  /** What makes the public subnets public: whatever has a public address waits for it. */
  readonly internet: readonly pulumi.Resource[];
  readonly key: EncryptionKey | undefined;
}

/** How private subnets leave: what translates, its addresses and the routes to it. */
export interface Nat {
  readonly gateways: readonly aws.ec2.NatGateway[];
  readonly addresses: readonly aws.ec2.Eip[];
  readonly instance: NatInstance | undefined;
  readonly routes: readonly aws.ec2.Route[];
}

/** Each zone's own gateway, the first zone's gateway or instance for all, or nothing. */
export function nat(parent: pulumi.Resource, name: string, args: NatArgs): Nat {
  switch (args.nat) {
    case "none":
      return { gateways: [], addresses: [], instance: undefined, routes: [] };
    case "instance":
      return throughInstance(parent, name, args);
    case "single":
      return throughGateways(parent, name, args, args.zones.slice(0, 1));
    case "per-zone":
      return throughGateways(parent, name, args, args.zones);
  }
}

function throughInstance(parent: pulumi.Resource, name: string, args: NatArgs): Nat {
  const { zone, publicSubnet } = args.zones[0]!;
  const { vpc, cidr, zones, internet, key } = args;
  const place = { vpc, cidr, zones, subnet: publicSubnet, internet, key };
  const instance = new NatInstance(`${name}-nat-${zone}`, place, { parent });
  const routes = args.zones.map((each) =>
    routeOut(parent, name, each, { networkInterfaceId: instance.networkInterface.id }),
  );
  return { gateways: [], addresses: [instance.address], instance, routes };
}

function throughGateways(
  parent: pulumi.Resource,
  name: string,
  { zones, internet }: NatArgs,
  holders: readonly WayOut[],
): Nat {
  const options = { parent, dependsOn: [...internet] };
  const made = holders.map(({ zone, publicSubnet }) => {
    const tags = { Name: `${name}-${zone}` };
    const address = new aws.ec2.Eip(`${name}-nat-${zone}-address`, { domain: "vpc", tags }, options);
    const gateway = new aws.ec2.NatGateway(
      `${name}-nat-${zone}`,
      { subnetId: publicSubnet.id, allocationId: address.id, tags },
      options,
    );
    return { address, gateway };
  });
  const routes = zones.map((each, i) => {
    const { gateway } = made[i] ?? made[0]!;
    return routeOut(parent, name, each, { natGatewayId: gateway.id });
  });
  const gateways = made.map(({ gateway }) => gateway);
  return { gateways, addresses: made.map(({ address }) => address), instance: undefined, routes };
}

function routeOut(
  parent: pulumi.Resource,
  name: string,
  { zone, privateRoutes }: WayOut,
  by: Pick<aws.ec2.RouteArgs, "natGatewayId" | "networkInterfaceId">,
): aws.ec2.Route {
  return new aws.ec2.Route(
    `${name}-private-${zone}-out`,
    { routeTableId: privateRoutes.id, destinationCidrBlock: "0.0.0.0/0", ...by },
    { parent },
  );
}
