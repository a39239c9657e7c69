import { expect } from "chai";
import { findings } from "../../guard/offline-stack.ts";
import { type Bag, type Resource, UNKNOWN } from "../../guard/resource.ts";
import { RULES } from "../../guard/rules.ts";
import { add, type Change, edit, replaced, set, twin, without } from "../support/changes.ts";
import { refusals, rule, stackResources } from "../support/guard.ts";

const container = (change: Bag): Change =>
  edit("cart-ecs-definition", ({ inputs }) => {
    const [app] = JSON.parse(String(inputs.containerDefinitions)) as [Bag];
    return { inputs: { ...inputs, containerDefinitions: JSON.stringify([{ ...app, ...change }]) } };
  });

const everything = (Action: string, Principal?: string) =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Action, Resource: "*", Principal }] });

const WORLD = { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp" };
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

/** Paths to everything in a value. */
function paths(value: unknown): readonly (readonly string[])[] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...paths(inner).map((path) => [key, ...path]),
  ]);
}

/** One thing changed in the stack as it is, for each rule. */
const MUTATIONS: Readonly<Record<string, Change>> = {
  "service-has-plan": add("aws:ecs/service:Service", { desiredCount: 2 }, { name: "by-hand" }),
  "plan-as-derived": set("cart", "plan.controls.min", 1),
  "scaling-follows-plan": set("cart-scaling-target", "minCapacity", 1),
  "service-is-scaled": without("cart-scaling-target"),
  "desired-count-left-to-scaling": edit("cart-ecs-service", () => ({ ignoreChanges: [] })),
  "one-scalable-target": twin("cart-scaling-target"),
  "tracking-policies-agree": twin("cart-scaling-tracking"),
  "steps-scale-out-only": set("cart-scaling-surge", "stepScalingPolicyConfiguration.stepAdjustments", [
    { metricIntervalUpperBound: "0", scalingAdjustment: -1 },
  ]),
  "capacity-bounds-in-order": set("cart-scaling-target", "minCapacity", 900),
  "cooldowns-possible": set(
    "cart-scaling-tracking",
    "targetTrackingScalingPolicyConfiguration.scaleInCooldown",
    -60,
  ),
  "no-world-open-ports": add(INGRESS, { ...WORLD, fromPort: 8080, toPort: 8080 }),
  "no-administration-ports": add(INGRESS, { ...WORLD, cidrIpv4: "10.0.0.0/8", fromPort: 22, toPort: 22 }),
  "world-open-only-at-balancers": add(INGRESS, { ...WORLD, fromPort: 443, toPort: 443 }),
  "default-security-group-closed": add("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {
    ingress: [{ protocol: "-1", self: true }],
  }),
  "subnet-no-public-ip": set("network-public-eu-west-1a", "mapPublicIpOnLaunch", true),
  "alb-http-to-https-redirection": set("entry-http", "defaultActions", [{ type: "forward" }]),
  "elb-tls-policy": set("entry-https", "sslPolicy", "ELBSecurityPolicy-2016-08"),
  "elb-logging-enabled": set("entry-alb", "accessLogs", undefined),
  "elb-deletion-protection-enabled": set("entry-alb", "enableDeletionProtection", false),
  "elb-drops-invalid-headers": set("entry-alb", "dropInvalidHeaderFields", undefined),
  "elb-several-zones": set("entry-alb", "subnets", ["subnet-1"]),
  "target-group-health-check": set("cart-target-group", "healthCheck", undefined),
  "listener-rule-priority": add("aws:lb/listenerRule:ListenerRule", { priority: 50_001 }),
  "listener-rule-priorities-unique": (resources) =>
    twin(resources.find(({ type }) => type === "aws:lb/listenerRule:ListenerRule")!.name)(resources),
  "imdsv2-required": set("web-web-template", "metadataOptions.httpTokens", "optional"),
  "launch-templates-only": add("aws:ec2/launchConfiguration:LaunchConfiguration", {}),
  "ec2-instance-no-public-ip": set("cart-ecs-service", "networkConfiguration.assignPublicIp", true),
  "encrypted-volumes": set("web-web-template", "blockDeviceMappings.0.ebs.encrypted", "false"),
  "ec2-instance-detailed-monitoring-enabled": set("web-web-template", "monitoring", undefined),
  "group-uses-balancer-health": set("web-web-group", "healthCheckType", "EC2"),
  "group-several-zones": set("web-web-group", "vpcZoneIdentifiers", ["subnet-1"]),
  "group-refresh-rollback": edit("web-web-group", () => ({ ignoreChanges: ["desiredCapacity"] })),
  "ecs-deployment-rollback": set("cart-ecs-service", "deploymentCircuitBreaker.rollback", false),
  "ecs-image-pinned": container({ image: "nginx:latest" }),
  "ecs-confined": container({ privileged: true }),
  "ecs-logs": container({ logConfiguration: undefined }),
  "s3-bucket-public-access-prohibited": without("entry-logs-private"),
  "s3-public-access-block-complete": set("entry-logs-private", "blockPublicPolicy", false),
  "s3-no-public-acl": add("aws:s3/bucketAcl:BucketAcl", { acl: "public-read" }),
  "s3-bucket-encrypted": without("entry-logs-encryption"),
  "s3-bucket-logging-enabled": add("aws:s3/bucket:Bucket", {}, { name: "uploads" }),
  "no-forced-deletion": set("entry-logs-bucket", "forceDestroy", true),
  "dynamodb-table-encryption-enabled": add("aws:dynamodb/table:Table", {}),
  "dynamodb-deletion-protection-enabled": add("aws:dynamodb/table:Table", {}),
  "dynamodb-point-in-time-recovery-enabled": add("aws:dynamodb/table:Table", {}),
  "cmk-backing-key-rotation-enabled": set("encryption-key", "enableKeyRotation", false),
  "efs-encrypted": add("aws:efs/fileSystem:FileSystem", {}),
  "sns-topic-encrypted": add("aws:sns/topic:Topic", {}),
  "iam-no-wildcard-actions": add("aws:iam/rolePolicy:RolePolicy", { policy: everything("s3:*") }),
  "iam-no-administrators": add("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
    policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
  }),
  "iam-no-users": add("aws:iam/accessKey:AccessKey", {}),
  "no-public-policies": add("aws:s3/bucketPolicy:BucketPolicy", { policy: everything("s3:GetObject", "*") }),
  "alarms-act": set("cart-scaling-surge-alarm", "alarmActions", []),
  "alarm-actions-enabled": set("cart-scaling-surge-alarm", "actionsEnabled", false),
  "log-retention": set("cart-ecs-logs", "retentionInDays", undefined),
  "log-retention-a-year": set("cart-ecs-logs", "retentionInDays", 30),
  "log-group-encrypted": set("cart-ecs-logs", "kmsKeyId", undefined),
  "required-tags": edit("cart-ecs-service", () => ({ defaultTags: { "setpoint:project": "setpoint" } })),
  "cost-nat-gateways": (resources) =>
    ["first", "second"].reduce(
      (all, name) => add("aws:ec2/natGateway:NatGateway", {}, { name })(all),
      resources,
    ),
  "cost-log-retention": add("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 365 }),
};

describe("the guard on this repository's stacks (row 14)", function () {
  this.timeout(240_000);
  let prod: readonly Resource[];
  let dev: readonly Resource[];
  before(async () => {
    prod = await stackResources("prod");
    dev = await stackResources("dev");
  });

  it("refuses nothing in prod and in dev as they are", () => {
    expect(prod.filter(({ type }) => type === "setpoint:index:ScaledService")).to.have.length(2);
    expect(refusals(prod, "prod")).to.deep.equal([]);
    expect(refusals(dev, "dev")).to.deep.equal([]);
  });

  it("holds dev to less than prod: it keeps no access logs and speaks plain HTTP", () => {
    expect(refusals(dev, "prod").join("\n"))
      .to.include("elb-logging-enabled: entry-alb")
      .and.to.include("alb-http-to-https-redirection: entry-http");
  });

  it("judges what is not known yet without falling over it, whichever input that is", () => {
    const tried = new Set<string>();
    const plans = "setpoint:index:"; // what a plan says is known from the start
    for (const at of prod.filter(({ type }) => !type.startsWith(plans)))
      for (const path of paths(at.inputs)) {
        const label = `${path.join(".")} of ${at.type}`;
        if (tried.has(label)) continue;
        tried.add(label);
        const unknown = { ...at, inputs: replaced(at.inputs, path, UNKNOWN) as Bag };
        const stack = prod.map((each) => (each === at ? unknown : each));
        for (const each of RULES)
          expect(
            () => findings(each, "types" in each ? [unknown] : stack, "prod"),
            `${each.name}, ${label}`,
          ).to.not.throw();
      }
    expect(tried.size).to.be.greaterThan(200);
  });

  it("has one change below for each rule", () => {
    expect(Object.keys(MUTATIONS)).to.have.members(RULES.map(({ name }) => name));
  });

  for (const [name, change] of Object.entries(MUTATIONS))
    it(`${name}: one change, and it is found; without it, nothing`, () => {
      const found = rule(name);
      const [resources, profile] = found.only === "dev" ? [dev, "dev" as const] : [prod, "prod" as const];
      expect(findings(found, resources, profile)).to.deep.equal([]);
      const after = findings(found, change(resources), profile);
      expect(after).to.not.have.length(0);
      for (const message of after) expect(message).to.match(/; .+\. .+\.$/);
    });
});
