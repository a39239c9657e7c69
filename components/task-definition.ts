import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../adapters/service-deployment.ts";
import { APPLICATION } from "../adapters/sidecar-settings.ts";
import type { Compute, TaskProfile } from "../policy/service.ts";
import { containerDefinition, shellVolumes } from "./container-definition.ts";
import { type GrantsArgs, storageEnvironment } from "./grants.ts";
import { jsonText } from "./json-text.ts";
import { pinned } from "./registry.ts";
import { stopTimeout } from "./request-timing.ts";
import type { ServiceImage } from "./service-image.ts";
import { shortName } from "./short-name.ts";

export interface TaskDefinitionArgs extends Pick<GrantsArgs, "storage"> {
  readonly compute: Extract<Compute, { type: "fargate" }>;
  readonly capacity: TaskProfile;
  readonly deployment: Deployment;
  readonly built: ServiceImage | undefined;
  readonly taskRole: aws.iam.Role;
  readonly executionRole: aws.iam.Role;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly region: string;
  /** Whether operators may open shells. */
  readonly shells: boolean;
}

/** A family's name has 255 characters, and no dots, as projects' and stacks' may (NAM-5). */
const FAMILY = 255;

/** What a task is: its size, its rights and its containers. */
export function taskDefinition(
  name: string,
  args: TaskDefinitionArgs,
  parent: pulumi.Resource,
): aws.ecs.TaskDefinition {
  const { compute, deployment, shells } = args;
  const { capacity, operatingSystem, ephemeralStorage, cpuArchitecture } = deployment;
  return new aws.ecs.TaskDefinition(
    `${name}-definition`,
    {
      family: shortName(`${pulumi.getProject()}-${pulumi.getStack()}-${name}`, FAMILY),
      requiresCompatibilities: [capacity.kind === "instances" ? "EC2" : "FARGATE"],
      networkMode: "awsvpc",
      cpu: String(compute.cpu),
      memory: String(compute.memory),
      runtimePlatform: {
        operatingSystemFamily: operatingSystem,
        cpuArchitecture: cpuArchitecture.toUpperCase(),
      },
      ...(ephemeralStorage === undefined ? {} : { ephemeralStorage: { sizeInGib: ephemeralStorage } }),
      ...shellVolumes({ shells, windows: operatingSystem !== "LINUX" }),
      executionRoleArn: args.executionRole.arn,
      taskRoleArn: args.taskRole.arn,
      containerDefinitions: jsonText(containers(args, parent)),
    },
    { parent },
  );
}

function containers(args: TaskDefinitionArgs, parent: pulumi.Resource) {
  const { deployment, built, capacity, logGroup, region, shells } = args;
  const { image, port, user, environment, secrets } = deployment;
  const common = {
    stopTimeout: deployment.stopTimeout ?? stopTimeout(capacity),
    windows: deployment.operatingSystem !== "LINUX",
    ...{ logGroup, region, shells },
  };
  const application = containerDefinition({
    name: APPLICATION,
    image: image.kind === "reference" ? pinned(image.reference, parent) : built!.uri,
    essential: true,
    ...{ port, user, secrets },
    environment: { ...environment, ...storageEnvironment(args) },
    ...remainder(args),
    ...common,
  });
  const sidecars = Object.entries(deployment.containers).map(([name, sidecar]) =>
    containerDefinition({ ...sidecar, name, image: pinned(sidecar.image, parent), ...common }),
  );
  return [application, ...sidecars];
}

/** Beside sidecars, the application is promised what they leave. */
function remainder({ compute, deployment }: TaskDefinitionArgs) {
  const sidecars = Object.values(deployment.containers);
  if (sidecars.length === 0) return {};
  const taken = (size: "cpu" | "memory") => sidecars.reduce((sum, sidecar) => sum + sidecar[size], 0);
  return { cpu: compute.cpu - taken("cpu"), memoryReservation: compute.memory - taken("memory") };
}
