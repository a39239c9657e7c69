import type { MixedInstancesPolicy } from "@aws-sdk/client-auto-scaling";
import type { Bag, Cloud, Held } from "./cloud.ts";
import type { Clients } from "./moto/clients.ts";

/** Versions of templates whose instances set off every alarm that watches them. */
export type Spoiled = ReadonlySet<string>;

export type Call = () => Promise<unknown>;

interface Desired {
  readonly LaunchTemplate?: { readonly LaunchTemplateId: string; readonly Version: string };
  readonly MixedInstancesPolicy?: MixedInstancesPolicy;
}

interface Preferences {
  readonly AutoRollback?: boolean;
  readonly AlarmSpecification?: { readonly Alarms: readonly string[] };
}

/** What the calls of a runbook do to a group: a refresh ends at once, and gives the group what it desired or nothing. */
export function refreshCalls(
  cloud: Cloud,
  moto: Clients,
  spoiled: Spoiled,
): Readonly<Record<string, (request: Bag) => Promise<unknown>>> {
  const ended = new Map<string, string>();
  return {
    StartInstanceRefresh: async ({ AutoScalingGroupName, DesiredConfiguration, Preferences }) => {
      const group = groupOf(cloud, AutoScalingGroupName);
      const desired = DesiredConfiguration as Desired | undefined;
      const { AutoRollback, AlarmSpecification: watched } = (Preferences ?? {}) as Preferences;
      if (desired === undefined)
        throw new Error("ValidationError: AutoRollback takes a desired configuration");
      const version = checkedVersion(cloud, desired);
      if (AutoRollback) checkedVersion(cloud, held(group)); // it goes back to a numbered version alone
      for (const alarm of watched?.Alarms ?? [])
        if (!cloud.all().some(({ outputs }) => outputs.name === alarm))
          throw new Error(`ValidationError: there is no alarm ${alarm}`);
      const failed = watched !== undefined && spoiled.has(version);
      if (!failed) await launch(cloud, moto, group, desired);
      const InstanceRefreshId = `refresh-${ended.size + 1}`;
      const failure = AutoRollback ? "RollbackSuccessful" : "Failed";
      ended.set(InstanceRefreshId, failed ? failure : "Successful");
      return { InstanceRefreshId };
    },
    DescribeInstanceRefreshes: async ({ InstanceRefreshIds }) => ({
      InstanceRefreshes: (InstanceRefreshIds as string[]).map((id) => ({ Status: ended.get(id) })),
    }),
    DescribeAlarms: ({ AlarmNames }) =>
      moto.cloudWatch.describeAlarms({ AlarmNames: AlarmNames as string[] }),
    DeleteLifecycleHook: async ({ AutoScalingGroupName, LifecycleHookName }) => {
      const hook = {
        AutoScalingGroupName: String(AutoScalingGroupName),
        LifecycleHookName: String(LifecycleHookName),
      };
      const { LifecycleHooks = [] } = await moto.autoScaling.describeLifecycleHooks(hook);
      if (!LifecycleHooks.some((each) => each.LifecycleHookName === LifecycleHookName))
        throw new Error("ValidationError: No Lifecycle Hook found");
      return moto.autoScaling.deleteLifecycleHook(hook);
    },
  };
}

function groupOf(cloud: Cloud, name: unknown): Held {
  const found = cloud.find("aws:autoscaling/group:Group", String(name));
  if (found === undefined) throw new Error(`ValidationError: AutoScalingGroup name not found: ${name}`);
  return found;
}

/** What the group launches, in the API's words. */
function held({ outputs }: Held): Desired {
  const { launchTemplate, mixedInstancesPolicy } = outputs as Record<string, Bag | undefined>;
  if (launchTemplate !== undefined) {
    const { id, version } = launchTemplate as { id: string; version: string };
    return { LaunchTemplate: { LaunchTemplateId: id, Version: version } };
  }
  const { launchTemplateSpecification } = mixedInstancesPolicy!.launchTemplate as Record<string, Bag>;
  const { launchTemplateId, version } = launchTemplateSpecification as Record<string, string>;
  const LaunchTemplateSpecification = { LaunchTemplateId: launchTemplateId!, Version: version! };
  return { MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification } } };
}

/** A number that the template has; AWS rolls back neither from `$Latest` nor to it. */
function checkedVersion(cloud: Cloud, { LaunchTemplate, MixedInstancesPolicy }: Desired): string {
  const launched = LaunchTemplate ?? MixedInstancesPolicy!.LaunchTemplate!.LaunchTemplateSpecification!;
  const template = cloud.find("aws:ec2/launchTemplate:LaunchTemplate", launched.LaunchTemplateId!);
  const version = String(launched.Version);
  if (!/^\d+$/.test(version) || !(Number(version) <= Number(template?.outputs.latestVersion)))
    throw new Error(`ValidationError: ${launched.LaunchTemplateId} has no version ${version} to roll back`);
  return version;
}

/** Of which Pulumi hears when it looks again: its inputs stay. */
async function launch(cloud: Cloud, moto: Clients, group: Held, desired: Desired): Promise<void> {
  await moto.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: group.id, ...desired });
  const { launchTemplate: _, mixedInstancesPolicy: __, ...outputs } = group.outputs;
  cloud.hold({ ...group, outputs: { ...outputs, ...pulumiNames(desired) } });
}

function pulumiNames({ LaunchTemplate, ...mixed }: Desired): Bag {
  if (LaunchTemplate === undefined) return lower(mixed) as Bag;
  return { launchTemplate: { id: LaunchTemplate.LaunchTemplateId, version: LaunchTemplate.Version } };
}

/** `LaunchTemplateId` as `launchTemplateId`, all the way down. */
function lower(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lower);
  if (value === null || typeof value !== "object") return value;
  const named = Object.entries(value).map(([key, inner]) => [
    key.charAt(0).toLowerCase() + key.slice(1),
    lower(inner),
  ]);
  return Object.fromEntries(named);
}
