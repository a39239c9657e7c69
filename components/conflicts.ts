import { badInput, type Fault, shown } from "../adapters/bad-input.ts";
import { type Deployment, type DeploymentSettings, regionOf } from "../adapters/deployment.ts";
import type { ScalingPlan } from "../policy/scaling-plan.ts";
import type { Service } from "../policy/service.ts";
import { privateAddresses } from "./subnets.ts";

/** What a service asks of its stack. */
export interface Tenant {
  readonly service: Pick<Service, "name" | "compute" | "policies">;
  readonly deployment: Deployment;
  readonly plan: Pick<ScalingPlan, "feasibility"> & { readonly controls: { readonly max: number } };
}

/** Refuses, before anything is made, what settings and services rule out together: one error with every fault. */
export function refuseConflicts(
  settings: DeploymentSettings,
  region: string,
  tenants: readonly Tenant[],
): void {
  const faults = [
    ...wrongRegion(settings, region),
    ...tenants.flatMap((tenant) => wrongImage(settings, tenant)),
    ...tenants.flatMap(tooFine),
    ...samePaths(tenants),
    ...tooManyRules(tenants),
    ...crowded(settings, tenants),
  ];
  if (faults.length > 0) throw badInput(faults);
}

const NETWORK = "setpoint:deployment.network";

function wrongRegion({ network }: DeploymentSettings, region: string): readonly Fault[] {
  if (regionOf(network.zones[0]!) === region) return [];
  const message = `zones are ${network.zones.join(", ")}; aws:region is ${region}. Name zones of ${region}, such as ${region}a.`;
  return [{ where: NETWORK, message }];
}

/** Private registries within reach without NAT. */
const ECR = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\//;

function wrongImage({ network }: DeploymentSettings, tenant: Tenant): readonly Fault[] {
  const {
    service: { name, compute },
    deployment,
  } = tenant;
  const { image, cpuArchitecture } = deployment;
  const messages: string[] = [];
  if (compute.type === "ec2" && image.kind === "build")
    messages.push(
      "image is a folder to build; instances take a reference. Push the image and name it, or use fargate.",
    );
  if (network.nat === "none" && image.kind === "reference" && !ECR.test(image.reference))
    messages.push(
      `image is ${shown("image", image.reference)}; without NAT only ECR is in reach. Use { build: folder }, an ECR image, or nat: single.`,
    );
  if (compute.type === "ec2" && (cpuArchitecture === "arm64") !== GRAVITON.test(compute.instanceType))
    messages.push(
      `cpuArchitecture is ${cpuArchitecture}; ${compute.instanceType} is the other. Change one of the two.`,
    );
  return messages.map((message) => ({ where: `services.${name}.deploy`, message }));
}

/** The provider's ecs.Service has no `monitoring` (@pulumi/aws 7.48), without which ECS publishes nothing every 20 s. */
function tooFine({ service: { name, policies } }: Tenant): readonly Fault[] {
  if (policies?.highResolution !== true) return [];
  const message =
    "highResolution is true; the Pulumi provider cannot switch on metrics of 20 s, and the policy would follow a metric that never comes. Remove it, or deploy what `setpoint plan --format aws` prints.";
  return [{ where: `services.${name}.policies`, message }];
}

/** AWS's Arm families: a `g` after the generation, and the first of them, `a1`. */
const GRAVITON = /^(a1|[a-z]+\d+g[a-z-]*)\./;

/** A path belongs to one service. */
function samePaths(tenants: readonly Tenant[]): readonly Fault[] {
  const owners = new Map<string, string>();
  return tenants.flatMap(({ service: { name }, deployment }) =>
    [...new Set(deployment.paths)].flatMap((path) => {
      const owner = owners.get(path);
      owners.set(path, owner ?? name);
      if (owner === undefined) return [];
      const message = `paths hold ${path}, as those of ${owner} do; a path leads to one service. Give each its own, such as [/${name}, /${name}/*].`;
      return [{ where: `services.${name}.deploy`, message }];
    }),
  );
}

/** Elastic Load Balancing's quota, default rules aside. */
const MOST_RULES = 100;

function tooManyRules(tenants: readonly Tenant[]): readonly Fault[] {
  const rules = tenants.reduce((sum, { deployment }) => sum + new Set(deployment.paths).size, 0);
  if (rules <= MOST_RULES) return [];
  const message = `paths are ${rules} in all; a balancer takes ${MOST_RULES} rules. Merge paths, or use a second stack.`;
  return [{ where: "services", message }];
}

/** Each task has an address of its own, and a deployment doubles the tasks. */
function crowded(
  { network: { cidr, zones } }: DeploymentSettings,
  tenants: readonly Tenant[],
): readonly Fault[] {
  const needed = 2 * tenants.reduce((sum, { plan }) => sum + plan.controls.max, 0);
  const had = privateAddresses(cidr, zones.length);
  if (needed <= had) return [];
  const message = `cidr is ${cidr}; twice the most tasks need ${needed} private addresses, and it has ${had}. Take a wider block, up to /16, or lower bounds.max.`;
  return [{ where: NETWORK, message }];
}

/** Elastic IP addresses that an account has in a region, unless raised (VPC quotas). */
const ADDRESSES = 5;

/** What is allowed and may yet surprise: one sentence each. */
export function warnings(
  { network, protect }: DeploymentSettings,
  tenants: readonly Tenant[],
): readonly string[] {
  const { cidr, zones, nat } = network;
  const remarks: string[] = [];
  if (protect && nat === "single")
    remarks.push(`network.nat is single: the loss of ${zones[0]} cuts every zone off the internet.`);
  if (nat === "per-zone" && zones.length >= ADDRESSES)
    remarks.push(
      `network.zones are ${zones.length}, each with an Elastic IP; the default quota is ${ADDRESSES} a region.`,
    );
  if (cidr.startsWith("172.17."))
    remarks.push(`network.cidr is ${cidr}: Docker's own bridge on instances uses 172.17.0.0/16.`);
  for (const { service, plan } of tenants)
    if (!plan.feasibility.possible)
      remarks.push(...plan.feasibility.obstacles.map(({ why }) => `services.${service.name}: ${why}`));
  return remarks;
}
