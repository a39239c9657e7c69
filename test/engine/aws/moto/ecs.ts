import type { CreateServiceCommandInput, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { Bag } from "../cloud.ts";
import type { Clients } from "./clients.ts";
import type { Asked, Passed } from "./passed.ts";

/** What may be asked both at creation and later; ECS's API spells as Pulumi does. */
function service({ inputs }: Asked) {
  const { taskDefinition, platformVersion, healthCheckGracePeriodSeconds, enableExecuteCommand } = inputs;
  const { capacityProviderStrategies, enableEcsManagedTags, propagateTags, loadBalancers } = inputs;
  const { deploymentMaximumPercent, deploymentMinimumHealthyPercent, deploymentCircuitBreaker, alarms } =
    inputs;
  const network = inputs.networkConfiguration as Bag | undefined;
  const { alarmNames, ...alarmed } = (alarms ?? {}) as Bag;
  return {
    ...{ taskDefinition, platformVersion, healthCheckGracePeriodSeconds, enableExecuteCommand },
    ...{ propagateTags, loadBalancers, enableECSManagedTags: enableEcsManagedTags },
    capacityProviderStrategy: capacityProviderStrategies,
    deploymentConfiguration: {
      ...{ maximumPercent: deploymentMaximumPercent, minimumHealthyPercent: deploymentMinimumHealthyPercent },
      deploymentCircuitBreaker,
      ...(alarms === undefined ? {} : { alarms: { ...alarmed, alarmNames } }),
    },
    ...(network === undefined
      ? {}
      : {
          networkConfiguration: {
            awsvpcConfiguration: {
              ...{ subnets: network.subnets, securityGroups: network.securityGroups },
              assignPublicIp: network.assignPublicIp === true ? "ENABLED" : "DISABLED",
            },
          },
        }),
  } as unknown as Omit<CreateServiceCommandInput, "serviceName">;
}

async function described({ ecs }: Clients, { outputs }: Pick<Asked, "outputs">) {
  const { services } = await ecs.describeServices({
    cluster: String(outputs.cluster),
    services: [String(outputs.arn)],
  });
  return services!.find(({ status }) => status !== "INACTIVE");
}

function settings(inputs: Bag) {
  return { settings: inputs.settings as [] | undefined };
}

export const ECS: Readonly<Record<string, Passed>> = {
  "aws:ecs/cluster:Cluster": {
    create: async ({ ecs }, { inputs, outputs }) => {
      const { cluster } = await ecs.createCluster({ clusterName: String(outputs.name), ...settings(inputs) });
      return { arn: cluster!.clusterArn };
    },
    update: async ({ ecs }, { inputs, outputs }) => {
      await ecs.updateCluster({ cluster: String(outputs.name), ...settings(inputs) });
      return {};
    },
    remove: ({ ecs }, { outputs }) => ecs.deleteCluster({ cluster: String(outputs.arn) }),
  },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": {
    create: putProviders,
    update: putProviders,
  },
  "aws:ecs/capacityProvider:CapacityProvider": {
    create: async ({ ecs }, { inputs, outputs }) => {
      const { capacityProvider } = await ecs.createCapacityProvider({
        name: String(outputs.name),
        autoScalingGroupProvider: inputs.autoScalingGroupProvider as { autoScalingGroupArn: string },
      });
      return { arn: capacityProvider!.capacityProviderArn };
    },
    remove: ({ ecs }, { outputs }) => ecs.deleteCapacityProvider({ capacityProvider: String(outputs.name) }),
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    create: async ({ ecs }, { inputs }) => {
      const { family, cpu, memory, networkMode, requiresCompatibilities, executionRoleArn, taskRoleArn } =
        inputs;
      const { runtimePlatform, ephemeralStorage } = inputs;
      const { taskDefinition } = await ecs.registerTaskDefinition({
        ...{ family, cpu, memory, networkMode, requiresCompatibilities, executionRoleArn, taskRoleArn },
        ...{ runtimePlatform, ephemeralStorage },
        containerDefinitions: JSON.parse(String(inputs.containerDefinitions)),
      } as RegisterTaskDefinitionCommandInput);
      const { taskDefinitionArn: arn, revision } = taskDefinition!;
      return { arn, revision, arnWithoutRevision: arn!.replace(/:\d+$/, "") };
    },
    remove: ({ ecs }, { outputs }) => ecs.deregisterTaskDefinition({ taskDefinition: String(outputs.arn) }),
  },
  "aws:ecs/service:Service": {
    create: async ({ ecs }, asked) => {
      const { cluster, desiredCount, launchType, deploymentController } = asked.inputs;
      const { service: made } = await ecs.createService({
        ...service(asked),
        ...({ cluster, desiredCount, launchType, deploymentController } as object),
        serviceName: String(asked.outputs.name),
      });
      return { arn: made!.serviceArn };
    },
    update: async ({ ecs }, asked) => {
      const { cluster, arn } = asked.outputs;
      await ecs.updateService({ ...service(asked), cluster: String(cluster), service: String(arn) });
      return {};
    },
    remove: ({ ecs }, { outputs }) =>
      ecs.deleteService({ cluster: String(outputs.cluster), service: String(outputs.arn), force: true }),
    read: async (aws, held) => {
      const found = await described(aws, held);
      return found && { desiredCount: found.desiredCount };
    },
  },
};

async function putProviders({ ecs }: Clients, { inputs }: Asked) {
  await ecs.putClusterCapacityProviders({
    cluster: String(inputs.clusterName),
    capacityProviders: (inputs.capacityProviders ?? []) as string[],
    defaultCapacityProviderStrategy: (inputs.defaultCapacityProviderStrategies ?? []) as [],
  });
  return {};
}
