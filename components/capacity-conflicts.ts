import type { Fault } from "../adapters/bad-input.ts";
import { isArm } from "../adapters/launch-types.ts";
import { soundRules } from "../adapters/sound.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import { unreached } from "../adapters/unreached.ts";
import { resourcesOf } from "../policy/instance-types.ts";
import { tasksAnInstance } from "../policy/packing.ts";
import type { Tenant } from "./tenant.ts";

/** What a service asks of the cluster that it does not have, or has no room for. */
export function capacityConflicts(settings: StackSettings, tenants: readonly Tenant[]): readonly Fault[] {
  return [
    ...soundRules([unreachable], settings),
    ...tenants.flatMap((tenant) =>
      soundRules([wrongInstances], settings, tenant).map((message) => ({
        where: `services.${tenant.service.name}.deploy`,
        message,
      })),
    ),
  ];
}

/** What is allowed of capacity and may yet surprise. */
export function capacityWarnings(settings: StackSettings, tenants: readonly Tenant[]): readonly string[] {
  const onTasks = tenants.filter(({ service }) => service.compute.type === "fargate");
  return [...(onTasks.length > 0 ? mute(settings) : []), ...surprises(settings, onTasks)];
}

/** What the agent of a shell speaks to, encrypted with a key of its own (ECS developer guide, "ECS Exec"). */
const SHELL = ["ssmmessages", "kms"];

function mute({ cluster, network }: StackSettings): readonly string[] {
  const missing = unreached(network, SHELL);
  if (!cluster.execute || missing.length === 0) return [];
  return [
    `cluster.execute is true: without NAT no shell opens before network.endpoints has ${missing.join(" and ")}.`,
  ];
}

function surprises({ protect }: StackSettings, tenants: readonly Tenant[]): readonly string[] {
  return tenants.flatMap((tenant) => {
    const said = [...(protect ? interruptible(tenant) : []), ...slowStarts(tenant)];
    if (tenant.deployment.capacity.kind === "instances")
      said.push(
        "capacity is instances: each task takes a network interface, of which an instance has few unless the account has awsvpcTrunking; without it fewer fit than the plan's price counts on.",
      );
    return said.map((message) => `services.${tenant.service.name}: ${message}`);
  });
}

/** What the agent on an instance speaks to (ECS developer guide, "Interface VPC endpoints"). */
const AGENT = ["ecs", "ecs-agent", "ecs-telemetry"];

function unreachable({ cluster, network }: StackSettings): readonly Fault[] {
  const missing = unreached(network, AGENT);
  if (cluster.instances === undefined || missing.length === 0) return [];
  const message = `instances are declared; without NAT they reach ECS by endpoints alone, ${missing.join(", ")} are missing, and none would join. Add them to network.endpoints, set network.nat: single, or use Fargate.`;
  return [{ where: "setpoint:deployment.cluster", message }];
}

function wrongInstances({ cluster }: StackSettings, { service, deployment }: Tenant): readonly string[] {
  const { compute } = service;
  if (compute.type === "ec2" || deployment.capacity.kind !== "instances") return [];
  if (cluster.instances === undefined)
    return [
      "capacity is instances; the cluster has none. Declare cluster.instances in setpoint:deployment, or remove capacity.",
    ];
  const { instanceTypes } = cluster.instances;
  const messages: string[] = [];
  if (deployment.ephemeralStorage !== undefined)
    messages.push(
      "ephemeralStorage is declared; it is Fargate's, and tasks on instances share the volume. Remove it.",
    );
  if ((deployment.cpuArchitecture === "arm64") !== isArm(instanceTypes[0]!))
    messages.push(
      `cpuArchitecture is ${deployment.cpuArchitecture}; ${instanceTypes[0]} is the other. Change one of the two.`,
    );
  const task = resourcesOf(compute)!;
  for (const instanceType of instanceTypes) {
    const instance = resourcesOf({ type: "ec2", instanceType });
    if (instance !== undefined && tasksAnInstance(task, instance) < 1)
      messages.push(
        `compute is ${compute.cpu} units and ${compute.memory} MiB; no ${instanceType} has room for it. Take a larger type, or a smaller task.`,
      );
  }
  return messages;
}

/** CMP-15: AWS may end every Spot task within two minutes. */
function interruptible({ deployment: { capacity }, plan }: Tenant): string[] {
  if (capacity.kind !== "fargate" || capacity.spot === undefined) return [];
  const { min } = plan.controls;
  const base = capacity.spot.base ? 0 : (capacity.onDemand.base ?? min);
  if (base >= min) return [];
  return [
    `capacity.onDemand.base is ${base}: AWS may end every Spot task within two minutes, and the plan's minimum is ${min}. Leave the base out, and it is the minimum.`,
  ];
}

/** Tasks that ECS starts in a minute for one service, by default (ECS quotas, "Rate of tasks launched"). */
const STARTS_A_MINUTE = { fargate: 500, instances: 250 };

/** CMP-24. */
function slowStarts({ deployment: { capacity }, plan }: Tenant): string[] {
  const { min, max } = plan.controls;
  const rate = STARTS_A_MINUTE[capacity.kind];
  const more = max - min;
  if (more <= rate) return [];
  return [
    `from ${min} to ${max} tasks takes at least ${Math.ceil(more / rate)} min: ECS starts ${rate} a minute for a service.`,
  ];
}
