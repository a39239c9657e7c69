import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { isBadInput } from "../../adapters/bad-input.ts";
import { registrations } from "../../adapters/offline-preview.ts";
import type { Deployment } from "../../adapters/service-deployment.ts";
import { contentTag, ServiceImage } from "../../components/service-image.ts";
import { asked, DEV, deploy, later, ofType, PROD, refusal } from "../support/deploy.ts";
import { containersOf, ecsService } from "../support/ecs.ts";

function service(deployment: Partial<Deployment> = {}, settings: typeof DEV | typeof PROD = PROD) {
  return ecsService({ deployment, settings });
}

async function container(deployment: Partial<Deployment>) {
  return (await containersOf({ deployment }))[0];
}

describe("EcsService", () => {
  it("rolls tasks without losing capacity, rolls back on failure, and leaves the count to the scaling policies", async () => {
    const registered = await deploy(() => service());
    expect(asked(registered, "cart-ecs-service")).to.deep.equal({
      cluster: later("shop-cluster.arn"),
      taskDefinition: later("cart-ecs-definition.arn"),
      platformVersion: "LATEST",
      capacityProviderStrategies: [{ capacityProvider: "FARGATE", weight: 1 }],
      forceNewDeployment: true,
      desiredCount: 3,
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      deploymentConfiguration: { strategy: "ROLLING" },
      availabilityZoneRebalancing: "ENABLED",
      healthCheckGracePeriodSeconds: 91, // 75 s to start, then two answers 8 s apart
      networkConfiguration: {
        subnets: ["a", "b", "c"].map((zone) => `\${net-private-eu-west-1${zone}.id}`),
        securityGroups: [later("sec-tasks.id")],
        assignPublicIp: false,
      },
      loadBalancers: [{ targetGroupArn: later("cart-group.arn"), containerName: "app", containerPort: 8080 }],
      enableExecuteCommand: false,
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      waitForSteadyState: true,
    });
    const kept = registered.filter(({ ignoreChanges }) => ignoreChanges.length > 0);
    expect(kept.map(({ name, ignoreChanges }) => [name, ignoreChanges])).to.deep.equal([
      ["cart-ecs-service", ["desiredCount"]],
    ]);
  });

  it("runs the declared image unprivileged, on a read-only file system (ECS.1, .4, .5, .9, .20)", async () => {
    const registered = await deploy(() => service());
    const { containerDefinitions, ...task } = asked(registered, "cart-ecs-definition");
    expect(task).to.deep.equal({
      family: "setpoint-test-cart-ecs",
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "512",
      memory: "1024",
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
      executionRoleArn: later("cart-ecs-execution-role.arn"),
      taskRoleArn: later("cart-ecs-task-role.arn"),
    });
    expect(JSON.parse(String(containerDefinitions))).to.deep.equal([
      {
        name: "app",
        image: "public.ecr.aws/nginx/nginx-unprivileged:1.28",
        essential: true,
        user: "101",
        privileged: false,
        readonlyRootFilesystem: true,
        linuxParameters: {
          initProcessEnabled: true,
          capabilities: { add: [], drop: ["ALL"] },
          tmpfs: [{ containerPath: "/tmp", size: 64, mountOptions: ["nosuid", "nodev"] }],
        },
        portMappings: [{ containerPort: 8080, protocol: "tcp" }],
        stopTimeout: 30,
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": later("cart-ecs-logs.name"),
            "awslogs-region": "eu-west-1",
            "awslogs-stream-prefix": "app",
            mode: "non-blocking",
            "max-buffer-size": "25m",
          },
        },
      },
    ]);
  });

  it("lets an unprivileged process listen below 1024 only where the port is there", async () => {
    expect((await container({ port: 80 })).systemControls).to.deep.equal([
      { namespace: "net.ipv4.ip_unprivileged_port_start", value: "0" },
    ]);
    expect(await container({ port: 1024 })).to.not.have.property("systemControls");
  });

  it("keeps logs for as long as the stack says, and insights in prod", async () => {
    const of = async (settings: typeof DEV | typeof PROD) => {
      const registered = await deploy(() => service({}, settings));
      return [asked(registered, "cart-ecs-logs"), asked(registered, "shop-cluster").settings];
    };
    const insights = (value: string) => [{ name: "containerInsights", value }];
    expect(await of(PROD)).to.deep.equal([{ retentionInDays: 365 }, insights("enabled")]);
    expect(await of(DEV)).to.deep.equal([{ retentionInDays: 14 }, insights("disabled")]);
  });
});

describe("EcsService's isolation", () => {
  it("ECS.2, ECS.3, ECS.10, ECS.17, ECS.18: shares nothing with a host, and mounts nothing unencrypted", async () => {
    const registered = await deploy(() => service());
    const definition = asked(registered, "cart-ecs-definition");
    expect(definition).to.not.have.any.keys("pidMode", "ipcMode", "volumes");
    expect(definition.networkMode).to.equal("awsvpc");
    const { networkConfiguration, platformVersion } = asked(registered, "cart-ecs-service");
    expect(networkConfiguration).to.deep.include({ assignPublicIp: false });
    expect(platformVersion).to.equal("LATEST");
  });
});

describe("a task definition's family", () => {
  it("NAM-5: has no dots, though projects and stacks may", async () => {
    const stack = { project: "shop.web", stack: "dev.eu", config: {}, secrets: [] };
    const registered = await registrations(() => void ecsService(), stack);
    expect(asked(registered, "cart-ecs-definition").family).to.match(
      /^shop-web-dev-eu-cart-ecs-[0-9a-f]{4}$/,
    );
  });
});

describe("EcsService with a folder to build", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "setpoint-"));
    writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("builds it into a repository of its own: scanned, immutable, trimmed (ECR.1, .2, .3)", async () => {
    const image = { kind: "build", folder } as const;
    const registered = await deploy(() => service({ image, cpuArchitecture: "arm64" }));
    expect(asked(registered, "cart-ecs-repository")).to.deep.equal({
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "KMS" }],
      forceDelete: false,
      lifecyclePolicy: {
        rules: [
          { description: "Untagged images, after a week", tagStatus: "untagged", maximumAgeLimit: 7 },
          { description: "All but the newest 30", tagStatus: "any", maximumNumberOfImages: 30 },
        ],
      },
    });
    expect(asked(registered, "cart-ecs-image")).to.deep.equal({
      repositoryUrl: later("cart-ecs-repository.url"),
      context: folder,
      platform: "linux/arm64",
      imageTag: contentTag(folder),
    });
    expect((await container({ image })).image).to.equal(later("cart-ecs-image.imageUri"));
    expect(ofType(await deploy(() => service()), "awsx:ecr:Image")).to.deep.equal([]);
  });

  it("tags it by its content: the same for the same files, another for a changed, new or renamed one", () => {
    const tags = [contentTag(folder)];
    expect(contentTag(folder)).to.equal(tags[0]);
    writeFileSync(join(folder, "app.js"), "1");
    tags.push(contentTag(folder));
    writeFileSync(join(folder, "app.js"), "2");
    tags.push(contentTag(folder));
    mkdirSync(join(folder, "src"));
    writeFileSync(join(folder, "src", "app.js"), "2");
    tags.push(contentTag(folder));
    expect(new Set(tags).size).to.equal(4);
    mkdirSync(join(folder, "node_modules"));
    writeFileSync(join(folder, "node_modules", "left.js"), "2");
    expect(contentTag(folder)).to.equal(tags[3]); // the build installs its own
  });

  it("encrypts it with the stack's key, and keeps it only where the stack is kept (CKV_AWS_136)", async () => {
    const deployment = { image: { kind: "build", folder } } as const;
    const of = async (different: object) =>
      asked(await deploy(() => ecsService({ deployment, ...different })), "cart-ecs-repository");
    expect(await of({ encrypted: true })).to.deep.include({
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: later("key-key.arn") }],
      forceDelete: true,
    });
    expect((await of({ settings: PROD })).forceDelete).to.equal(false);
  });

  it("NAM-9: names the repository with single separators, apart from the one that has them already", async () => {
    const of = async (name: string) => {
      const args = { folder, cpuArchitecture: "x86_64", key: undefined, protect: false } as const;
      const registered = await deploy(() => new ServiceImage(name, args));
      return ofType(registered, "awsx:ecr:Repository")[0]!.name;
    };
    expect(await of("a-b")).to.equal("a-b-repository");
    expect(await of("a--b")).to.match(/^a-b-[0-9a-f]{4}-repository$/);
  });

  it("refuses a folder without a Dockerfile, as bad input", async () => {
    rmSync(join(folder, "Dockerfile"));
    const failed = await deploy(() => service({ image: { kind: "build", folder } })).catch((error) => error);
    expect(failed).to.satisfy(isBadInput);
    expect(await refusal(() => service({ image: { kind: "build", folder } }))).to.equal(
      `cart-ecs: the folder to build is ${folder}; it has no Dockerfile. Name the folder that has.`,
    );
  });
});
