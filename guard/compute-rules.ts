import {
  at,
  type Bag,
  isGiven,
  isOn,
  json,
  list,
  ofType,
  type Resource,
  referred,
  type Stack,
  text,
  UNKNOWN,
} from "./resource.ts";
import { fault, named, type Rule, type Violation } from "./rule.ts";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const INSTANCE = "aws:ec2/instance:Instance";
const VOLUME = "aws:ebs/volume:Volume";
const CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration";
const SERVICE = "aws:ecs/service:Service";
const GROUP = "aws:autoscaling/group:Group";
const DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";
const DOCUMENT = "aws:ssm/document:Document";

/** What services run on. */
export const COMPUTE_RULES: readonly Rule[] = [
  {
    name: "imdsv2-required",
    description: "Instance metadata answers to IMDSv2 only.",
    controls: ["EC2.8", "EC2.170", "AutoScaling.3"],
    types: [TEMPLATE, INSTANCE, CONFIGURATION],
    faults: (inputs) =>
      inputs.launchTemplate !== undefined
        ? []
        : fault(
            inputs,
            "metadataOptions.httpTokens",
            (tokens) => tokens === UNKNOWN || tokens === "required",
            "metadata needs a token. Write required.",
          ),
  },
  {
    name: "launch-templates-only",
    description: "Groups start instances from launch templates, not from launch configurations.",
    controls: ["AutoScaling.9"],
    types: [CONFIGURATION],
    faults: () => [
      "launch configurations are of the past; instances start from a template. Write a launch template.",
    ],
  },
  {
    name: "ec2-instance-no-public-ip",
    description: "No instance and no task has a public IP address.",
    controls: ["EC2.9", "EC2.25", "AutoScaling.5", "ECS.2"],
    types: [TEMPLATE, INSTANCE, CONFIGURATION, SERVICE],
    faults: publicAddresses,
  },
  {
    name: "encrypted-volumes",
    description: "Every volume is encrypted.",
    controls: ["EC2.3", "EC2.7"],
    types: [TEMPLATE, INSTANCE, CONFIGURATION, VOLUME],
    faults: (inputs, { type }) => plainVolumes(inputs, type),
  },
  {
    name: "ec2-instance-detailed-monitoring-enabled",
    description:
      "Instances report their metrics each minute: scaling reads them. One that only passes packets on is none.",
    types: [TEMPLATE, INSTANCE],
    faults: (inputs, { type }) =>
      inputs.sourceDestCheck === false
        ? []
        : fault(
            inputs,
            type === TEMPLATE ? "monitoring.enabled" : "monitoring",
            isOn,
            "metrics of one minute are needed to scale in time. Set it to true.",
          ),
  },
  {
    name: "group-uses-balancer-health",
    description: "A group behind a load balancer replaces what the balancer finds unhealthy.",
    controls: ["AutoScaling.1"],
    types: [GROUP],
    faults: (inputs) =>
      isGiven(inputs.targetGroupArns)
        ? fault(
            inputs,
            "healthCheckType",
            (kind) => kind === UNKNOWN || kind === "ELB",
            "the balancer's health checks count. Write ELB.",
          )
        : [],
  },
  {
    name: "group-several-zones",
    description: "A group stands in two subnets at least.",
    controls: ["AutoScaling.2"],
    types: [GROUP],
    faults: ({ vpcZoneIdentifiers: subnets }) =>
      subnets === UNKNOWN || list(subnets).length >= 2
        ? []
        : [`vpcZoneIdentifiers is ${list(subnets).length}; 2 zones at least. Add a subnet in another zone.`],
  },
  {
    name: "group-refresh-rollback",
    description:
      "A refresh of a group's instances that fails rolls itself back to what the group launched before.",
    violations: refreshesForGood,
  },
  {
    name: "ecs-deployment-rollback",
    description: "A deployment of ECS that fails rolls itself back.",
    types: [SERVICE],
    faults: (inputs) =>
      ![undefined, "ECS"].includes(at(inputs, "deploymentController.type") as string | undefined)
        ? []
        : ["enable", "rollback"].flatMap((key) =>
            fault(
              inputs,
              `deploymentCircuitBreaker.${key}`,
              isOn,
              "a bad release rolls back. Set it to true.",
            ),
          ),
  },
  {
    name: "ecs-image-pinned",
    description: "A container's image has a version: never `latest`, never none.",
    types: [DEFINITION],
    faults: (inputs) =>
      containers(inputs)
        .filter(({ image }) => !isPinned(text(image)))
        .map(
          ({ image }) => `image is ${named("image", image)}; an image has a version. Name its tag or digest.`,
        ),
  },
  {
    name: "ecs-confined",
    description: "Containers are not privileged and share no network or processes with their host.",
    controls: ["ECS.1", "ECS.3", "ECS.4", "ECS.17"],
    types: [DEFINITION],
    faults: (inputs) => [
      ...containers(inputs)
        .filter(({ privileged }) => privileged === true)
        .map(() => "privileged is true; a container has no power over its host. Remove it."),
      ...["pidMode", "networkMode", "ipcMode"].flatMap((path) =>
        fault(inputs, path, (mode) => mode !== "host", "tasks do not share their host's. Remove it."),
      ),
    ],
  },
  {
    name: "ecs-logs",
    description: "Every container writes a log.",
    controls: ["ECS.9"],
    types: [DEFINITION],
    faults: (inputs) =>
      containers(inputs).flatMap((container) =>
        fault(
          container,
          "logConfiguration.logDriver",
          isGiven,
          "what a container says is kept. Write awslogs.",
        ),
      ),
  },
];

/** What AWS gives a group once its refresh has succeeded, and leaves as it was where it has not. */
const LAUNCHED = ["launchTemplate", "mixedInstancesPolicy"];

function refreshesForGood(stack: Stack): readonly Violation[] {
  return ofType(stack, DOCUMENT).flatMap((document) => {
    const starts = list(at(json(document.inputs.content), "mainSteps"))
      .map((step) => at(step, "inputs"))
      .filter((inputs) => at(inputs, "Api") === "StartInstanceRefresh");
    if (starts.length === 0) return [];
    const lasting = starts
      .filter((inputs) => at(inputs, "Preferences.AutoRollback") !== true)
      .map((inputs) => ({
        of: document,
        message: `AutoRollback is ${named("AutoRollback", at(inputs, "Preferences.AutoRollback"))}; a bad refresh rolls back. Set it to true.`,
      }));
    const groups = referred(stack, document, "content").filter(({ type }) => type === GROUP);
    return [...lasting, ...groups.flatMap(launchedByPulumi)];
  });
}

/** With the new version on the group before the refresh, AWS has nothing to go back to. */
function launchedByPulumi(of: Resource): readonly Violation[] {
  const ignored = [...of.ignoreChanges];
  return LAUNCHED.filter((path) => !ignored.includes(path) && !ignored.includes("*")).map((path) => ({
    of,
    message: `${path} is changed by Pulumi; a refresh changes it, and goes back to what it was. Add it to ignoreChanges.`,
  }));
}

function publicAddresses(inputs: Bag): readonly string[] {
  const rule = "nothing but a balancer has a public address. Set it to false.";
  const isPrivate = (value: unknown) => value === UNKNOWN || !isOn(value);
  return [
    ...fault(inputs, "associatePublicIpAddress", isPrivate, rule),
    ...fault(inputs, "networkConfiguration.assignPublicIp", isPrivate, rule),
    ...list(inputs.networkInterfaces).flatMap((each) =>
      fault(each, "associatePublicIpAddress", isPrivate, rule),
    ),
  ];
}

const ENCRYPT = "a volume is encrypted. Set it to true.";

function plainVolumes(inputs: Bag, type: string): readonly string[] {
  if (type === VOLUME) return fault(inputs, "encrypted", isOn, ENCRYPT);
  if (type === TEMPLATE) {
    const devices = inputs.blockDeviceMappings;
    if (!isGiven(devices))
      return ["blockDeviceMappings is missing; the image's volume is not encrypted. Name it, encrypted."];
    const volumes = list(devices).filter((device) => at(device, "ebs") !== undefined);
    return volumes.flatMap((volume) => fault(volume, "ebs.encrypted", isOn, ENCRYPT));
  }
  if (inputs.launchTemplate !== undefined) return [];
  return [
    ...fault(inputs, "rootBlockDevice.encrypted", isOn, ENCRYPT),
    ...list(inputs.ebsBlockDevices).flatMap((volume) => fault(volume, "encrypted", isOn, ENCRYPT)),
  ];
}

function containers({ containerDefinitions }: Bag): readonly Bag[] {
  return list(json(containerDefinitions)) as readonly Bag[];
}

/** `repository:tag` but `latest`, or `repository@digest`; a port of the registry is no tag. */
function isPinned(image: string): boolean {
  if (image.includes("@sha256:")) return true;
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag !== undefined && tag !== "latest";
}
