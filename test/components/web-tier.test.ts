import { expect } from "chai";
import { type InstanceSettings, instanceSchema } from "../../adapters/instance-settings.ts";
import { DEFAULT_DEPLOYMENT, type Deployment } from "../../adapters/service-deployment.ts";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { WebTier, type WebTierArgs } from "../../components/web-tier.ts";
import { asked, CAPACITY, deploy, foundation, later, ofType, PROD, refusal } from "../support/deploy.ts";

const tags = { "setpoint:stack": "test" };
const named = { ...tags, Name: "web" };

function tier(
  more: Partial<Omit<WebTierArgs, "deployment">> & { readonly deployment?: Partial<Deployment> } = {},
) {
  const { network, security, target } = foundation(PROD, "instance");
  return new WebTier("web", {
    ...{ network, security, target, tags, key: undefined, capacity: CAPACITY, logRetention: 365 },
    compute: { type: "ec2", instanceType: "t3.small" },
    types: ["t3.small"],
    controls: { min: 3, max: 40, warmup: 89.5 },
    ...more,
    deployment: { ...DEFAULT_DEPLOYMENT, ...more.deployment },
  });
}

/** What a tier with these `instances:` asks for. */
const declared = (instances: object, more: Parameters<typeof tier>[0] = {}) =>
  deploy(() =>
    tier({ ...more, deployment: { instances: instanceSchema.parse(instances) as InstanceSettings } }),
  );

describe("WebTier", () => {
  it("AutoScaling.1, AutoScaling.2, AutoScaling.9, rows 18, 41: runs instances in every zone, judged by the balancer, replaced one by one", async () => {
    const registered = await deploy(() => tier());
    expect(asked(registered, "web-group")).to.deep.equal({
      minSize: 3,
      maxSize: 40,
      desiredCapacity: 3,
      waitForCapacityTimeout: "0", // for a count that the policies have moved on
      vpcZoneIdentifiers: ["a", "b", "c"].map((zone) => `\${net-private-eu-west-1${zone}.id}`),
      launchTemplate: { id: later("web-template.id"), version: later("web-template.latestVersion") },
      targetGroupArns: [later("cart-group.arn")],
      healthCheckType: "ELB",
      healthCheckGracePeriod: 91, // 75 s to start, then two answers 8 s apart
      defaultInstanceWarmup: 90,
      instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 110 },
      enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances"],
      tags: Object.entries(named).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
    });
    const kept = registered.filter(({ ignoreChanges }) => ignoreChanges.length > 0);
    expect(kept.map(({ name, ignoreChanges }) => [name, ignoreChanges])).to.deep.equal([
      ["web-group", ["desiredCapacity", "launchTemplate", "mixedInstancesPolicy"]],
    ]);
  });

  it("launches them with the CPU credits that the plan counts on", async () => {
    const compute = { type: "ec2", instanceType: "t3.small", credits: "standard" } as const;
    const { creditSpecification } = asked(await deploy(() => tier({ compute })), "web-template");
    expect(creditSpecification).to.deep.equal({ cpuCredits: "standard" });
  });

  it("row 13, EC2.8, EC2.170, AutoScaling.3, AutoScaling.4, EC2.3, EC2.7, EC2.9, EC2.25, EC2.17, EC2.28, EC2.180: launches them hardened", async () => {
    const { userData, ...template } = asked(await deploy(() => tier()), "web-template");
    expect(template).to.deep.equal({
      imageId: later("ssm./aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"),
      instanceType: "t3.small",
      updateDefaultVersion: true,
      ebsOptimized: "true",
      iamInstanceProfile: { arn: later("web-profile.arn") },
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "enabled",
      },
      monitoring: { enabled: true },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: "false",
          securityGroups: [later("sec-instances.id")],
          deleteOnTermination: "true",
        },
      ],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { encrypted: "true", volumeType: "gp3", volumeSize: 8, deleteOnTermination: "true" },
        },
      ],
      tagSpecifications: [
        { resourceType: "instance", tags: { ...named, "setpoint:logs": later("web-logs.name") } },
        { resourceType: "volume", tags: { ...named, "setpoint:backup": "yes" } },
        { resourceType: "network-interface", tags: named },
      ],
    });
    expect(Buffer.from(String(userData), "base64").toString()).to.match(/^#!\/bin\/bash\n/);
  });

  it("EC2.3: encrypts volumes and logs with the stack's key", async () => {
    const registered = await deploy(() =>
      tier({ key: new EncryptionKey("key", { region: "eu-west-1", protect: true }) }),
    );
    const [device] = asked(registered, "web-template").blockDeviceMappings as { ebs: { kmsKeyId: string } }[];
    expect(device!.ebs.kmsKeyId).to.equal(later("key-key.arn"));
    expect(asked(registered, "web-logs")).to.deep.equal({
      retentionInDays: 365,
      kmsKeyId: later("key-key.arn"),
    });
  });

  it("boots Arm images for Arm, a pinned image where one is, and asks t2 for no EBS optimization, which it lacks", async () => {
    const arm = asked(await deploy(() => tier({ deployment: { cpuArchitecture: "arm64" } })), "web-template");
    expect(arm.imageId).to.equal(
      later("ssm./aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"),
    );
    const ami = "ami-0123456789abcdef0";
    expect(asked(await declared({ ami }), "web-template").imageId).to.equal(ami);
    const mixed = await deploy(() => tier({ types: ["t3.large", "t2.large"] }));
    expect(asked(mixed, "web-template").ebsOptimized).to.equal("false");
  });

  it("row 21: launches from a recovery point, which for an instance is an image", async () => {
    const from = "arn:aws:ec2:eu-west-1::image/ami-0123456789abcdef0";
    expect(asked(await declared({ restore: { from } }), "web-template").imageId).to.equal(
      "ami-0123456789abcdef0",
    );
  });

  it("row 12, SSM.1, CKV2_AWS_41: gives instances Systems Manager, their logs, and nothing else; no key, no port 22", async () => {
    const registered = await deploy(() => tier());
    const granted = registered.filter(
      ({ type, inputs }) => /rolePolicy/i.test(type) && String(inputs.role).startsWith(`\${web-role.`),
    );
    const logs = {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      on: [`${later("web-logs.arn")}:*`],
    };
    expect(granted.map(({ inputs }) => inputs)).to.deep.equal([
      { role: later("web-role.name"), policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
      {
        role: later("web-role.id"),
        policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: logs.actions, Resource: logs.on }],
        }),
      },
    ]);
    expect(asked(registered, "web-template")).to.not.have.property("keyName");
    const open = registered.filter(({ type, inputs }) => /IngressRule/.test(type) && inputs.fromPort === 22);
    expect(open).to.deep.equal([]);
  });

  it("lets instances pull their one ECR image, with the role's own token", async () => {
    const reference = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:1.2";
    const registered = await deploy(() => tier({ deployment: { image: { kind: "reference", reference } } }));
    const { Statement } = JSON.parse(String(asked(registered, "web-policy").policy));
    expect(Statement[2]).to.deep.include({
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
      Resource: ["arn:aws:ecr:eu-west-1:123456789012:repository/shop"],
    });
  });

  it("row 16: stopped is a size of none that nothing moves; the rest stays as it is", async () => {
    const hours = { start: "Mon-Fri 08:00", stop: "Mon-Fri 20:00" };
    const [running, stopped] = [
      await declared({ officeHours: hours }),
      await declared({ officeHours: hours, state: "stopped" }),
    ];
    const { minSize, maxSize, desiredCapacity, suspendedProcesses, ...rest } = asked(stopped, "web-group");
    expect([minSize, maxSize, desiredCapacity]).to.deep.equal([0, 0, 0]);
    expect(suspendedProcesses).to.deep.equal(["AlarmNotification", "ScheduledActions"]);
    expect(asked(running, "web-group")).to.deep.equal({
      ...rest,
      minSize: 3,
      maxSize: 40,
      desiredCapacity: 3,
    });
    const others = (all: typeof running) => all.filter(({ name }) => name !== "web-group");
    expect(others(stopped)).to.deep.equal(others(running));
  });

  it("row 17: empties the group outside office hours, so far that no policy can fill it, and puts the plan back", async () => {
    const registered = await declared({
      officeHours: { start: "Mon-Fri 08:00", stop: "Mon-Fri 20:30", timezone: "Europe/Berlin" },
    });
    const common = { autoscalingGroupName: later("web-group.name"), timeZone: "Europe/Berlin" };
    expect(ofType(registered, "aws:autoscaling/schedule:Schedule").map(({ inputs }) => inputs)).to.deep.equal(
      [
        {
          ...common,
          scheduledActionName: "office-start",
          recurrence: "0 8 * * MON-FRI",
          ...{ minSize: 3, maxSize: 40, desiredCapacity: 3 },
        },
        {
          ...common,
          scheduledActionName: "office-stop",
          recurrence: "30 20 * * MON-FRI",
          ...{ minSize: 0, maxSize: 0, desiredCapacity: 0 },
        },
      ],
    );
  });

  it("row 42, AutoScaling.6: launches equal types when the declared one is not to be had, on demand", async () => {
    const group = asked(await deploy(() => tier({ types: ["m5.large", "m6i.large"] })), "web-group");
    expect(group).to.not.have.property("launchTemplate");
    expect(group.mixedInstancesPolicy).to.deep.equal({
      launchTemplate: {
        launchTemplateSpecification: {
          launchTemplateId: later("web-template.id"),
          version: later("web-template.latestVersion"),
        },
        overrides: [{ instanceType: "m5.large" }, { instanceType: "m6i.large" }],
      },
      instancesDistribution: {
        onDemandAllocationStrategy: "prioritized",
        onDemandBaseCapacity: 0,
        onDemandPercentageAboveBaseCapacity: 100,
      },
    });
  });

  it("row 42: takes Spot beyond the plan's minimum only, and replaces before AWS takes back", async () => {
    const types = ["m5.large", "m6i.large", "m7i.large"];
    const group = asked(
      await declared({ types: types.slice(1), spot: { share: "70 %" } }, { types }),
      "web-group",
    );
    expect(group.capacityRebalance).to.equal(true);
    expect(group.mixedInstancesPolicy).to.have.deep.property("instancesDistribution", {
      onDemandAllocationStrategy: "prioritized",
      onDemandBaseCapacity: 3,
      onDemandPercentageAboveBaseCapacity: 30,
      spotAllocationStrategy: "price-capacity-optimized",
    });
  });

  it("row 43: keeps a warm pool of one size, filled by instances that have reported", async () => {
    const registered = await declared({ warmPool: { size: 2, reuse: true } });
    const { warmPool, initialLifecycleHooks } = asked(registered, "web-group");
    expect(warmPool).to.deep.equal({
      poolState: "Stopped",
      minSize: 2,
      maxGroupPreparedCapacity: 2,
      instanceReusePolicy: { reuseOnScaleIn: true },
    });
    const hook = {
      name: "launch",
      lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      heartbeatTimeout: 900,
      defaultResult: "ABANDON",
    };
    expect(initialLifecycleHooks).to.deep.equal([hook]);
    expect(asked(registered, "web-launch")).to.deep.equal({
      autoscalingGroupName: later("web-group.name"),
      ...hook,
    });
    const script = Buffer.from(String(asked(registered, "web-template").userData), "base64").toString();
    expect(script).to.include("--lifecycle-hook-name launch");
    const { Statement } = JSON.parse(String(asked(registered, "web-hooks").policy));
    expect(Statement).to.deep.equal([
      {
        Effect: "Allow",
        Action: ["autoscaling:CompleteLifecycleAction"],
        Resource: [
          `arn:aws:autoscaling:eu-west-1:${later("aws.accountId")}:autoScalingGroup:*:autoScalingGroupName/*`,
        ],
        Condition: {
          StringEquals: {
            "autoscaling:ResourceTag/setpoint:stack": "test",
            "autoscaling:ResourceTag/Name": "web",
          },
        },
      },
    ]);
  });

  it("row 43: lets an ending instance finish, and ends instances that are as old as declared", async () => {
    const registered = await declared({ hooks: { terminate: "3 min" }, maxLifetime: "30 d" });
    expect(asked(registered, "web-terminate")).to.deep.include({
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: 180,
      defaultResult: "CONTINUE",
    });
    expect(asked(registered, "web-group").maxInstanceLifetime).to.equal(2_592_000);
  });

  it("SSM.2, SSM.3: compares patches weekly with AWS's baseline; a new image brings them", async () => {
    const association = asked(await deploy(() => tier()), "web-patches");
    expect(association).to.deep.include({
      name: "AWS-RunPatchBaseline",
      targets: [{ key: "tag:aws:autoscaling:groupName", values: [later("web-group.name")] }],
      parameters: { Operation: "Scan" },
    });
    expect(asked(await declared({ patching: "install" }), "web-patches").parameters).to.deep.equal({
      Operation: "Install",
      RebootOption: "RebootIfNeeded",
    });
  });

  it("propagates tags, but gives instances none that the metadata service could not show", async () => {
    const registered = await deploy(() =>
      tier({ tags: { ...tags, "cost/center": "7", "the owner": "shop" } }),
    );
    const groupTags = asked(registered, "web-group").tags as { key: string; propagateAtLaunch: boolean }[];
    const propagated = (yes: boolean) =>
      groupTags.filter(({ propagateAtLaunch }) => propagateAtLaunch === yes).map(({ key }) => key);
    expect(propagated(true)).to.deep.equal(["setpoint:stack", "Name"]);
    expect(propagated(false)).to.deep.equal(["cost/center", "the owner"]);
    const [instance, volume] = asked(registered, "web-template").tagSpecifications as { tags: object }[];
    expect(instance!.tags).to.have.all.keys("setpoint:stack", "Name", "setpoint:logs");
    expect(volume!.tags).to.include({ "cost/center": "7" });
  });

  it("NAM-4: refuses a name that a group's cannot be made of", async () => {
    const of = (name: string) => refusal(() => new WebTier(name, {} as WebTierArgs));
    expect(await of("web:tier")).to.match(
      /^WebTier's name is "web:tier", 8 characters; .* colons, .* 241 .*Rename it\.$/,
    );
    expect(await of("w".repeat(242))).to.match(/242 characters/);
  });
});
