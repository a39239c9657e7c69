import { type Fault, shown } from "../adapters/bad-input.ts";
import { DEFAULT_DEPLOYMENT, type Deployment } from "../adapters/service-deployment.ts";
import { soundRules, whereSound } from "../adapters/sound.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import { DEFAULT_TASK } from "../adapters/task-settings.ts";
import { unreached } from "../adapters/unreached.ts";
import { storageVariables } from "./grants.ts";
import { longestRequest } from "./request-timing.ts";
import type { Tenant } from "./tenant.ts";

/** What a service asks of its tasks that ECS, or its own size and speed, cannot give. */
export function taskConflicts(settings: StackSettings, tenants: readonly Tenant[]): readonly Fault[] {
  return tenants.flatMap((tenant) => {
    const onInstances = whereSound(() => tenant.service.compute.type === "ec2");
    if (onInstances === undefined) return [];
    const rules = onInstances ? [taskOnly] : [wrongSizes, wrongTimes, wrongSystem, wrongVariables, idleKeys];
    return soundRules(rules, tenant, settings).map((message) => ({
      where: `services.${tenant.service.name}.deploy`,
      message,
    }));
  });
}

/** What is allowed of tasks and may yet surprise. */
export function taskWarnings({ protect }: StackSettings, tenants: readonly Tenant[]): readonly string[] {
  return tenants.flatMap(({ service: { name, compute, capacity }, deployment }) => {
    if (compute.type === "ec2") return [];
    const { image } = deployment;
    const said: string[] = [];
    const longest = longestRequest(capacity);
    if (longest > LONGEST_STOP)
      said.push(
        `services.${name}: the longest request takes ${longest} s: ECS ends a task ${LONGEST_STOP} s after it has left the balancer (R-4).`,
      );
    if (protect && image.kind === "reference" && !PINNED.test(image.reference))
      said.push(
        `services.${name}: image is ${shown("image", image.reference)}: a tag can move. Name the digest, …@sha256:….`,
      );
    return said;
  });
}

/** By its digest, or in ECR, where a tag becomes the digest it stands for. */
const PINNED = /@sha256:|^\d{12}\.dkr\.ecr\./;

const TASK_ONLY = Object.keys(DEFAULT_TASK) as (keyof typeof DEFAULT_TASK)[];

function taskOnly({ deployment }: Tenant): readonly string[] {
  const optional = (["ephemeralStorage", "stopTimeout", "grace"] as const).filter(
    (field) => deployment[field] !== undefined,
  );
  const changed = TASK_ONLY.filter((field) => deployment[field] !== DEFAULT_DEPLOYMENT[field]);
  return [...changed, ...optional].map(
    (field) => `${field} is declared; it is a task's, and compute is ec2. Remove it, or use fargate.`,
  );
}

/** Containers of a task definition, and its bytes (ECS quotas, fixed). */
const CONTAINERS = 10;
const DEFINITION = 65_536;
/** Bytes of a definition that are not the declaration's: ours for each container, rounded up. */
const OURS = 2048;

function wrongSizes({ service: { compute }, deployment: { containers, ...app } }: Tenant): readonly string[] {
  if (compute.type === "ec2") return [];
  const sidecars = Object.values(containers);
  const sum = (size: "cpu" | "memory") => sidecars.reduce((sum, sidecar) => sum + sidecar[size], 0);
  const messages = (["cpu", "memory"] as const)
    .filter((size) => sum(size) >= compute[size])
    .map(
      (size) =>
        `containers take ${size} ${sum(size)} in all; the task has ${compute[size]}, and the application needs some (CMP-4). Lower theirs or raise compute.${size}.`,
    );
  const all = sidecars.length + 1;
  if (all > CONTAINERS)
    messages.push(
      `containers are ${all} with the application; a task takes ${CONTAINERS} (CMP-18). Remove some.`,
    );
  const written = Buffer.byteLength(JSON.stringify([containers, app.environment, app.secrets, app.image]));
  const bytes = written + OURS * all;
  if (bytes > DEFINITION)
    messages.push(
      `environment, secrets and containers make a task definition of about ${bytes} bytes; ECS takes ${DEFINITION} (CMP-18). Keep large values in SSM or S3.`,
    );
  return messages;
}

/** Seconds between the signal to stop and the end, at most on Fargate. */
const LONGEST_STOP = 120;

function wrongTimes({ service: { capacity }, deployment }: Tenant): readonly string[] {
  const { stopTimeout, grace } = deployment;
  const longest = longestRequest(capacity);
  const messages: string[] = [];
  if (stopTimeout !== undefined && stopTimeout < Math.min(longest, LONGEST_STOP))
    messages.push(
      `stopTimeout is ${stopTimeout} s; the longest request takes ${longest} s and would be cut (CMP-7). Write at least ${Math.min(longest, LONGEST_STOP)} s.`,
    );
  if (grace !== undefined && grace < capacity.startup)
    messages.push(
      `grace is ${grace} s; a task starts in ${capacity.startup} s and would be ended before it serves, for ever (CMP-8). Write at least ${Math.ceil(capacity.startup)} s, or leave it out.`,
    );
  return messages;
}

/** CPU units that Fargate gives Windows (ECS developer guide, task CPU and memory). */
const WINDOWS_CPU = { least: 1024, most: 4096 };

function wrongSystem({ service: { compute }, deployment }: Tenant): readonly string[] {
  const { operatingSystem, cpuArchitecture, capacity, image, ephemeralStorage } = deployment;
  if (operatingSystem === "LINUX" || compute.type === "ec2") return [];
  const { least, most } = WINDOWS_CPU;
  const rules: [broken: boolean, rule: string][] = [
    [
      compute.cpu < least || compute.cpu > most,
      `Fargate gives Windows cpu ${least} to ${most}, not ${compute.cpu} (CMP-5). Change compute.cpu`,
    ],
    [cpuArchitecture === "arm64", "Windows runs on x86_64 alone. Change cpuArchitecture"],
    [capacity.kind === "instances", "the cluster's instances run Linux. Use Fargate"],
    [capacity.kind === "fargate" && capacity.spot !== undefined, "Fargate Spot has Linux alone. Remove spot"],
    [
      ephemeralStorage !== undefined,
      `Windows has 20 GiB of ephemeralStorage, not ${ephemeralStorage} GiB (CMP-6). Remove ephemeralStorage`,
    ],
    [image.kind === "build", "images are built for Linux. Push the image and name it"],
    [Object.keys(deployment.containers).length > 0, "containers beside it are for Linux. Remove them"],
  ];
  return rules
    .filter(([broken]) => broken)
    .map(([, rule]) => `operatingSystem is ${operatingSystem}; ${rule}.`);
}

/** Keys are for secrets that are read when a task starts, the application's or a sidecar's. */
function idleKeys({ deployment }: Tenant): readonly string[] {
  const read = [deployment, ...Object.values(deployment.containers)].flatMap(({ secrets }) =>
    Object.keys(secrets),
  );
  if (deployment.secretKeys.length === 0 || read.length > 0) return [];
  return [
    "secretKeys is a list; there are no secrets that they would decrypt. Declare secrets, or remove it.",
  ];
}

function wrongVariables({ deployment }: Tenant, { network }: StackSettings): readonly string[] {
  const region = network.zones[0]!.replace(/[a-z]$/, "");
  const of = (owner: Pick<Deployment, "environment" | "secrets">, label: string): readonly string[] =>
    Object.entries(owner.secrets).flatMap(([name, { service, arn }]) => {
      const messages: string[] = [];
      if (name in owner.environment)
        messages.push(`${label}environment and secrets both set ${name}. Remove one.`);
      if (arn.split(":")[3] !== region)
        messages.push(`${label}secrets.${name} lies outside ${region}. Name its replica there.`);
      if (unreached(network, [service]).length > 0)
        messages.push(
          `${label}secrets.${name} is read from ${service}; without NAT it is out of reach. Add ${service} to network.endpoints, or set nat: single.`,
        );
      return messages;
    });
  const sidecars = Object.entries(deployment.containers);
  return [
    ...taken(deployment),
    ...of(deployment, ""),
    ...sidecars.flatMap(([name, sidecar]) => of(sidecar, `containers.${name}: `)),
  ];
}

/** What storage sets would win over a value of the same name in silence, and ECS takes no secret beside it. */
function taken(deployment: Deployment): readonly string[] {
  return (["environment", "secrets"] as const).flatMap((kind) =>
    storageVariables(deployment.storage)
      .filter((name) => name in deployment[kind])
      .map((name) => `${kind} and storage both set ${name}. Rename the one in ${kind}.`),
  );
}
