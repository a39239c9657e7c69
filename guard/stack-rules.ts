import { type Bag, isGiven, ofType, type Resource, UNKNOWN } from "./resource.ts";
import { fault, type Rule } from "./rule.ts";

/** What a Platform writes on everything. */
const TAGS = ["setpoint:project", "setpoint:stack"];

/** Types that somebody pays for and asks about. */
const OWNED = [
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:ecs/service:Service",
  "aws:ecs/cluster:Cluster",
  "aws:ec2/vpc:Vpc",
  "aws:ec2/natGateway:NatGateway",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:s3/bucket:Bucket",
  "aws:dynamodb/table:Table",
  "aws:kms/key:Key",
  "aws:sns/topic:Topic",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:iam/role:Role",
];

/** Days. */
const LONG = 90;

export const STACK_RULES: readonly Rule[] = [
  {
    name: "required-tags",
    description: "Everything carries its project and its stack.",
    controls: ["ECS.13", "ECS.14", "ECS.15"],
    types: OWNED,
    faults: (_, resource) =>
      TAGS.filter((tag) => !tagged(resource, tag)).map(
        (tag) =>
          `tags is without ${tag}; everything says whose it is. Use the provider that a Platform makes.`,
      ),
  },
  {
    name: "cost-nat-gateways",
    description: "A development stack needs one NAT gateway at most.",
    only: "dev",
    advisory: true,
    violations: (stack) =>
      ofType(stack, "aws:ec2/natGateway:NatGateway")
        .slice(1)
        .map((of) => ({
          of,
          message: `${of.name} is one more NAT gateway; dev needs one. Set network.nat to single.`,
        })),
  },
  {
    name: "cost-log-retention",
    description: `A development stack keeps logs for ${LONG} days at most.`,
    only: "dev",
    advisory: true,
    types: ["aws:cloudwatch/logGroup:LogGroup"],
    faults: (inputs) =>
      fault(
        inputs,
        "retentionInDays",
        (days) => typeof days !== "number" || days <= LONG,
        `${LONG} days are enough for dev. Set logRetention lower.`,
      ),
  },
];

function tagged({ inputs: { tags }, defaultTags }: Resource, tag: string): boolean {
  return tags === UNKNOWN || isGiven(defaultTags[tag]) || isGiven((tags as Bag | undefined)?.[tag]);
}
