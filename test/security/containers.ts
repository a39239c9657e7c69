import { plainSecrets } from "../../adapters/plain-secrets.ts";
import {
  at,
  type Bag,
  isGiven,
  json,
  list,
  type Resource,
  referred,
  type Stack,
  text,
} from "../../guard/resource.ts";
import { add, type Change, edit, set, taken } from "../support/changes.ts";
import { all, each, guard, none, refersTo, type Table } from "../support/controls.ts";

const DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";
const SERVICE = "aws:ecs/service:Service";
const CLUSTER = "aws:ecs/cluster:Cluster";
const PROVIDER = "aws:ecs/capacityProvider:CapacityProvider";
const REPOSITORY = "awsx:ecr:Repository";
const KEY = "aws:kms/key:Key";

function containers({ containerDefinitions }: Bag): readonly Bag[] {
  return list(json(containerDefinitions)) as readonly Bag[];
}

/** Every container of every task. */
const eachContainer = (holds: (container: Bag) => boolean) =>
  each(DEFINITION, (inputs) => containers(inputs).length > 0 && containers(inputs).every(holds));

/** Changes the second container of a task: what holds for the first alone is not held. */
const sidecar = (change: Bag): Change =>
  edit("cart-ecs-definition", ({ inputs }) => {
    const [app, second] = containers(inputs);
    return { inputs: { ...inputs, containerDefinitions: JSON.stringify([app, { ...second, ...change }]) } };
  });

function role(stack: Stack, task: Resource, input: string): Resource | undefined {
  return referred(stack, task, input).find(({ type }) => type === "aws:iam/role:Role");
}

const isNumericUser = ({ user }: Bag) => /^[1-9]\d*$/.test(text(user));

export const CONTAINERS: Table = {
  title: "ECS and ECR (`EcsCluster`, `EcsService`)",
  file: "containers.ts",
  controls: [
    {
      ids: "ECS.1, ECS.17ᴺ",
      control: "a network interface of its own, a user that is named",
      checkov: "–",
      faults: all(
        guard("ecs-confined"),
        each(DEFINITION, (inputs) => inputs.networkMode === "awsvpc"),
        eachContainer(({ user }) => isGiven(user)),
      ),
      broken: [set("packed-ecs-definition", "networkMode", "bridge"), sidecar({ user: undefined })],
    },
    {
      ids: "ECS.2, ECS.16ᴺ",
      control: "no public IPs for services and task sets",
      checkov: "CKV_AWS_333",
      faults: all(
        each(SERVICE, (inputs) => at(inputs, "networkConfiguration.assignPublicIp") === false),
        none(/:TaskSet$/),
      ),
      broken: set("pay-ecs-service", "networkConfiguration.assignPublicIp", true),
    },
    {
      ids: "ECS.3",
      control: "no process namespace of the host",
      checkov: "CKV_AWS_335",
      faults: each(DEFINITION, (inputs) => inputs.pidMode === undefined && inputs.ipcMode === undefined),
      broken: set("packed-ecs-definition", "pidMode", "host"),
    },
    {
      ids: "ECS.4",
      control: "not privileged, all capabilities dropped",
      checkov: "CKV_AWS_334",
      faults: eachContainer(
        (container) =>
          container.privileged === false &&
          list(at(container, "linuxParameters.capabilities.drop")).includes("ALL") &&
          !isGiven(at(container, "linuxParameters.capabilities.add")),
      ),
      broken: [sidecar({ privileged: true }), sidecar({ linuxParameters: {} })],
    },
    {
      ids: "ECS.5",
      control: "read-only root file system",
      checkov: "CKV_AWS_336",
      faults: eachContainer((container) => container.readonlyRootFilesystem === true),
      broken: sidecar({ readonlyRootFilesystem: false }),
    },
    {
      ids: "ECS.8",
      control: "no secrets in the environment",
      checkov: "–",
      faults: eachContainer(({ environment }) => plainSecrets(environment, () => "").length === 0),
      broken: sidecar({ environment: [{ name: "DB_PASSWORD", value: "hunter2" }] }),
    },
    {
      ids: "ECS.9",
      control: "logs of every container, none of which waits for them",
      checkov: "–",
      faults: all(
        guard("ecs-logs"),
        eachContainer(({ logConfiguration }) => {
          const option = (name: string) => at(at(logConfiguration, "options"), name);
          return (
            at(logConfiguration, "logDriver") === "awslogs" &&
            option("mode") === "non-blocking" &&
            option("max-buffer-size") === "25m"
          );
        }),
      ),
      broken: sidecar({ logConfiguration: { logDriver: "awslogs", options: {} } }),
    },
    {
      ids: "ECS.10",
      control: "the latest Fargate platform",
      checkov: "CKV_AWS_332",
      faults: each(
        SERVICE,
        (inputs, service, stack) =>
          inputs.platformVersion === "LATEST" ||
          refersTo(stack, service, "capacityProviderStrategies", PROVIDER),
      ),
      broken: set("search-ecs-service", "platformVersion", "1.3.0"),
    },
    {
      ids: "ECS.12",
      control: "Container Insights",
      checkov: "CKV_AWS_65",
      faults: each(CLUSTER, ({ settings }) =>
        list(settings).some(
          (one) =>
            at(one, "name") === "containerInsights" &&
            ["enabled", "enhanced"].includes(text(at(one, "value"))),
        ),
      ),
      broken: set("cluster-cluster", "settings", []),
      dev: "marked ᵈ: each metric is paid for",
    },
    {
      ids: "ECS.18",
      control: "EFS, if any, over TLS",
      checkov: "CKV_AWS_97",
      faults: each(DEFINITION, ({ volumes }) =>
        list(volumes).every((volume) => {
          const efs = at(volume, "efsVolumeConfiguration");
          return efs === undefined || at(efs, "transitEncryption") === "ENABLED";
        }),
      ),
      broken: set("cart-ecs-definition", "volumes", [{ efsVolumeConfiguration: { fileSystemId: "fs-1" } }]),
    },
    {
      ids: "ECS.19",
      control: "instances with tasks are not terminated",
      checkov: "–",
      faults: each(PROVIDER, (inputs, provider, stack) => {
        const groups = referred(stack, provider, "autoScalingGroupProvider");
        return (
          at(inputs, "autoScalingGroupProvider.managedTerminationProtection") === "ENABLED" &&
          at(inputs, "autoScalingGroupProvider.managedScaling.status") === "ENABLED" &&
          groups.every((group) => group.inputs.protectFromScaleIn === true)
        );
      }),
      broken: set(
        "cluster-instances-provider",
        "autoScalingGroupProvider.managedTerminationProtection",
        "DISABLED",
      ),
    },
    {
      ids: "ECS.20, ECS.21",
      control: "neither root nor administrator",
      checkov: "–",
      faults: each(DEFINITION, (inputs) => {
        const windows = text(at(inputs, "runtimePlatform.operatingSystemFamily")).startsWith("WINDOWS");
        return containers(inputs).every((one) =>
          windows ? one.user === "ContainerUser" : isNumericUser(one),
        );
      }),
      broken: sidecar({ user: "0" }),
    },
    {
      ids: "ECS.13–15ᴺ",
      control: "tags on services, clusters and task definitions",
      checkov: "–",
      faults: all(
        guard("required-tags"),
        each([SERVICE, CLUSTER, DEFINITION], (_, { defaultTags }) => isGiven(defaultTags["setpoint:stack"])),
      ),
      broken: edit("pay-ecs-definition", () => ({ defaultTags: {} })),
    },
    {
      ids: "–",
      control: "two roles, for the task and for what starts it",
      checkov: "CKV_AWS_249",
      faults: each(DEFINITION, (_, task, stack) => {
        const [own, starter] = [role(stack, task, "taskRoleArn"), role(stack, task, "executionRoleArn")];
        return own !== undefined && starter !== undefined && own !== starter;
      }),
      broken: taken("cart-ecs-definition", "taskRoleArn", "cart-ecs-execution-role"),
    },
    {
      ids: "–",
      control: "ECS Exec off, or logged and encrypted",
      checkov: "CKV_AWS_223, CKV_AWS_224",
      faults: each(SERVICE, ({ enableExecuteCommand }, service, stack) => {
        if (enableExecuteCommand !== true) return true;
        return referred(stack, service, "cluster").every((cluster) => {
          const exec = at(cluster.inputs, "configuration.executeCommandConfiguration");
          return (
            at(exec, "logging") === "OVERRIDE" &&
            at(exec, "logConfiguration.cloudWatchEncryptionEnabled") === true &&
            refersTo(stack, cluster, "configuration", KEY)
          );
        });
      }),
      broken: set("cart-ecs-service", "enableExecuteCommand", true),
    },
    {
      ids: "ECR.1",
      control: "images are scanned",
      checkov: "CKV_AWS_163",
      faults: each(REPOSITORY, (inputs) => at(inputs, "imageScanningConfiguration.scanOnPush") === true),
      broken: set("built-ecs-repository", "imageScanningConfiguration", undefined),
    },
    {
      ids: "ECR.2",
      control: "tags are immutable",
      checkov: "CKV_AWS_51",
      faults: all(
        each(DEFINITION, (inputs, task, stack) =>
          containers(inputs).every(
            ({ image }) =>
              /@sha256:|:(?!latest$)[^:/]+$/.test(text(image)) ||
              refersTo(stack, task, "containerDefinitions", "awsx:ecr:Image"), // by digest, once it is built
          ),
        ),
        each(REPOSITORY, (inputs) => inputs.imageTagMutability === "IMMUTABLE"),
      ),
      broken: [
        set("built-ecs-repository", "imageTagMutability", "MUTABLE"),
        sidecar({ image: "nginx:latest" }),
      ],
    },
    {
      ids: "ECR.3",
      control: "a lifecycle policy: the newest 30, untagged ones for 7 days",
      checkov: "–",
      faults: each(REPOSITORY, (inputs) => {
        const rules = list(at(inputs, "lifecyclePolicy.rules"));
        return (
          rules.some((rule) => at(rule, "maximumNumberOfImages") === 30) &&
          rules.some((rule) => at(rule, "tagStatus") === "untagged" && at(rule, "maximumAgeLimit") === 7)
        );
      }),
      broken: set("built-ecs-repository", "lifecyclePolicy.rules", []),
    },
    {
      ids: "–",
      control: "repositories are not public and encrypted with KMS",
      checkov: "CKV_AWS_136, CKV_AWS_32",
      faults: all(
        none(/ecr(public)?\/.*RepositoryPolicy$|^aws:ecrpublic/),
        each(REPOSITORY, (inputs) => at(inputs, "encryptionConfigurations.0.encryptionType") === "KMS"),
      ),
      broken: [
        add("aws:ecr/repositoryPolicy:RepositoryPolicy", {}),
        set("built-ecs-repository", "encryptionConfigurations", []),
      ],
    },
  ],
  elsewhere: [],
};
