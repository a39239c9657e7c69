import type { Fault } from "../adapters/bad-input.ts";
import type { Tenant } from "./tenant.ts";

/** What services ask of the one load balancer that it cannot give together. */
export function entryConflicts(tenants: readonly Tenant[]): readonly Fault[] {
  return [...samePaths(tenants), ...tooManyRules(tenants)];
}

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
