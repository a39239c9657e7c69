import { isBurstable, resourcesOf } from "../policy/instance-types.ts";
import { tasksAnInstance } from "../policy/packing.ts";
import type { Compute, Host } from "../policy/service.ts";
import type { InstanceSettings } from "./cluster-settings.ts";
import { hourlyPrice } from "./prices.ts";

/**
 * What tasks cost on a cluster's instances: of several types the first, which the group starts as long as AWS has any.
 * None where not one task fits.
 */
export function hostOf(task: Compute, { instanceTypes, targetCapacity }: InstanceSettings): Host | undefined {
  const instance = { type: "ec2", instanceType: instanceTypes[0]! } as const;
  const [needed, had] = [resourcesOf(task), resourcesOf(instance)];
  const tasks = needed === undefined || had === undefined ? 0 : tasksAnInstance(needed, had);
  if (tasks < 1) return undefined;
  return { instanceType: instance.instanceType, price: hourlyPrice(instance) / targetCapacity, tasks };
}

/** How tasks on instances are priced, in one sentence. */
export function hostNote(host: Host | undefined, cluster: InstanceSettings | undefined): string {
  const fargate = "its tasks are priced as Fargate's";
  if (cluster === undefined) return `capacity is instances, and no stack says of which type: ${fargate}`;
  const [first, ...others] = cluster.instanceTypes;
  if (host === undefined) return `capacity is instances, and no ${first} has room for a task: ${fargate}`;
  const share = Math.round(100 * cluster.targetCapacity);
  const spare =
    share === 100
      ? "full instances are counted on"
      : `instances ${share} % full are counted on, as targetCapacity says`;
  const mixed =
    others.length === 0
      ? ""
      : `; of its ${cluster.instanceTypes.length} types, the one that is started first`;
  const credits = isBurstable(first!.split(".")[0]!)
    ? "; the CPU credits that tasks on it share are not modeled, so that it may be slower for long"
    : "";
  return `capacity is instances: a task is priced as its share of one ${first}, which holds ${host.tasks} by CPU and by the memory that kernel, agent and system leave${mixed}; ${spare}${credits}`;
}
