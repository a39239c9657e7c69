import { badInput, type Fault } from "../adapters/bad-input.ts";
import { keyWarnings } from "../adapters/key-settings.ts";
import { isSound, soundRules } from "../adapters/sound.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import { storageWarnings } from "../adapters/storage-settings.ts";
import { tagWarnings } from "../adapters/tag-settings.ts";
import { wafWarnings } from "../adapters/waf-settings.ts";
import { regionOf } from "../adapters/zones.ts";
import { capacityConflicts, capacityWarnings } from "./capacity-conflicts.ts";
import { computeConflicts } from "./compute-conflicts.ts";
import { entryConflicts } from "./entry-conflicts.ts";
import { instanceConflicts, instanceWarnings } from "./instance-conflicts.ts";
import { nameConflicts } from "./name-conflicts.ts";
import { networkConflicts, networkWarnings } from "./network-conflicts.ts";
import { releaseConflicts, releaseWarnings } from "./release-conflicts.ts";
import { reservedNames } from "./reserved-names.ts";
import { storageConflicts } from "./storage-conflicts.ts";
import { targetConflicts, targetWarnings } from "./target-conflicts.ts";
import { taskConflicts, taskWarnings } from "./task-conflicts.ts";
import type { Tenant } from "./tenant.ts";

/**
 * Refuses, before anything is made, what settings and services rule out together: one error with every fault. `part` is how
 * their platform calls its parts.
 */
export function refuseConflicts(
  settings: StackSettings,
  region: string,
  tenants: readonly Tenant[],
  part = (name: string) => name,
): void {
  const faults = conflicts(settings, region, tenants, part);
  if (faults.length > 0) throw badInput(faults);
}

/** The same of what is sound of them (adapters/sound.ts). */
export function conflicts(
  settings: StackSettings,
  region: string | undefined,
  tenants: readonly Tenant[],
  part = (name: string) => name,
): readonly Fault[] {
  const named = tenants.filter(isSound(({ service }) => service.name)); // faults are placed by it
  return [
    ...nameConflicts(named),
    ...soundRules([() => reservedNames(settings, tenants, part)]),
    ...networkConflicts(settings, region, tenants),
    ...computeConflicts(settings, named),
    ...instanceConflicts(settings, named),
    ...storageConflicts(settings, named),
    ...entryConflicts(settings, tenants),
    ...targetConflicts(named),
    ...taskConflicts(settings, named),
    ...capacityConflicts(settings, named),
    ...releaseConflicts(settings, named),
  ];
}

/** What is allowed and may yet surprise: one sentence each. */
export function warnings(settings: StackSettings, tenants: readonly Tenant[]): readonly string[] {
  return [
    ...networkWarnings(settings),
    ...keyWarnings(settings.key, regionOf(settings.network.zones[0]!)),
    ...tagWarnings(settings.tags),
    ...storageWarnings(settings.storage, settings.protect),
    ...instanceWarnings(settings, tenants),
    ...wafWarnings(settings.entry.waf),
    ...targetWarnings(tenants),
    ...taskWarnings(settings, tenants),
    ...capacityWarnings(settings, tenants),
    ...releaseWarnings(settings, tenants),
    ...tenants.flatMap(brokenPromises),
  ];
}

function brokenPromises({ service, plan }: Tenant): readonly string[] {
  if (plan.feasibility.possible) return [];
  return plan.feasibility.obstacles.map(({ why }) => `services.${service.name}: ${why}`);
}
