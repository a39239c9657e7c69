import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type NetworkSettings, regionOf } from "../adapters/network-settings.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { gatewayEndpoints, interfaceEndpoints } from "./endpoints.ts";
import { FlowLogs } from "./flow-logs.ts";
import { subnetCidrs } from "./subnets.ts";

export interface NetworkArgs extends NetworkSettings {
  /** Encrypts flow logs. */
  readonly key?: EncryptionKey | undefined;
  /** Days. */
  readonly logRetention: number;
}

interface Zone {
  readonly zone: string;
  readonly publicSubnet: aws.ec2.Subnet;
  readonly privateSubnet: aws.ec2.Subnet;
  readonly privateRoutes: aws.ec2.RouteTable;
}

/** A VPC of our own: in each zone a public subnet for the balancer and a private one for everything else. */
export class Network extends pulumi.ComponentResource {
  readonly vpc: aws.ec2.Vpc;
  readonly region: string;
  readonly publicSubnets: readonly aws.ec2.Subnet[];
  readonly privateSubnets: readonly aws.ec2.Subnet[];
  /** S3 and DynamoDB. */
  readonly gateways: readonly aws.ec2.VpcEndpoint[];
  /** Holds the interface endpoints, if there are any; accepts nothing until a rule says so. */
  readonly endpointGroup: aws.ec2.SecurityGroup | undefined;
  /** Whether private subnets reach the internet. */
  readonly nat: boolean;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Network", name, {}, opts);
    if (new Set(args.zones).size < 2)
      throw new Error(
        `${name}: zones are [${args.zones.join(", ")}]; a balancer needs at least 2. Add a zone.`,
      );
    const parent = { parent: this };
    this.region = regionOf(args.zones[0]!);
    this.nat = args.nat !== "none";
    this.vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: args.cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: { Name: name } },
      parent,
    );
    new aws.ec2.DefaultSecurityGroup(
      `${name}-default`,
      { vpcId: this.vpc.id, ingress: [], egress: [] },
      parent,
    );
    const internet = new aws.ec2.InternetGateway(`${name}-internet`, { vpcId: this.vpc.id }, parent);
    const publicRoutes = routeTable(this, `${name}-public`, this.vpc);
    new aws.ec2.Route(
      `${name}-public-internet`,
      { routeTableId: publicRoutes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: internet.id },
      parent,
    );
    const zones = args.zones.map((zone) => zoneOf(this, name, zone, args.cidr, publicRoutes));
    routeOut(this, name, args.nat, zones, internet);
    this.publicSubnets = zones.map(({ publicSubnet }) => publicSubnet);
    this.privateSubnets = zones.map(({ privateSubnet }) => privateSubnet);
    this.gateways = gatewayEndpoints(
      this,
      name,
      zones.map(({ privateRoutes }) => privateRoutes),
    );
    this.endpointGroup = args.endpoints ? interfaceEndpoints(this, name) : undefined;
    if (args.flowLogs)
      new FlowLogs(
        `${name}-flow`,
        { vpc: this.vpc, region: this.region, logRetention: args.logRetention, key: args.key },
        parent,
      );
    this.registerOutputs({ vpcId: this.vpc.id });
  }
}

function routeTable(parent: pulumi.Resource, name: string, vpc: aws.ec2.Vpc): aws.ec2.RouteTable {
  return new aws.ec2.RouteTable(`${name}-routes`, { vpcId: vpc.id, tags: { Name: name } }, { parent });
}

/** Everything is named for its zone, so that zones come and go on their own. */
function zoneOf(
  network: Network,
  name: string,
  zone: string,
  cidr: string,
  publicRoutes: aws.ec2.RouteTable,
): Zone {
  const cidrs = subnetCidrs(cidr, zone);
  const subnet = (tier: "public" | "private", routes: aws.ec2.RouteTable) => {
    const tierName = `${name}-${tier}-${zone}`;
    const made = new aws.ec2.Subnet(
      tierName,
      {
        vpcId: network.vpc.id,
        availabilityZone: zone,
        cidrBlock: cidrs[tier],
        mapPublicIpOnLaunch: false,
        tags: { Name: tierName },
      },
      { parent: network },
    );
    new aws.ec2.RouteTableAssociation(
      `${tierName}-routing`,
      { subnetId: made.id, routeTableId: routes.id },
      { parent: network },
    );
    return made;
  };
  const privateRoutes = routeTable(network, `${name}-private-${zone}`, network.vpc);
  return {
    zone,
    publicSubnet: subnet("public", publicRoutes),
    privateSubnet: subnet("private", privateRoutes),
    privateRoutes,
  };
}

/** Private subnets leave through a NAT gateway of their own zone, or of the first zone for all, or not at all. */
function routeOut(
  parent: Network,
  name: string,
  nat: NetworkSettings["nat"],
  zones: readonly Zone[],
  internet: aws.ec2.InternetGateway,
): void {
  if (nat === "none") return;
  const gateways = (nat === "single" ? zones.slice(0, 1) : zones).map(({ zone, publicSubnet }) => {
    const address = new aws.ec2.Eip(
      `${name}-nat-${zone}-address`,
      { domain: "vpc" },
      { parent, dependsOn: internet },
    );
    return new aws.ec2.NatGateway(
      `${name}-nat-${zone}`,
      { subnetId: publicSubnet.id, allocationId: address.id, tags: { Name: `${name}-${zone}` } },
      { parent, dependsOn: internet },
    );
  });
  zones.forEach(({ zone, privateRoutes }, i) => {
    const gateway = gateways[i] ?? gateways[0]!;
    new aws.ec2.Route(
      `${name}-private-${zone}-out`,
      { routeTableId: privateRoutes.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: gateway.id },
      { parent },
    );
  });
}
