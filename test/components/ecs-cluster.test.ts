import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { EcsCluster } from "../../components/ecs-cluster.ts";
import { asked, DEV, deploy, foundation, later, ofType, PROD, refusal } from "../support/deploy.ts";
import { containersOf, ecsService, statementsOf } from "../support/ecs.ts";

const INSTANCES = {
  ...{ instanceTypes: ["m7g.large"], min: 1, max: 10, targetCapacity: 0.8 },
  ...{ minStep: 1, maxStep: 4, warmup: 240 },
};
const tags = { team: "shop" };
const cluster = { instances: INSTANCES, tags };
const instances = { deployment: { capacity: { kind: "instances" } }, cluster } as const;

describe("EcsCluster", () => {
  it("offers Fargate and Spot, and Fargate to whoever says nothing (rows 33, 36)", async () => {
    const registered = await deploy(() => ecsService());
    expect(asked(registered, "shop-providers")).to.deep.equal({
      clusterName: later("shop-cluster.name"),
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
      defaultCapacityProviderStrategies: [{ capacityProvider: "FARGATE", weight: 1 }],
    });
  });

  it("ECS.12: measures containers where the stack says so", async () => {
    const of = async (settings: typeof DEV | typeof PROD) =>
      asked(await deploy(() => ecsService({ settings })), "shop-cluster").settings;
    const insights = (value: string) => [{ name: "containerInsights", value }];
    expect([await of(DEV), await of(PROD)]).to.deep.equal([insights("disabled"), insights("enabled")]);
  });

  it("lets nobody into a task unless it says so (row 12)", async () => {
    const registered = await deploy(() => ecsService());
    expect(asked(registered, "shop-cluster")).to.not.have.property("configuration");
    expect(asked(registered, "cart-ecs-service").enableExecuteCommand).to.equal(false);
  });

  it("CKV_AWS_223, CKV_AWS_224: logs shells, and encrypts them on their way and at rest (row 12)", async () => {
    const registered = await deploy(() => ecsService({ cluster: { execute: true } }));
    expect(asked(registered, "shop-cluster").configuration).to.deep.equal({
      executeCommandConfiguration: {
        kmsKeyId: later("shop-exec-key.arn"),
        logging: "OVERRIDE",
        logConfiguration: {
          cloudWatchEncryptionEnabled: true,
          cloudWatchLogGroupName: later("shop-exec-logs.name"),
        },
      },
    });
    expect(asked(registered, "shop-exec-logs")).to.deep.equal({
      retentionInDays: 14,
      kmsKeyId: later("shop-exec-key.arn"),
    });
    expect(asked(registered, "shop-exec-key").enableKeyRotation).to.equal(true);
    expect(asked(registered, "cart-ecs-service").enableExecuteCommand).to.equal(true);
  });

  it("ECS.5: keeps the root file system read-only beside the shell's agent", async () => {
    const different = { cluster: { execute: true } };
    const registered = await deploy(() => ecsService(different));
    const volumes = ["exec-agents", "exec-state", "exec-logs"];
    expect(asked(registered, "cart-ecs-definition").volumes).to.deep.equal(volumes.map((name) => ({ name })));
    const [app] = await containersOf(different);
    expect(app.readonlyRootFilesystem).to.equal(true);
    expect(app.mountPoints.map(({ sourceVolume }: { sourceVolume: string }) => sourceVolume)).to.deep.equal(
      volumes,
    );
    const statements = await statementsOf(different, "cart-ecs-task-policy");
    expect(statements.at(-1)).to.deep.equal({
      ...{ Effect: "Allow", Action: ["kms:Decrypt"], Resource: [later("shop-exec-key.arn")] },
    });
  });
});

describe("shells on Windows", () => {
  it("ask for no volumes, which Fargate does not mount there", async () => {
    const deployment = { operatingSystem: "WINDOWS_SERVER_2022_CORE" } as const;
    const registered = await deploy(() => ecsService({ cluster: { execute: true }, deployment }));
    expect(asked(registered, "cart-ecs-definition")).to.not.have.property("volumes");
    expect(asked(registered, "cart-ecs-service").enableExecuteCommand).to.equal(true);
  });
});

describe("InstanceCapacity", () => {
  it("ECS.19, CMP-17: scales with the tasks, and ends no instance that runs one (row 35)", async () => {
    const registered = await deploy(() => ecsService(instances));
    expect(asked(registered, "shop-instances-provider")).to.deep.equal({
      autoScalingGroupProvider: {
        autoScalingGroupArn: later("shop-instances-group.arn"),
        managedScaling: {
          ...{ status: "ENABLED", targetCapacity: 80, instanceWarmupPeriod: 240 },
          ...{ minimumScalingStepSize: 1, maximumScalingStepSize: 4 },
        },
        managedTerminationProtection: "ENABLED",
        managedDraining: "ENABLED",
      },
    });
    const group = asked(registered, "shop-instances-group");
    expect(group).to.deep.include({ minSize: 1, maxSize: 10, protectFromScaleIn: true, forceDelete: true });
    expect(group).to.not.have.property("desiredCapacity"); // ECS's
    expect(group.waitForCapacityTimeout).to.equal("0");
    expect(group.vpcZoneIdentifiers).to.deep.equal(
      ["a", "b"].map((zone) => later(`net-private-eu-west-1${zone}.id`)),
    );
    expect(group.tags).to.deep.equal([
      { key: "team", value: "shop", propagateAtLaunch: false },
      { key: "AmazonECSManaged", value: "true", propagateAtLaunch: true }, // ECS counts no instance without
    ]);
    expect(asked(registered, "shop-providers").capacityProviders).to.deep.equal([
      ...["FARGATE", "FARGATE_SPOT", later("shop-instances-provider.name")],
    ]);
  });

  it("starts no instance before its agent has its rights, and takes none of them away before the last has gone", async () => {
    const waits = new Map<string, readonly pulumi.Resource[]>();
    const registered = await deploy(() => {
      pulumi.runtime.registerStackTransformation(({ name, opts }) => {
        waits.set(name, (opts.dependsOn ?? []) as readonly pulumi.Resource[]);
        return undefined;
      });
      ecsService(instances);
    });
    const names = registered.map(({ name }) => name);
    expect(names).to.include("shop-instances-policy").and.include("shop-instances-ssm");
    expect(waits.get("shop-instances-group")).to.have.length(2);
    const start = names.indexOf("shop-instances-group");
    for (const grant of ["shop-instances-policy", "shop-instances-ssm"])
      expect(names.indexOf(grant)).to.be.below(start);
  });

  it("EC2.8, EC2.170: takes AWS's newest image, IMDSv2 with one hop, and encrypted volumes", async () => {
    const registered = await deploy(() => ecsService({ ...instances, encrypted: true }));
    const template = asked(registered, "shop-instances-template");
    const parameter = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id";
    expect(template).to.deep.include({ imageId: later(`ssm.${parameter}`), instanceType: "m7g.large" });
    expect(template.metadataOptions).to.deep.equal({
      ...{ httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    });
    expect(template.blockDeviceMappings).to.deep.equal([
      {
        deviceName: "/dev/xvda",
        ebs: {
          ...{ encrypted: "true", volumeType: "gp3", volumeSize: 30, deleteOnTermination: "true" },
          kmsKeyId: later("key-key.arn"),
        },
      },
    ]);
    const data = Buffer.from(String(template.userData), "base64").toString();
    expect(data).to.include(`ECS_CLUSTER=${later("shop-cluster.name")}\nECS_AWSVPC_BLOCK_IMDS=true\n`);
  });

  it("takes an x86 image for x86 types, and prefers the first of several", async () => {
    const several = { ...INSTANCES, instanceTypes: ["m7i.large", "m6i.large"] };
    const registered = await deploy(() => ecsService({ cluster: { instances: several } }));
    expect(asked(registered, "shop-instances-template").imageId).to.equal(
      later("ssm./aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
    );
    const group = asked(registered, "shop-instances-group");
    expect(group).to.not.have.property("launchTemplate");
    expect(group.mixedInstancesPolicy).to.deep.equal({
      instancesDistribution: {
        onDemandPercentageAboveBaseCapacity: 100,
        onDemandAllocationStrategy: "prioritized",
      },
      launchTemplate: {
        launchTemplateSpecification: {
          launchTemplateId: later("shop-instances-template.id"),
          version: later("shop-instances-template.latestVersion"),
        },
        overrides: [{ instanceType: "m7i.large" }, { instanceType: "m6i.large" }],
      },
    });
  });

  it("gives the agent its own cluster and instances, and nothing in reach of others (row 10)", async () => {
    const [anywhere, onCluster, onInstance, ...others] = await statementsOf(
      instances,
      "shop-instances-policy",
    );
    expect(others).to.deep.equal([]);
    expect(anywhere).to.deep.include({ Action: ["ecs:DiscoverPollEndpoint"], Resource: ["*"] });
    expect(onCluster.Resource).to.deep.equal([later("shop-cluster.arn")]);
    expect(onInstance.Resource).to.deep.equal([
      `arn:aws:ecs:eu-west-1:${later("aws.accountId")}:container-instance/${later("shop-cluster.name")}/*`,
    ]);
    expect(onInstance.Condition).to.deep.equal({ ArnEquals: { "ecs:cluster": later("shop-cluster.arn") } });
  });

  it("lets nothing in, and only HTTPS out", async () => {
    const of = async (settings: typeof DEV | typeof PROD) => {
      const registered = await deploy(() => ecsService({ settings, cluster }));
      const about = registered.filter(
        ({ type, inputs }) =>
          type.includes("SecurityGroup") && JSON.stringify(inputs).includes(later("shop-instances.id")),
      );
      return about.map(({ name, inputs }) => [name, inputs.fromPort, inputs.toPort]);
    };
    expect(await of(DEV)).to.deep.equal([["shop-instances-out", 443, 443]]);
    expect(await of(PROD)).to.deep.equal([
      ["shop-instances-out", 443, 443],
      ["shop-instances-in", 443, 443], // into the endpoints
    ]);
  });

  it("places tasks over the zones first, on their own interfaces (ECS.1, R-3)", async () => {
    const registered = await deploy(() => ecsService(instances));
    const service = asked(registered, "cart-ecs-service");
    expect(service).to.deep.include({
      capacityProviderStrategies: [{ capacityProvider: later("shop-instances-provider.name"), weight: 1 }],
      orderedPlacementStrategies: [
        { type: "spread", field: "attribute:ecs.availability-zone" },
        { type: "binpack", field: "memory" },
      ],
    });
    expect(service).to.not.have.any.keys("platformVersion", "launchType");
    expect(asked(registered, "cart-ecs-definition")).to.deep.include({
      requiresCompatibilities: ["EC2"],
      networkMode: "awsvpc",
    });
  });

  it("is asked for by name only where it is", async () => {
    const { deployment } = instances;
    expect(await refusal(() => ecsService({ deployment }))).to.match(/the cluster has none/);
    const registered = await deploy(() => {
      const { network } = foundation(DEV, "task");
      new EcsCluster("plain", {
        network,
        execute: false,
        insights: false,
        logRetention: 1,
        key: undefined,
        tags,
      });
    });
    expect(ofType(registered, "aws:ecs/capacityProvider:CapacityProvider")).to.deep.equal([]);
  });
});

describe("a mix of Fargate and Spot", () => {
  const of = async (onDemand: object, spot?: object) => {
    const capacity = {
      kind: "fargate",
      onDemand: { weight: 1, ...onDemand },
      ...(spot ? { spot: { weight: 3, ...spot } } : {}),
    } as const;
    const registered = await deploy(() => ecsService({ deployment: { capacity } }));
    return asked(registered, "cart-ecs-service").capacityProviderStrategies;
  };
  const FARGATE = { capacityProvider: "FARGATE", weight: 1 };
  const SPOT = { capacityProvider: "FARGATE_SPOT", weight: 3 };

  it("CMP-14, CMP-15: keeps the plan's minimum on demand unless another base is declared (row 36)", async () => {
    expect(await of({}, {})).to.deep.equal([{ ...FARGATE, base: 3 }, SPOT]);
    expect(await of({ base: 5 }, {})).to.deep.equal([{ ...FARGATE, base: 5 }, SPOT]);
    expect(await of({ base: 0 }, {})).to.deep.equal([FARGATE, SPOT]);
    expect(await of({}, { base: 2 })).to.deep.equal([FARGATE, { ...SPOT, base: 2 }]);
    expect(await of({})).to.deep.equal([FARGATE]);
  });
});
