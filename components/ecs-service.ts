import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../adapters/service-deployment.ts";
import { APPLICATION } from "../adapters/sidecar-settings.ts";
import type { Compute, TaskProfile } from "../policy/service.ts";
import { capacityStrategy } from "./capacity-strategy.ts";
import type { EcsCluster } from "./ecs-cluster.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { grantStorage } from "./grants.ts";
import type { Place } from "./joined-network.ts";
import { logGroup } from "./log-group.ts";
import { type ReleaseRoles, releaseRoles } from "./release-roles.ts";
import { releaseStrategy } from "./release-strategy.ts";
import { gracePeriod } from "./request-timing.ts";
import type { Security } from "./security.ts";
import { ServiceImage } from "./service-image.ts";
import { shortName } from "./short-name.ts";
import { drainingTime, runningDefinition, settlingTime } from "./steady-state.ts";
import type { Storage } from "./storage.ts";
import type { Target } from "./target.ts";
import { taskDefinition } from "./task-definition.ts";
import { executionPolicy, taskPolicy, taskTrust } from "./task-roles.ts";

export interface EcsServiceArgs {
  readonly network: Place;
  readonly security: Security;
  readonly cluster: EcsCluster;
  readonly target: Target;
  readonly compute: Extract<Compute, { type: "fargate" }>;
  readonly capacity: TaskProfile;
  readonly deployment: Deployment;
  /** Tasks at the first deployment; from then on the scaling policies set the count. */
  readonly tasks: number;
  /** Names of alarms that take a deployment back. They may depend on the target, never on this service. */
  readonly rollbackAlarms: readonly pulumi.Input<string>[];
  /** Encrypts its logs and images, and may have encrypted its secrets. */
  readonly key: EncryptionKey | undefined;
  /** Where the deployment is granted any. */
  readonly storage?: Storage | undefined;
  /** Days. */
  readonly logRetention: number;
  readonly protect: boolean;
}

/** A role's name has 64 characters, 8 of them Pulumi's. */
const ROLE = 56;

/** Tasks behind the load balancer, in private subnets; a deployment that fails is rolled back, and fails the update. */
export class EcsService extends pulumi.ComponentResource {
  readonly service: aws.ecs.Service;
  readonly cluster: aws.ecs.Cluster;
  readonly definition: aws.ecs.TaskDefinition;
  /** The definition that runs once the service is steady. */
  readonly running: pulumi.Output<string>;
  /** What the application itself may do: what its team declares, and what is attached. */
  readonly taskRole: aws.iam.Role;
  /** What ECS does for a task before it starts. */
  readonly executionRole: aws.iam.Role;
  /** What ECS does to the balancer and the hooks while traffic moves. */
  readonly releaseRoles: ReleaseRoles;
  /** Of the two roles: what is declared and granted. */
  readonly policies: readonly aws.iam.RolePolicy[];
  readonly logGroup: aws.cloudwatch.LogGroup;
  /** Where a folder is built. */
  readonly image: ServiceImage | undefined;

  constructor(name: string, args: EcsServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:EcsService", name, {}, opts);
    const { network, target, deployment } = args;
    const { region } = network;
    this.cluster = args.cluster.cluster;
    this.logGroup = logGroup(`${name}-logs`, args, this);
    this.image = builtImage(this, name, args);
    const assumeRolePolicy = taskTrust(region, this);
    const role = (suffix: string) =>
      new aws.iam.Role(shortName(`${name}-${suffix}`, ROLE), { assumeRolePolicy }, { parent: this });
    this.taskRole = role("task-role");
    this.executionRole = role("execution-role");
    this.policies = [
      ...rolePolicies(this, name, args),
      ...grantStorage(`${name}-storage`, this.taskRole, args, this),
    ];
    this.releaseRoles = releaseRoles(name, deployment.release, this);
    const shells = args.cluster.sessions !== undefined;
    const { taskRole, executionRole, image: built } = this;
    this.definition = taskDefinition(
      name,
      { ...args, built, taskRole, executionRole, region, shells, logGroup: this.logGroup },
      this,
    );
    const settled = `${settlingTime(args.tasks, args.capacity, deployment, args.rollbackAlarms)}s`;
    this.service = new aws.ecs.Service(`${name}-service`, serviceArgs(this, args), {
      parent: this,
      dependsOn: [...target.rules, args.cluster.providers, ...this.policies, ...this.releaseRoles.policies],
      ignoreChanges: ["desiredCount"],
      customTimeouts: {
        create: settled,
        update: settled,
        delete: `${drainingTime(args.capacity, deployment.deregistrationDelay)}s`,
      },
    });
    this.running = runningDefinition(this.service, this.definition, this);
    this.registerOutputs({ serviceName: this.service.name, running: this.running });
  }
}

function builtImage(parent: EcsService, name: string, args: EcsServiceArgs): ServiceImage | undefined {
  const { image, cpuArchitecture } = args.deployment;
  if (image.kind === "reference") return undefined;
  const { key, protect } = args;
  return new ServiceImage(name, { folder: image.folder, cpuArchitecture, key, protect }, { parent });
}

function rolePolicies(
  parent: EcsService,
  name: string,
  { deployment, key, network, cluster }: EcsServiceArgs,
): readonly aws.iam.RolePolicy[] {
  const { image, containers, secretKeys, permissions } = deployment;
  const sidecars = Object.values(containers);
  const own = image.kind === "reference" ? [image.reference] : [];
  const needed = {
    logGroup: parent.logGroup,
    images: [...own, ...sidecars.map((sidecar) => sidecar.image)],
    repositoryArn: parent.image?.repositoryArn,
    secrets: {
      sources: [deployment, ...sidecars].flatMap(({ secrets }) => Object.values(secrets)),
      ...{ keys: secretKeys, key, region: network.region },
    },
  };
  const attached = (role: aws.iam.Role, suffix: string, policy: pulumi.Output<string>) =>
    new aws.iam.RolePolicy(`${name}-${suffix}`, { role: role.id, policy }, { parent });
  const granted = taskPolicy(permissions, cluster.sessions);
  return [
    attached(parent.executionRole, "execution-policy", executionPolicy(needed, parent)),
    ...(granted === undefined ? [] : [attached(parent.taskRole, "task-policy", granted)]),
  ];
}

function serviceArgs(service: EcsService, args: EcsServiceArgs): aws.ecs.ServiceArgs {
  const { network, security, target, deployment, tasks, cluster, rollbackAlarms } = args;
  return {
    cluster: service.cluster.arn,
    taskDefinition: service.definition.arn,
    ...capacityStrategy(deployment.capacity, tasks, cluster),
    forceNewDeployment: true, // otherwise another strategy is another service
    desiredCount: tasks,
    ...releaseStrategy(deployment.release, rollbackAlarms, service.releaseRoles.hooks),
    healthCheckGracePeriodSeconds: deployment.grace ?? gracePeriod(args.capacity, deployment.health),
    networkConfiguration: {
      subnets: network.privateSubnets.map(({ id }) => id),
      securityGroups: [security.tasks!.id],
      assignPublicIp: false,
    },
    loadBalancers: [
      {
        targetGroupArn: target.group.arn,
        containerName: APPLICATION,
        containerPort: deployment.port,
        ...alternate(target, service.releaseRoles),
      },
    ],
    enableExecuteCommand: cluster.sessions !== undefined,
    enableEcsManagedTags: true,
    propagateTags: "SERVICE",
    waitForSteadyState: true,
  };
}

/** Where traffic moves with a new version, and the rule that says so. */
function alternate({ alternateGroup, rules }: Target, { balancer }: ReleaseRoles) {
  if (balancer === undefined) return {};
  if (alternateGroup === undefined || rules.length !== 1)
    throw new Error(
      `a release that moves traffic needs a target with an alternate group and one rule; it has ${rules.length}. Give it one path, or roll.`,
    );
  return {
    advancedConfiguration: {
      alternateTargetGroupArn: alternateGroup.arn,
      productionListenerRule: rules[0]!.arn,
      roleArn: balancer.arn,
    },
  };
}
