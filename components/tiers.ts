import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { NetworkSettings } from "../adapters/network-settings.ts";
import { subnetCidrs } from "./subnets.ts";

/** Who a subnet is for: the internet, what the stack runs, or what nothing outside may reach. */
type Tier = "public" | "private" | "isolated";

/** The subnets of a VPC, by tier and zone, and what routes them. */
export interface Tiers {
  readonly publicSubnets: readonly aws.ec2.Subnet[];
  readonly privateSubnets: readonly aws.ec2.Subnet[];
  readonly isolatedSubnets: readonly aws.ec2.Subnet[];
  readonly publicRoutes: aws.ec2.RouteTable;
  readonly privateRoutes: readonly aws.ec2.RouteTable[];
  readonly isolatedRoutes: aws.ec2.RouteTable | undefined;
  readonly routing: readonly aws.ec2.RouteTableAssociation[];
}

/** Everything is named for its tier and zone, so that both come and go on their own. */
export function tiers(
  parent: pulumi.Resource,
  name: string,
  vpc: aws.ec2.Vpc,
  settings: Pick<NetworkSettings, "cidr" | "subnets" | "zones" | "isolated">,
): Tiers {
  const { zones } = settings;
  const table = (label: string) =>
    new aws.ec2.RouteTable(
      `${name}-${label}-routes`,
      { vpcId: vpc.id, tags: { Name: `${name}-${label}` } },
      { parent },
    );
  const tier = (kind: Tier, tableOf: (i: number) => aws.ec2.RouteTable) =>
    zones.map((zone, i) => {
      const place = { vpc, zone, tier: kind, cidr: subnetCidrs(settings, zone)[kind], routes: tableOf(i) };
      return routedSubnet(parent, `${name}-${kind}-${zone}`, place);
    });
  const publicRoutes = table("public");
  const privateRoutes = zones.map((zone) => table(`private-${zone}`));
  const isolatedRoutes = settings.isolated === true ? table("isolated") : undefined;
  const open = tier("public", () => publicRoutes);
  const inner = tier("private", (i) => privateRoutes[i]!);
  const closed = isolatedRoutes === undefined ? [] : tier("isolated", () => isolatedRoutes);
  const subnets = (of: typeof open) => of.map(({ subnet }) => subnet);
  return {
    publicSubnets: subnets(open),
    privateSubnets: subnets(inner),
    isolatedSubnets: subnets(closed),
    ...{ publicRoutes, privateRoutes, isolatedRoutes },
    routing: [...open, ...inner, ...closed].map(({ association }) => association),
  };
}

interface Place {
  readonly vpc: aws.ec2.Vpc;
  readonly zone: string;
  readonly tier: Tier;
  readonly cidr: string;
  readonly routes: aws.ec2.RouteTable;
}

function routedSubnet(parent: pulumi.Resource, name: string, { vpc, zone, tier, cidr, routes }: Place) {
  const subnet = new aws.ec2.Subnet(
    name,
    {
      vpcId: vpc.id,
      availabilityZone: zone,
      cidrBlock: cidr,
      mapPublicIpOnLaunch: false,
      tags: { Name: name, "setpoint:tier": tier },
    },
    { parent },
  );
  const association = new aws.ec2.RouteTableAssociation(
    `${name}-routing`,
    { subnetId: subnet.id, routeTableId: routes.id },
    { parent },
  );
  return { subnet, association };
}
