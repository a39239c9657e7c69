import { createRequire } from "node:module";
import { expect } from "chai";
import { findings } from "../../guard/offline-stack.ts";
import { type Bag, UNKNOWN } from "../../guard/resource.ts";
import { RULES } from "../../guard/rules.ts";
import { resource, rule } from "../support/guard.ts";

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const OLD_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const INSTANCE = "aws:ec2/instance:Instance";
const SERVICE = "aws:ecs/service:Service";
const DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";
const TABLE = "aws:dynamodb/table:Table";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";

const world = (fromPort: number, toPort: number, cidrIpv4 = "0.0.0.0/0") => ({
  ...{ cidrIpv4, ipProtocol: "tcp" },
  ...{ fromPort, toPort },
});
const runbook = (AutoRollback?: boolean) => ({
  content: JSON.stringify({
    mainSteps: [{ inputs: { Api: "StartInstanceRefresh", Preferences: { AutoRollback } } }],
  }),
});
const image = (name: string) => ({ containerDefinitions: JSON.stringify([{ image: name }]) });
const allow = (more: Bag) => ({
  policy: JSON.stringify({ Statement: [{ Effect: "Allow", Resource: "*", ...more }] }),
});

/** Good and bad inputs of a rule, where its one change in stacks.test.ts does not say enough. */
const CASES: readonly (readonly [rule: string, type: string, good: readonly Bag[], bad: readonly Bag[]])[] = [
  [
    "no-world-open-ports",
    INGRESS,
    [world(443, 443), world(80, 80), world(8080, 8080, "10.0.0.0/8"), { referencedSecurityGroupId: "sg-1" }],
    [world(80, 443), world(0, 65535), { cidrIpv6: "::/0", ipProtocol: "-1" }, world(8443, 8443)],
  ],
  [
    "no-world-open-ports",
    GROUP,
    [{}, { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }] }],
    [{ ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] }],
  ],
  [
    "no-administration-ports",
    OLD_RULE,
    [{ type: "egress", protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }],
    [
      { type: "ingress", protocol: "tcp", fromPort: 20, toPort: 25, cidrBlocks: ["10.0.0.0/8"] },
      { type: "ingress", protocol: "tcp", fromPort: 3389, toPort: 3389, ipv6CidrBlocks: ["fd00::/8"] },
    ],
  ],
  [
    "elb-tls-policy",
    LISTENER,
    [
      { protocol: "HTTP" },
      { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" },
      { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" },
    ],
    [
      { protocol: "HTTPS" },
      { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06" },
      { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06" },
    ],
  ],
  [
    "elb-several-zones",
    BALANCER,
    [{ subnetMappings: [{}, {}] }, { subnets: UNKNOWN }],
    [{}, { subnets: ["a"] }],
  ],
  ["elb-deletion-protection-enabled", BALANCER, [{ enableDeletionProtection: true }], [{}]],
  [
    "imdsv2-required",
    INSTANCE,
    [{ launchTemplate: {} }, { metadataOptions: { httpTokens: "required" } }],
    [{}],
  ],
  [
    "ec2-instance-no-public-ip",
    TEMPLATE,
    [{}, { networkInterfaces: [{ associatePublicIpAddress: "false" }] }],
    [{ networkInterfaces: [{ associatePublicIpAddress: "true" }] }],
  ],
  [
    "encrypted-volumes",
    TEMPLATE,
    [
      { blockDeviceMappings: [{ ebs: { encrypted: "true" } }, { virtualName: "ephemeral0" }] },
      { blockDeviceMappings: [{ ebs: { encrypted: UNKNOWN } }] },
    ],
    [{}, { blockDeviceMappings: [{ ebs: {} }] }],
  ],
  ["encrypted-volumes", INSTANCE, [{ rootBlockDevice: { encrypted: true } }], [{}]],
  ["encrypted-volumes", "aws:ebs/volume:Volume", [{ encrypted: true }], [{}, { encrypted: false }]],
  [
    "group-refresh-rollback",
    "aws:ssm/document:Document",
    [runbook(true), { content: UNKNOWN }, { content: JSON.stringify({ mainSteps: [{ inputs: {} }] }) }],
    [runbook(false), runbook()],
  ],
  [
    "ecs-deployment-rollback",
    SERVICE,
    [
      { deploymentCircuitBreaker: { enable: true, rollback: true } },
      { deploymentController: { type: "CODE_DEPLOY" } },
    ],
    [{}, { deploymentCircuitBreaker: { enable: true } }],
  ],
  [
    "ecs-image-pinned",
    DEFINITION,
    [image("nginx:1.28"), image("registry:5000/nginx:1.28"), image(`nginx@sha256:${"0".repeat(64)}`)],
    [image("nginx"), image("nginx:latest"), image("registry:5000/nginx")],
  ],
  ["ecs-confined", DEFINITION, [{ networkMode: "awsvpc" }], [{ networkMode: "host" }, { pidMode: "host" }]],
  ["dynamodb-table-encryption-enabled", TABLE, [{ serverSideEncryption: { enabled: true } }], [{}]],
  ["dynamodb-deletion-protection-enabled", TABLE, [{ deletionProtectionEnabled: true }], [{}]],
  ["dynamodb-point-in-time-recovery-enabled", TABLE, [{ pointInTimeRecovery: { enabled: true } }], [{}]],
  ["efs-encrypted", "aws:efs/fileSystem:FileSystem", [{ encrypted: true }], [{ encrypted: false }]],
  ["sns-topic-encrypted", "aws:sns/topic:Topic", [{ kmsMasterKeyId: UNKNOWN }], [{ kmsMasterKeyId: "" }]],
  [
    "cmk-backing-key-rotation-enabled",
    "aws:kms/key:Key",
    [{ enableKeyRotation: true }, { customerMasterKeySpec: "ECC_NIST_P256" }],
    [{}, { enableKeyRotation: false }],
  ],
  [
    "iam-no-wildcard-actions",
    ROLE_POLICY,
    [allow({ Action: ["s3:GetObject", "ec2:Describe*"] }), { policy: UNKNOWN }],
    [allow({ Action: "*" }), allow({ Action: ["s3:GetObject", "S3:*"] }), allow({ NotAction: "iam:*" })],
  ],
  [
    "no-public-policies",
    "aws:sns/topicPolicy:TopicPolicy",
    [
      allow({ Principal: { Service: "cloudwatch.amazonaws.com" } }),
      allow({ Principal: "*", Condition: { StringEquals: { "aws:SourceAccount": "1" } } }),
    ],
    [allow({ Principal: "*" }), allow({ Principal: { AWS: ["*"] } })],
  ],
  [
    "capacity-bounds-in-order",
    "aws:autoscaling/group:Group",
    [
      { minSize: 2, maxSize: 2 },
      { minSize: 0, maxSize: 4 },
    ],
    [
      { minSize: 3, maxSize: 2 },
      { minSize: -1, maxSize: 2 },
    ],
  ],
  [
    "cooldowns-possible",
    "aws:autoscaling/policy:Policy",
    [{ estimatedInstanceWarmup: 0 }, { estimatedInstanceWarmup: 3600 }, {}],
    [{ estimatedInstanceWarmup: 3601 }, { estimatedInstanceWarmup: 1.5 }, { estimatedInstanceWarmup: -1 }],
  ],
  [
    "log-retention-a-year",
    "aws:cloudwatch/logGroup:LogGroup",
    [{ retentionInDays: 365 }],
    [{ retentionInDays: 180 }],
  ],
];

describe("the guard's rules on one resource", () => {
  for (const [name, type, good, bad] of CASES)
    it(`${name}: ${type.split(":").at(-1)}`, () => {
      const found = (inputs: Bag) => findings(rule(name), [resource(type, inputs)], "prod");
      for (const inputs of good) expect(found(inputs), JSON.stringify(inputs)).to.deep.equal([]);
      for (const inputs of bad) expect(found(inputs), JSON.stringify(inputs)).to.not.have.length(0);
    });

  it("judges types that @pulumi/aws has: a rule on another would pass in silence", () => {
    const sdk = createRequire(import.meta.url);
    const types = new Set(RULES.flatMap((each) => ("types" in each ? each.types : [])));
    expect(types.size).to.be.greaterThan(30);
    for (const type of types) {
      const [, module, name] = /^aws:(.+):(.+)$/.exec(type)!;
      const { [name!]: found } = sdk(`@pulumi/aws/${module}.js`) as Record<string, { __pulumiType: string }>;
      expect(found!.__pulumiType).to.equal(type);
    }
  });
});
