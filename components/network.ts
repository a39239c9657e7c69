import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { badInput } from "../adapters/bad-input.ts";
import { endpointServices } from "../adapters/endpoint-services.ts";
import { networkFaults } from "../adapters/network-faults.ts";
import type { NetworkSettings } from "../adapters/network-settings.ts";
import { regionOf } from "../adapters/zones.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { gatewayEndpoints, interfaceEndpoints } from "./endpoints.ts";
import { FlowLogs } from "./flow-logs.ts";
import { nat } from "./nat.ts";
import type { NatInstance } from "./nat-instance.ts";
import { subnetCidrs } from "./subnets.ts";
import { tiers } from "./tiers.ts";

export interface NetworkArgs extends NetworkSettings {
  /** Encrypts flow logs, and the NAT instance's volume. */
  readonly key?: EncryptionKey | undefined;
  /** Days. */
  readonly logRetention: number;
}

/**
 * A VPC of our own: in each zone a public subnet for the balancer, a private one for what the stack runs and, if asked for, an
 * isolated one without any route to the internet. A zone or the isolated tier that joins later leaves all others as they are.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpc: aws.ec2.Vpc;
  readonly region: string;
  /** The VPC's own group, emptied. */
  readonly defaultGroup: aws.ec2.DefaultSecurityGroup;
  readonly internetGateway: aws.ec2.InternetGateway;
  /** What makes the public subnets public: whatever has a public address waits for it, and goes before it. */
  readonly internet: readonly pulumi.Resource[];
  /** By zone, in the order of the settings, as all lists below. */
  readonly publicSubnets: readonly aws.ec2.Subnet[];
  readonly privateSubnets: readonly aws.ec2.Subnet[];
  /** None unless asked for. */
  readonly isolatedSubnets: readonly aws.ec2.Subnet[];
  readonly publicRoutes: aws.ec2.RouteTable;
  readonly privateRoutes: readonly aws.ec2.RouteTable[];
  readonly isolatedRoutes: aws.ec2.RouteTable | undefined;
  /** Which table each subnet follows: those of the public tier, of the private and of the isolated one. */
  readonly routing: readonly aws.ec2.RouteTableAssociation[];
  /** To the internet: the public tier's, then those of the private subnets that have one. */
  readonly routes: readonly aws.ec2.Route[];
  /** Whether private subnets reach the internet. */
  readonly nat: boolean;
  readonly natGateways: readonly aws.ec2.NatGateway[];
  readonly natInstance: NatInstance | undefined;
  /** From which calls out are seen to come. */
  readonly natAddresses: readonly aws.ec2.Eip[];
  /** S3 and DynamoDB. */
  readonly gateways: readonly aws.ec2.VpcEndpoint[];
  readonly endpoints: readonly aws.ec2.VpcEndpoint[];
  /** Holds the interface endpoints, if there are any; accepts nothing until a rule says so. */
  readonly endpointGroup: aws.ec2.SecurityGroup | undefined;
  readonly flowLogs: FlowLogs | undefined;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Network", name, {}, opts);
    refuse(name, args);
    const { cidr, key, logRetention } = args;
    const parent = { parent: this };
    const tags = { Name: name };
    this.region = regionOf(args.zones[0]!);
    this.nat = args.nat !== "none";
    this.vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags },
      parent,
    );
    this.defaultGroup = new aws.ec2.DefaultSecurityGroup(
      `${name}-default`,
      { vpcId: this.vpc.id, ingress: [], egress: [] },
      parent,
    );
    this.internetGateway = new aws.ec2.InternetGateway(
      `${name}-internet`,
      { vpcId: this.vpc.id, tags },
      parent,
    );
    const made = tiers(this, name, this.vpc, args);
    this.publicSubnets = made.publicSubnets;
    this.privateSubnets = made.privateSubnets;
    this.isolatedSubnets = made.isolatedSubnets;
    this.publicRoutes = made.publicRoutes;
    this.privateRoutes = made.privateRoutes;
    this.isolatedRoutes = made.isolatedRoutes;
    this.routing = made.routing;
    const toInternet = new aws.ec2.Route(
      `${name}-public-internet`,
      {
        routeTableId: this.publicRoutes.id,
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: this.internetGateway.id,
      },
      parent,
    );
    const { vpc } = this;
    const zones = args.zones.map((zone, i) => ({
      zone,
      publicSubnet: this.publicSubnets[i]!,
      privateCidr: subnetCidrs(args, zone).private,
      privateRoutes: this.privateRoutes[i]!,
    }));
    this.internet = [this.internetGateway, toInternet, ...this.routing];
    const out = nat(this, name, { nat: args.nat, vpc, cidr, zones, internet: this.internet, key });
    this.natGateways = out.gateways;
    this.natInstance = out.instance;
    this.natAddresses = out.addresses;
    this.routes = [toInternet, ...out.routes];
    const closed = this.isolatedRoutes === undefined ? [] : [this.isolatedRoutes];
    this.gateways = gatewayEndpoints(this, name, [...this.privateRoutes, ...closed]);
    const inside = interfaceEndpoints(this, name, endpointServices(args.endpoints, this.region));
    this.endpoints = inside.endpoints;
    this.endpointGroup = inside.group;
    this.flowLogs = args.flowLogs
      ? new FlowLogs(`${name}-flow`, { vpc, region: this.region, logRetention, key }, parent)
      : undefined;
    this.registerOutputs({ vpcId: this.vpc.id });
  }
}

/** What the settings of a stack would have refused, for those who use the component on its own. */
function refuse(name: string, args: NetworkArgs): void {
  if (new Set(args.zones).size < 2)
    throw new Error(
      `${name}: zones are [${args.zones.join(", ")}]; a balancer needs at least 2. Add a zone.`,
    );
  const faults = networkFaults(args, name);
  if (faults.length > 0) throw badInput(faults);
}
