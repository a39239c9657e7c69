import * as pulumi from "@pulumi/pulumi";
import { keptPlan } from "../adapters/plan-cache.ts";
import type { StackDeclaration } from "../adapters/stack-declaration.ts";
import { alarmWarnings } from "./alarm-warnings.ts";
import { refuseConflicts, warnings } from "./conflicts.ts";
import { listenerRules } from "./listener-rules.ts";

/** Every service with its plan and its rules; throws one error with all that settings and services rule out together. */
export function plannedTenants(
  settings: StackDeclaration["settings"],
  region: string,
  declared: StackDeclaration["declared"],
  part: (name: string) => string,
) {
  const tenants = declared.map((declaration) => ({ ...declaration, plan: keptPlan(declaration.service) }));
  refuseConflicts(settings, region, tenants, part);
  const remarks = [...warnings(settings, tenants), ...alarmWarnings(declared.map(({ service }) => service))];
  for (const remark of remarks) void pulumi.log.warn(remark);
  return { tenants, rules: listenerRules(tenants, settings.entry.shared?.lane ?? 0) };
}
