import type { Fault } from "../adapters/bad-input.ts";
import { GROUPS, targetGroupName, targetName } from "./target.ts";
import type { Tenant } from "./tenant.ts";

/** Of a stack's resources, such as `entry-alarms-5xx`: a service that had it would make the same. */
const TAKEN = "entry";

/** Services whose target groups would have one name once it is shortened: AWS's 32 characters are the tightest that names must fit. */
export function nameConflicts(tenants: readonly Pick<Tenant, "service">[]): readonly Fault[] {
  const owners = new Map<string, string>();
  return tenants.flatMap(({ service: { name } }) => [
    ...taken(name),
    ...GROUPS.flatMap((group) => {
      const short = targetGroupName(targetName(name), group);
      const owner = owners.get(short);
      owners.set(short, owner ?? name);
      if (owner === undefined) return [];
      const message = `the name is ${name}; its target group's would be ${short}, as that of ${owner} (NAM-3). Rename one, or shorten it to 11 characters.`;
      return [{ where: `services.${name}`, message }];
    }),
  ]);
}

function taken(name: string): readonly Fault[] {
  if (name !== TAKEN) return [];
  const message = `the name is ${name}; the stack's way in has it, and both have alarms (NAM-3). Rename the service.`;
  return [{ where: `services.${name}`, message }];
}
