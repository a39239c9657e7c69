import { expect } from "chai";
import type { NetworkSettings } from "../../adapters/network-settings.ts";
import type { Registration } from "../../adapters/offline-preview.ts";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { Network } from "../../components/network.ts";
import { asked, DEV, deploy, later, ofType, PROD, refusal } from "../support/deploy.ts";

const SUBNET = "aws:ec2/subnet:Subnet";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const ROUTE = "aws:ec2/route:Route";

const network = (settings: Partial<NetworkSettings>) =>
  deploy(() => new Network("net", { ...DEV, ...settings }));

describe("Network", () => {
  it("asks for a public, a private and, where asked, an isolated subnet a zone; none gives out public addresses (EC2.15)", async () => {
    const subnets = ofType(await network({ isolated: true }), SUBNET);
    const rows = subnets.map(({ name, inputs: { tags, availabilityZone, cidrBlock } }) => {
      expect(tags).to.have.property("Name", name);
      return [(tags as Record<string, unknown>)["setpoint:tier"], availabilityZone, cidrBlock];
    });
    expect(rows).to.deep.equal([
      ["public", "eu-west-1a", "10.0.128.0/21"],
      ["public", "eu-west-1b", "10.0.136.0/21"],
      ["private", "eu-west-1a", "10.0.0.0/20"],
      ["private", "eu-west-1b", "10.0.16.0/20"],
      ["isolated", "eu-west-1a", "10.0.192.0/21"],
      ["isolated", "eu-west-1b", "10.0.200.0/21"],
    ]);
    expect(subnets.every(({ inputs }) => inputs.mapPublicIpOnLaunch === false)).to.equal(true);
    expect(ofType(await network({}), SUBNET)).to.have.length(4);
  });

  it("routes isolated subnets nowhere but to S3 and DynamoDB", async () => {
    const registered = await network({ isolated: true, nat: "per-zone" });
    const table = later("net-isolated-routes.id");
    const followed = ofType(registered, "aws:ec2/routeTableAssociation:RouteTableAssociation");
    const isolated = followed.filter(({ name }) => name.startsWith("net-isolated"));
    expect(isolated.map(({ inputs }) => inputs.routeTableId)).to.deep.equal([table, table]);
    expect(ofType(registered, ROUTE).filter(({ inputs }) => inputs.routeTableId === table)).to.deep.equal([]);
    for (const { inputs } of ofType(registered, ENDPOINT)) expect(inputs.routeTableIds).to.include(table);
  });

  it("takes the subnets that are declared", async () => {
    const subnets = {
      "eu-west-1a": { public: "10.0.8.0/24", private: "10.0.1.0/24", isolated: "10.0.20.0/24" },
      "eu-west-1b": { public: "10.0.9.0/24", private: "10.0.2.0/24", isolated: "10.0.21.0/24" },
    };
    const blocks = ofType(await network({ subnets, isolated: true }), SUBNET).map(
      ({ inputs }) => inputs.cidrBlock,
    );
    expect(blocks).to.have.members(Object.values(subnets).flatMap((zone) => Object.values(zone)));
  });

  const joins: Record<string, Partial<NetworkSettings>> = {
    "a zone": { zones: ["eu-west-1b", "eu-west-1a", "eu-west-1c"] },
    "the isolated tier": { isolated: true },
    "both at once": { zones: ["eu-west-1b", "eu-west-1c", "eu-west-1a"], isolated: true },
  };
  for (const nat of ["none", "instance", "single", "per-zone"] as const)
    for (const [what, settings] of Object.entries(joins))
      it(`keeps every resource as it was when ${what} joins, with NAT ${nat}`, async () => {
        const before = { ...PROD, nat, zones: ["eu-west-1b", "eu-west-1c"] };
        const old = await deploy(() => new Network("net", before));
        const grown = await deploy(() => new Network("net", { ...before, ...settings }));
        for (const { name, type, inputs } of old) {
          const now = asked(grown, name, type);
          if (type !== ENDPOINT) expect(now, name).to.deep.equal(inputs);
          else keepsItsPlace(inputs, now);
        }
      });

  it("sends each zone out through its own NAT gateway, through the first, or not at all", async () => {
    const ways = (registered: readonly Registration[]) =>
      ofType(registered, ROUTE)
        .filter(({ inputs }) => inputs.gatewayId === undefined)
        .map(({ inputs }) => [inputs.routeTableId, inputs.natGatewayId]);
    const routes = (zone: string) => later(`net-private-eu-west-1${zone}-routes.id`);
    const gateway = (zone: string) => later(`net-nat-eu-west-1${zone}.id`);
    expect(ways(await network({ nat: "per-zone" }))).to.deep.equal([
      [routes("a"), gateway("a")],
      [routes("b"), gateway("b")],
    ]);
    expect(ways(await network({ nat: "single" }))).to.deep.equal([
      [routes("a"), gateway("a")],
      [routes("b"), gateway("a")],
    ]);
    const closed = await network({ nat: "none", endpoints: true });
    expect(ways(closed)).to.deep.equal([]);
    expect(ofType(closed, "aws:ec2/eip:Eip")).to.deep.equal([]);
  });

  it("gives every Elastic IP to a NAT gateway (EC2.12)", async () => {
    const registered = await deploy(() => new Network("net", PROD));
    const used = ofType(registered, "aws:ec2/natGateway:NatGateway").map(({ inputs }) => inputs.allocationId);
    const had = ofType(registered, "aws:ec2/eip:Eip").map(({ name }) => later(`${name}.id`));
    expect(used).to.deep.equal(had).and.have.length(3);
  });

  it("empties the default security group (EC2.2), adds no network ACL (EC2.16, EC2.21) and leaves the default VPC alone (CKV_AWS_148)", async () => {
    const registered = await deploy(() => new Network("net", PROD));
    expect(asked(registered, "net-default")).to.deep.equal({
      vpcId: later("net-vpc.id"),
      ingress: [],
      egress: [],
    });
    expect(registered.filter(({ type }) => /Acl|DefaultVpc|DefaultSubnet/.test(type))).to.deep.equal([]);
  });

  it("shows its children to whoever wants to change one", async () => {
    const seen: Network[] = [];
    await deploy(() => void seen.push(new Network("net", { ...PROD, isolated: true })));
    const [net] = seen;
    const counts = [net!.privateRoutes, net!.routing, net!.routes, net!.natGateways, net!.natAddresses];
    expect(counts.map(({ length }) => length)).to.deep.equal([3, 9, 4, 3, 3]);
    expect([net!.gateways, net!.endpoints, net!.isolatedSubnets].map(({ length }) => length)).to.deep.equal([
      2, 7, 3,
    ]);
    for (const child of [
      net!.isolatedRoutes,
      net!.flowLogs?.flowLog,
      net!.flowLogs?.role,
      net!.internetGateway,
    ])
      expect(child).to.not.equal(undefined);
  });

  it("NET-11: refuses one zone, as a balancer needs two", async () => {
    expect(await refusal(() => new Network("net", { ...DEV, zones: ["eu-west-1a"] }))).to.equal(
      "net: zones are [eu-west-1a]; a balancer needs at least 2. Add a zone.",
    );
  });

  it("refuses, on its own too, what the settings of a stack would have refused", async () => {
    const closed = { ...DEV, nat: "none", cidr: "10.0.0.0/24" } as const;
    expect(await refusal(() => new Network("net", closed))).to.match(
      /^net\.cidr: .*\nnet\.nat: nat is none;/,
    );
  });
});

/** An endpoint may only be in more places than before, which AWS does in place. */
function keepsItsPlace(before: Registration["inputs"], now: Registration["inputs"]): void {
  for (const [key, value] of Object.entries(before))
    if (key === "subnetIds" || key === "routeTableIds")
      expect(now[key]).to.include.members(value as string[]);
    else expect(now[key]).to.deep.equal(value);
}

describe("a network's endpoints", () => {
  const services = async (settings: Partial<NetworkSettings>) => {
    const endpoints = ofType(await network(settings), ENDPOINT);
    return endpoints.map(({ inputs }) => `${inputs.vpcEndpointType} ${String(inputs.serviceName)}`);
  };
  const gateways = ["s3", "dynamodb"].map((name) => `Gateway com.amazonaws.eu-west-1.${name}`);
  const inside = (names: string[]) => names.map((name) => `Interface com.amazonaws.eu-west-1.${name}`);

  it("are S3 and DynamoDB always, AWS's usual services where asked (EC2.10, EC2.55, EC2.56, EC2.57), or those of a list", async () => {
    expect(await services({})).to.deep.equal(gateways);
    const usual = ["ecr.api", "ecr.dkr", "logs", "ssm", "ssmmessages", "ec2messages", "ec2"];
    expect(await services({ endpoints: true })).to.deep.equal([...gateways, ...inside(usual)]);
    expect(await services({ endpoints: ["kms", "ecr.dkr"] })).to.deep.equal([
      ...gateways,
      ...inside(["kms", "ecr.dkr"]),
    ]);
  });

  it("leave out what a region of later years does not have", async () => {
    const zones = ["mx-central-1a", "mx-central-1b"];
    const names = await services({ endpoints: true, zones });
    expect(names)
      .to.have.length(2 + 6)
      .and.not.include("Interface com.amazonaws.mx-central-1.ec2messages");
  });

  it("answer in every zone by AWS's own names, behind a group of their own", async () => {
    const registered = await deploy(() => new Network("net", PROD));
    const inputs = asked(registered, "net-ecr-dkr");
    expect(inputs).to.deep.include({
      privateDnsEnabled: true,
      securityGroupIds: [later("net-endpoints.id")],
    });
    expect(inputs.subnetIds).to.deep.equal(
      [..."abc"].map((zone) => later(`net-private-eu-west-1${zone}.id`)),
    );
  });

  it("without NAT let only this account's principals through, and anybody's downloads from S3", async () => {
    const registered = await network({ nat: "none", endpoints: true });
    const statements = (name: string) =>
      (JSON.parse(String(asked(registered, name).policy)) as { Statement: object[] }).Statement;
    const Condition = { StringEquals: { "aws:PrincipalAccount": later("aws.accountId") } };
    const anybody = { Effect: "Allow", Principal: "*", Resource: "*" };
    const own = (service: string) => ({
      ...anybody,
      Sid: "OwnPrincipals",
      Action: `${service}:*`,
      Condition,
    });
    expect(statements("net-s3")).to.deep.equal([
      own("s3"),
      { ...anybody, Sid: "Downloads", Action: "s3:GetObject" },
    ]);
    expect(statements("net-dynamodb")).to.deep.equal([own("dynamodb")]);
    for (const { inputs } of ofType(await network({}), ENDPOINT))
      expect(inputs).to.not.have.property("policy");
  });
});

describe("a network's flow logs", () => {
  it("hold all traffic for a year in prod, encrypted with the stack's key (EC2.6), and there are none in dev", async () => {
    const prod = await deploy(() => {
      const key = new EncryptionKey("encryption", { region: "eu-west-1", protect: true });
      return new Network("net", { ...PROD, key });
    });
    expect(asked(prod, "net-flow-logs")).to.deep.equal({
      retentionInDays: 365,
      kmsKeyId: later("encryption-key.arn"),
    });
    expect(asked(prod, "net-flow-log")).to.deep.equal({
      vpcId: later("net-vpc.id"),
      trafficType: "ALL",
      maxAggregationInterval: 60,
      logDestinationType: "cloud-watch-logs",
      logDestination: later("net-flow-logs.arn"),
      iamRoleArn: later("net-flow-role.arn"),
    });
    expect(ofType(await network({}), "aws:ec2/flowLog:FlowLog")).to.deep.equal([]);
  });
});
