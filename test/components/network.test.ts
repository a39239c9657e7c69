import { expect } from "chai";
import { Network } from "../../components/network.ts";
import { asked, DEV, deploy, later, ofType, PROD, refusal } from "../support/deploy.ts";

const SUBNET = "aws:ec2/subnet:Subnet";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";

describe("Network", () => {
  it("asks for one public and one private subnet a zone, none of which gives out public addresses", async () => {
    const subnets = ofType(await deploy(() => new Network("net", DEV)), SUBNET);
    expect(
      subnets.map(({ name, inputs }) => [name, inputs.availabilityZone, inputs.cidrBlock]),
    ).to.deep.equal([
      ["net-public-eu-west-1a", "eu-west-1a", "10.0.128.0/20"],
      ["net-private-eu-west-1a", "eu-west-1a", "10.0.0.0/20"],
      ["net-public-eu-west-1b", "eu-west-1b", "10.0.144.0/20"],
      ["net-private-eu-west-1b", "eu-west-1b", "10.0.16.0/20"],
    ]);
    expect(subnets.every(({ inputs }) => inputs.mapPublicIpOnLaunch === false)).to.equal(true);
  });

  it("keeps every request as it was when a zone joins, wherever it is written", async () => {
    const two = await deploy(() => new Network("net", { ...DEV, zones: ["eu-west-1b", "eu-west-1c"] }));
    const three = await deploy(
      () => new Network("net", { ...DEV, zones: ["eu-west-1b", "eu-west-1a", "eu-west-1c"] }),
    );
    for (const before of two.filter(({ type }) => type !== ENDPOINT))
      expect(asked(three, before.name, before.type)).to.deep.equal(before.inputs);
  });

  it("sends each zone out through its own NAT gateway, through the first, or not at all", async () => {
    const ways = (registered: Awaited<ReturnType<typeof deploy>>) =>
      ofType(registered, "aws:ec2/route:Route")
        .filter(({ inputs }) => "natGatewayId" in inputs)
        .map(({ inputs }) => [inputs.routeTableId, inputs.natGatewayId]);
    const routes = (zone: string) => `\${net-private-eu-west-1${zone}-routes.id}`;
    const gateway = (zone: string) => `\${net-nat-eu-west-1${zone}.id}`;
    expect(ways(await deploy(() => new Network("net", { ...DEV, nat: "per-zone" })))).to.deep.equal([
      [routes("a"), gateway("a")],
      [routes("b"), gateway("b")],
    ]);
    expect(ways(await deploy(() => new Network("net", { ...DEV, nat: "single" })))).to.deep.equal([
      [routes("a"), gateway("a")],
      [routes("b"), gateway("a")],
    ]);
    const closed = await deploy(() => new Network("net", { ...DEV, nat: "none" }));
    expect(ways(closed)).to.deep.equal([]);
    expect(ofType(closed, "aws:ec2/eip:Eip")).to.deep.equal([]);
  });

  it("gives every Elastic IP to a NAT gateway (EC2.12)", async () => {
    const registered = await deploy(() => new Network("net", PROD));
    const used = ofType(registered, "aws:ec2/natGateway:NatGateway").map(({ inputs }) => inputs.allocationId);
    const had = ofType(registered, "aws:ec2/eip:Eip").map(({ name }) => `\${${name}.id}`);
    expect(used).to.deep.equal(had).and.have.length(3);
  });

  it("empties the default security group (EC2.2)", async () => {
    expect(asked(await deploy(() => new Network("net", DEV)), "net-default")).to.deep.equal({
      vpcId: later("net-vpc.id"),
      ingress: [],
      egress: [],
    });
  });

  it("always reaches S3 and DynamoDB by gateway, and AWS's other services by interface where asked", async () => {
    const services = async (settings: typeof DEV | typeof PROD) =>
      ofType(await deploy(() => new Network("net", settings)), ENDPOINT).map(
        ({ inputs }) =>
          `${inputs.vpcEndpointType} ${String(inputs.serviceName).replace("com.amazonaws.eu-west-1.", "")}`,
      );
    const gateways = ["Gateway s3", "Gateway dynamodb"];
    const names = ["ecr.api", "ecr.dkr", "logs", "ssm", "ssmmessages", "ec2messages", "ec2"];
    expect(await services(DEV)).to.deep.equal(gateways);
    expect(await services(PROD)).to.deep.equal([...gateways, ...names.map((name) => `Interface ${name}`)]);
  });

  it("logs all traffic for a year in prod, and none in dev", async () => {
    const prod = await deploy(() => new Network("net", PROD));
    expect(asked(prod, "net-flow-logs")).to.deep.equal({ retentionInDays: 365 });
    expect(asked(prod, "net-flow-log")).to.deep.equal({
      vpcId: later("net-vpc.id"),
      trafficType: "ALL",
      maxAggregationInterval: 60,
      logDestinationType: "cloud-watch-logs",
      logDestination: later("net-flow-logs.arn"),
      iamRoleArn: later("net-flow-role.arn"),
    });
    expect(ofType(await deploy(() => new Network("net", DEV)), "aws:ec2/flowLog:FlowLog")).to.deep.equal([]);
  });

  it("NET-11: refuses one zone, as a balancer needs two", async () => {
    expect(await refusal(() => new Network("net", { ...DEV, zones: ["eu-west-1a"] }))).to.equal(
      "net: zones are [eu-west-1a]; a balancer needs at least 2. Add a zone.",
    );
  });
});
