import { expect } from "chai";
import { describeOnMoto } from "../support/moto.ts";
import { emptyCloud } from "./aws/cloud.ts";
import { clientsOf } from "./aws/moto/clients.ts";
import { standInAws } from "./aws/provider.ts";

type Inputs = Record<string, unknown>;

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";
const RULE = "aws:lb/listenerRule:ListenerRule";

const urn = (type: string, name: string) => `urn:pulumi:test::setpoint::${type}::${name}`;
const NOT_FOUND = [
  { type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "404" } },
];

describeOnMoto("the stand-in AWS", (moto) => {
  let aws: Required<ReturnType<typeof standInAws>>;
  const create = (type: string, name: string, inputs: Inputs) => aws.create(urn(type, name), inputs);
  const faults = async (type: string, inputs: Inputs) =>
    (await aws.check(urn(type, "it"), {}, inputs)).failures!.map(({ reason }) => reason);

  before(() => {
    aws = standInAws(emptyCloud(), clientsOf(moto.endpoint), () => {}) as typeof aws;
  });

  it("refuses what lacks an input, at any depth, and what the type does not have", async () => {
    expect(await faults(LISTENER, { loadBalancerArn: "arn", defaultActions: [{ order: 1 }] })).to.deep.equal([
      "Missing required property 'defaultActions[0].type'",
    ]);
    expect(await faults(SUBNET, { cidr: "10.0.0.0/24" })).to.deep.equal([
      "Missing required property 'vpcId'",
      "Unsupported property 'cidr'",
    ]);
    expect(await faults(SUBNET, { vpcId: "vpc", cidrBlock: "10.0.0.0/24" })).to.deep.equal([]);
  });

  it("refuses what names a thing that never was, or is gone", async () => {
    const subnet = { vpcId: "vpc-0123456789abcdef0", cidrBlock: "10.9.0.0/24" };
    expect(await refusal(create(SUBNET, "lost", subnet))).to.equal(
      "InvalidReference: lost: vpcId names vpc-0123456789abcdef0, which does not exist",
    );
    const { id } = await create(VPC, "short-lived", { cidrBlock: "10.9.0.0/16" });
    await aws.delete(id, urn(VPC, "short-lived"), {});
    expect(await refusal(create(SUBNET, "late", { ...subnet, vpcId: id }))).to.match(/which does not exist$/);
  });

  it("deletes nothing that is in use or protected", async () => {
    const vpc = await create(VPC, "vpc", { cidrBlock: "10.0.0.0/16" });
    const zones = ["a", "b"].map((zone, i) =>
      create(SUBNET, zone, {
        ...{ vpcId: vpc.id, cidrBlock: `10.0.${i}.0/24`, availabilityZone: `eu-west-1${zone}` },
      }),
    );
    const subnets = (await Promise.all(zones)).map(({ id }) => id);
    expect(await refusal(aws.delete(vpc.id, urn(VPC, "vpc"), {}))).to.match(
      /^DependencyViolation: [ab] still uses vpc$/,
    );
    const { id } = await create(BALANCER, "alb", { subnets, enableDeletionProtection: true });
    expect(await refusal(aws.delete(id, urn(BALANCER, "alb"), {}))).to.equal(
      "OperationNotPermitted: alb has deletion protection",
    );
  });

  it("passes on moto's refusals: subnets that overlap, two rules of one priority, a target without its service", async () => {
    const vpc = await create(VPC, "other", { cidrBlock: "10.1.0.0/16" });
    const subnet = (name: string, zone: string, cidrBlock: string) =>
      create(SUBNET, name, { vpcId: vpc.id, cidrBlock, availabilityZone: zone });
    const subnets = [
      (await subnet("one", "eu-west-1a", "10.1.0.0/24")).id,
      (await subnet("two", "eu-west-1b", "10.1.1.0/24")).id,
    ];
    expect(await refusal(subnet("three", "eu-west-1c", "10.1.1.0/25"))).to.match(/three: .*conflicts/);

    const balancer = await create(BALANCER, "twice", { subnets });
    const http = { port: 80, protocol: "HTTP", defaultActions: NOT_FOUND };
    const listener = await create(LISTENER, "http", { ...http, loadBalancerArn: balancer.id });
    const rule = (path: string) => ({
      ...{ listenerArn: listener.id, priority: 7, actions: NOT_FOUND },
      conditions: [{ pathPattern: { values: [path] } }],
    });
    await create(RULE, "first", rule("/a"));
    expect(await refusal(create(RULE, "second", rule("/b")))).to.match(/second: .*priority is in use/i);

    const target = {
      ...{ serviceNamespace: "ecs", scalableDimension: "ecs:service:DesiredCount", maxCapacity: 2 },
      ...{ minCapacity: 1, resourceId: "service/shop/cart" },
    };
    expect(await refusal(create("aws:appautoscaling/target:Target", "cart", target))).to.match(
      /^ClusterNotFoundException: cart: /,
    );
  });

  it("gives a name once", async () => {
    const type = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
    const alarm = { alarmRule: "ALARM(a)" };
    await create(type, "page", { ...alarm, alarmName: "cart-page" });
    await create(type, "ticket", { ...alarm, alarmName: "cart-ticket" });
    expect(await refusal(create(type, "again", { ...alarm, alarmName: "cart-page" }))).to.equal(
      "AlreadyExists: page is called cart-page",
    );
  });

  it("replaces what AWS cannot change, and first deletes what has a name of its own", async () => {
    const { id, outs } = await create(VPC, "fixed", { cidrBlock: "10.2.0.0/16" });
    const diff = (news: Inputs) => aws.diff(id, urn(VPC, "fixed"), outs, news);
    expect(await diff({ cidrBlock: "10.3.0.0/16" })).to.deep.equal({
      ...{ changes: true, replaces: ["cidrBlock"], deleteBeforeReplace: false },
    });
    expect(await diff({ cidrBlock: "10.2.0.0/16", enableDnsSupport: true })).to.deep.equal({
      ...{ changes: true, replaces: [], deleteBeforeReplace: false },
    });
    const group = { name: "mine", description: "old", vpcId: id };
    const type = "aws:ec2/securityGroup:SecurityGroup";
    const made = await create(type, "group", group);
    expect(
      await aws.diff(made.id, urn(type, "group"), made.outs, { ...group, description: "new" }),
    ).to.deep.equal({
      ...{ changes: true, replaces: ["description"], deleteBeforeReplace: true },
    });
  });

  it("knows a type that nobody told it of, by its declaration", async () => {
    const { id, outs } = await create("aws:sqs/queue:Queue", "orders", { delaySeconds: 5 });
    expect(outs.arn).to.match(/^arn:aws:sqs:eu-west-1:123456789012:queue\/orders-[0-9a-f]{7}$/);
    expect(outs).to.include({ delaySeconds: 5 }).and.to.include.keys("url");
    await aws.delete(id, urn("aws:sqs/queue:Queue", "orders"), {});
    expect(await aws.read(id, urn("aws:sqs/queue:Queue", "orders"))).to.deep.equal({ id: "" });
  });
});

async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}
