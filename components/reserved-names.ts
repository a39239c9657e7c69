import type { Fault } from "../adapters/bad-input.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import type { Tenant } from "./tenant.ts";

/** What AWS lets no name of a kind begin with. */
export const RESERVED = {
  /** CreateDocument in the Systems Manager API reference. */
  document: /^(aws|amazon|amzn)/i,
  /** CreateCapacityProvider in the ECS API reference. */
  capacityProvider: /^(aws|ecs|fargate)/i,
  /** CreateSecurityGroup in the EC2 API reference. */
  securityGroup: /^sg-/i,
} as const;

const SAID = {
  document:
    "Systems Manager, which replaces its instances, keeps names that begin with aws, amazon or amzn to AWS",
  capacityProvider:
    "ECS, where instances have a capacity provider, keeps names that begin with aws, ecs or fargate to AWS",
  securityGroup: "EC2 takes no security group whose name begins with sg-",
} as const;

/**
 * Names that AWS keeps to itself, among those that a platform or a service would give: `part` is how the platform calls
 * its parts. All other kinds that begin with either (roles, log groups, target groups, services, …) take any such name.
 */
export function reservedNames(
  { cluster }: Pick<StackSettings, "cluster">,
  tenants: readonly Pick<Tenant, "service" | "deployment">[],
  part: (name: string) => string,
): readonly Fault[] {
  const replaced = tenants.filter(
    ({ service, deployment }) => service.compute.type === "ec2" && deployment.instances?.single !== true,
  );
  const platform = part("").slice(0, -1);
  if (platform === "")
    return replaced
      .map(({ service: { name } }) => name)
      .filter((name) => RESERVED.document.test(name))
      .map((name) => ({
        where: `services.${name}`,
        message: `the name is ${name}; ${SAID.document}. Rename the service.`,
      }));
  const made = {
    document: replaced.length > 0,
    capacityProvider: cluster.instances !== undefined,
    securityGroup: true,
  };
  return (Object.keys(RESERVED) as (keyof typeof RESERVED)[])
    .filter((kind) => made[kind] && RESERVED[kind].test(`${platform}-`))
    .map((kind) => ({
      where: platform,
      message: `name is ${JSON.stringify(platform)}; names of resources begin with it. ${SAID[kind]}. Rename it.`,
    }));
}
