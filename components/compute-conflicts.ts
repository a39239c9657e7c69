import { type Fault, shown } from "../adapters/bad-input.ts";
import { isArm } from "../adapters/launch-types.ts";
import { soundRules } from "../adapters/sound.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import type { Tenant } from "./tenant.ts";

/** What a service asks that its compute, or the stack's network, cannot give it. */
export function computeConflicts(settings: StackSettings, tenants: readonly Tenant[]): readonly Fault[] {
  return tenants.flatMap((tenant) => soundRules([wrongImage, tooFine, spent], tenant, settings));
}

/** Private registries within reach without NAT. */
const ECR = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\//;

function wrongImage(tenant: Tenant, { network }: StackSettings): readonly Fault[] {
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
  const own = image.kind === "reference" ? [image.reference] : [];
  const references = [...own, ...Object.values(deployment.containers).map((sidecar) => sidecar.image)];
  for (const reference of references)
    if (network.nat === "none" && !ECR.test(reference))
      messages.push(
        `image is ${shown("image", reference)}; without NAT only ECR is in reach. Use { build: folder }, an ECR image, or nat: single.`,
      );
  if (compute.type === "ec2" && (cpuArchitecture === "arm64") !== isArm(compute.instanceType))
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

/** No policy gives an instance credits: what slows down within hours is no plan. */
function spent({ service: { name }, plan: { controls, feasibility } }: Tenant): readonly Fault[] {
  if (feasibility.possible) return [];
  return feasibility.obstacles
    .filter(({ of }) => of === "credits")
    .map(({ why, waysOut }) => ({
      where: `services.${name}.bounds.max`,
      message: `max is ${controls.max}; ${why} (CMP-12). Declare ${waysOut.join(", or ")}.`,
    }));
}
