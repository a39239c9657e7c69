import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../adapters/service-deployment.ts";
import type { Compute, TaskProfile } from "../policy/service.ts";
import type { EcsCluster } from "./ecs-cluster.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { grantStorage, storageEnvironment } from "./grants.ts";
import type { Place } from "./joined-network.ts";
import { logGroup } from "./log-group.ts";
import { gracePeriod, stopTimeout } from "./request-timing.ts";
import type { Security } from "./security.ts";
import { ServiceImage } from "./service-image.ts";
import { shortName } from "./short-name.ts";
import type { Storage } from "./storage.ts";
import type { Target } from "./target.ts";
import { executionPolicy, taskTrust } from "./task-roles.ts";

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
  /** Encrypts its logs. */
  readonly key: EncryptionKey | undefined;
  /** Where the deployment is granted any. */
  readonly storage?: Storage | undefined;
  /** Days. */
  readonly logRetention: number;
  readonly protect: boolean;
}

/** The container's name: one a task, so it needs none of its own. */
const CONTAINER = "app";

/** A role's name has 64 characters, 8 of them Pulumi's. */
const ROLE = 56;

/** A Fargate service behind the load balancer, in private subnets, that rolls back a deployment that fails. */
export class EcsService extends pulumi.ComponentResource {
  readonly service: aws.ecs.Service;
  readonly cluster: aws.ecs.Cluster;
  /** What the application itself may do: use what it is granted, and nothing else until a policy is attached. */
  readonly taskRole: aws.iam.Role;
  readonly logGroup: aws.cloudwatch.LogGroup;

  constructor(name: string, args: EcsServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:EcsService", name, {}, opts);
    const { network, security, target, deployment, capacity } = args;
    const parent = { parent: this };
    this.cluster = args.cluster.cluster;
    this.logGroup = logGroup(`${name}-logs`, args, this);
    const built = builtImage(this, name, args);
    const assumeRolePolicy = taskTrust(network.region, this);
    this.taskRole = new aws.iam.Role(shortName(`${name}-task-role`, ROLE), { assumeRolePolicy }, parent);
    const executionRole = new aws.iam.Role(
      shortName(`${name}-execution-role`, ROLE),
      { assumeRolePolicy },
      parent,
    );
    const execution = new aws.iam.RolePolicy(
      `${name}-execution-policy`,
      { role: executionRole.id, policy: executionPolicy(this.logGroup, deployment.image, built, this) },
      parent,
    );
    const granted = grantStorage(`${name}-storage`, this.taskRole, args, this);
    const definition = new aws.ecs.TaskDefinition(
      `${name}-definition`,
      {
        family: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: String(args.compute.cpu),
        memory: String(args.compute.memory),
        runtimePlatform: {
          operatingSystemFamily: "LINUX",
          cpuArchitecture: deployment.cpuArchitecture.toUpperCase(),
        },
        executionRoleArn: executionRole.arn,
        taskRoleArn: this.taskRole.arn,
        containerDefinitions: pulumi.jsonStringify([container(args, this.logGroup, built)]),
      },
      parent,
    );
    this.service = new aws.ecs.Service(
      `${name}-service`,
      {
        cluster: this.cluster.arn,
        taskDefinition: definition.arn,
        launchType: "FARGATE",
        platformVersion: "LATEST",
        desiredCount: args.tasks,
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        availabilityZoneRebalancing: "ENABLED",
        healthCheckGracePeriodSeconds: gracePeriod(capacity, deployment.health),
        networkConfiguration: {
          subnets: network.privateSubnets.map(({ id }) => id),
          securityGroups: [security.tasks!.id],
          assignPublicIp: false,
        },
        loadBalancers: [
          { targetGroupArn: target.group.arn, containerName: CONTAINER, containerPort: deployment.port },
        ],
        enableExecuteCommand: false,
        enableEcsManagedTags: true,
        propagateTags: "SERVICE",
      },
      { parent: this, dependsOn: [...target.rules, execution, ...granted], ignoreChanges: ["desiredCount"] },
    );
    this.registerOutputs({ serviceName: this.service.name });
  }
}

function builtImage(parent: pulumi.Resource, name: string, args: EcsServiceArgs): ServiceImage | undefined {
  const { image, cpuArchitecture } = args.deployment;
  if (image.kind === "reference") return undefined;
  return new ServiceImage(name, { folder: image.folder, cpuArchitecture, protect: args.protect }, { parent });
}

/** Unprivileged, on a read-only file system with a little memory for temporary files. */
function container(
  { deployment, capacity, network, storage }: EcsServiceArgs,
  logGroup: aws.cloudwatch.LogGroup,
  built: ServiceImage | undefined,
) {
  const { image, port, user } = deployment;
  const environment = Object.entries(storageEnvironment({ storage, deployment }));
  return {
    name: CONTAINER,
    image: image.kind === "reference" ? image.reference : built!.uri,
    essential: true,
    ...(environment.length > 0 ? { environment: environment.map(([name, value]) => ({ name, value })) } : {}),
    user: String(user),
    privileged: false,
    readonlyRootFilesystem: true,
    linuxParameters: {
      initProcessEnabled: true,
      capabilities: { drop: ["ALL"] },
      tmpfs: [{ containerPath: "/tmp", size: TEMPORARY }],
    },
    portMappings: [{ containerPort: port, protocol: "tcp" }],
    // Without it only root may listen below 1024.
    ...(port < 1024
      ? { systemControls: [{ namespace: "net.ipv4.ip_unprivileged_port_start", value: "0" }] }
      : {}),
    stopTimeout: stopTimeout(capacity),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logGroup.name,
        "awslogs-region": network.region,
        "awslogs-stream-prefix": CONTAINER,
        mode: "non-blocking", // a slow log service must not stop requests
        "max-buffer-size": "25m",
      },
    },
  };
}

/** MiB of the task's memory; Fargate mounts tmpfs since January 2026. */
const TEMPORARY = 64;
