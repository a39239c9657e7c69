import type { Fault } from "../adapters/bad-input.ts";
import { DEFAULT_INSTANCES } from "../adapters/instance-settings.ts";
import { differences, LAUNCH_CREDITS, launchTypes } from "../adapters/launch-types.ts";
import { soundRules, whereSound } from "../adapters/sound.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import { unreached } from "../adapters/unreached.ts";
import { readableTags } from "./launch-template.ts";
import { hookTimeouts } from "./lifecycle-hooks.ts";
import { instanceDraining, stopTimeout } from "./request-timing.ts";
import type { Tenant } from "./tenant.ts";
import { HOOKS, MOST_USER_DATA, webServer } from "./web-server.ts";

/** What a service asks of its instances that its compute, its plan or the stack rules out. */
export function instanceConflicts(settings: StackSettings, tenants: readonly Tenant[]): readonly Fault[] {
  return tenants.flatMap((tenant) => {
    const say = (field: string, message: string): Fault => ({
      where: `services.${tenant.service.name}.deploy.${field}`,
      message,
    });
    const onTasks = whereSound(() => tenant.service.compute.type === "fargate");
    if (onTasks === undefined) return [];
    const rules = onTasks
      ? [noInstances]
      : [wrongSingle, unreadableTags, wrongHours, nightShift, wrongTypes, wrongHook, unheard, tooLong];
    return soundRules(rules, tenant, say, settings);
  });
}

function noInstances({ deployment }: Tenant, say: Say): readonly Fault[] {
  if (deployment.instances === undefined) return [];
  return [
    say(
      "instances",
      "instances is a map; compute is fargate, which has none. Remove it, or use { type: ec2, instanceType: t3.small }.",
    ),
  ];
}

type Say = (field: string, message: string) => Fault;

function wrongSingle({ deployment, plan: { controls } }: Tenant, say: Say): readonly Fault[] {
  if (deployment.instances?.single !== true || controls.max === 1) return [];
  return [
    say(
      "instances.single",
      `single is true; the plan goes up to ${controls.max} instances. Set bounds: { min: 1, max: 1 }, or remove single.`,
    ),
  ];
}

/** The provider puts the stack's tags on a single instance, whose metadata shows them; a group's are chosen. */
function unreadableTags({ deployment }: Tenant, say: Say, { tags }: StackSettings): readonly Fault[] {
  const readable = readableTags(tags);
  const refused = Object.keys(tags).filter((key) => !(key in readable));
  if (deployment.instances?.single !== true || refused.length === 0) return [];
  return [
    say(
      "instances.single",
      `single is true, and the stack's tags have ${refused.map((key) => JSON.stringify(key)).join(", ")}; an instance that reads its own tags takes keys of letters, digits and - _ + = , . @ : alone (EC2 user guide, "Instance tags in instance metadata"). Rename them, or remove single.`,
    ),
  ];
}

function wrongHours({ deployment }: Tenant, say: Say, { profile }: StackSettings): readonly Fault[] {
  const hours = deployment.instances?.officeHours;
  if (hours === undefined || profile !== "prod" || hours.evenInProd) return [];
  return [
    say(
      "instances.officeHours",
      "officeHours is a map; profile is prod, and no instance serves outside them. Add evenInProd: true if that is meant, or remove it.",
    ),
  ];
}

function nightShift({ deployment, plan: { controls } }: Tenant, say: Say): readonly Fault[] {
  const floors = controls.schedule?.length ?? 0;
  if (deployment.instances?.officeHours === undefined || floors === 0) return [];
  return [
    say(
      "instances.officeHours",
      `officeHours is a map; the plan has ${floors} scheduled floors, which would start instances at night. Declare demand: { peak: … }, which is planned without, or remove officeHours.`,
    ),
  ];
}

function wrongTypes({ service: { compute }, deployment }: Tenant, say: Say): readonly Fault[] {
  if (compute.type !== "ec2") return [];
  return (deployment.instances?.types ?? []).flatMap((type, i) => {
    const differs = differences(compute, { ...compute, instanceType: type }).filter(
      (each) => each !== LAUNCH_CREDITS,
    );
    if (differs.length === 0) return [];
    return [
      say(
        `instances.types[${i}]`,
        `types[${i}] is ${type}; it differs from ${compute.instanceType} in ${differs.join(" and ")}, and the plan counts on equal instances. Name equal ones, such as ${equals(compute)}.`,
      ),
    ];
  });
}

function equals(compute: Parameters<typeof launchTypes>[0]): string {
  const [, ...others] = launchTypes(compute, DEFAULT_INSTANCES, "prod");
  return others.length === 0
    ? `another ${compute.instanceType.split(".")[1]} of its generation`
    : others.join(", ");
}

/** Draining and stopping happen within the hook. */
function wrongHook({ service: { capacity }, deployment }: Tenant, say: Say): readonly Fault[] {
  const declared = deployment.instances?.hooks.terminate;
  if (declared === undefined) return [];
  const needed = instanceDraining(capacity, deployment.deregistrationDelay) + stopTimeout(capacity);
  if (declared >= needed) return [];
  return [
    say(
      "instances.hooks.terminate",
      `terminate is ${declared} s; draining and stopping take up to ${needed} s, as the longest request does. Write ${needed} s or more.`,
    ),
  ];
}

/** Hooks are reported to by Auto Scaling's own API. */
function unheard({ deployment }: Tenant, say: Say, { network }: StackSettings): readonly Fault[] {
  const { instances = DEFAULT_INSTANCES } = deployment;
  if (unreached(network, ["autoscaling"]).length === 0 || hookTimeouts(instances).length === 0) return [];
  const field = instances.warmPool === undefined ? "hooks" : "warmPool";
  return [
    say(
      `instances.${field}`,
      `${field} is a map; nat is none, and without NAT an instance cannot report that it is ready. Add autoscaling to network.endpoints, set network.nat: single, or remove it.`,
    ),
  ];
}

function tooLong(
  { service: { capacity }, deployment }: Tenant,
  say: Say,
  { network }: StackSettings,
): readonly Fault[] {
  if (capacity === undefined || deployment.image.kind === "build") return [];
  const hooks = Object.keys(HOOKS) as (keyof typeof HOOKS)[];
  const bytes = Buffer.byteLength(webServer({ deployment, capacity, region: network.zones[0]!, hooks }));
  if (bytes <= MOST_USER_DATA) return [];
  return [
    say(
      "instances.setup",
      `setup is a text of ${deployment.instances?.setup?.length} characters; user data would be ${bytes} bytes and takes ${MOST_USER_DATA} (CMP-20). Fetch the rest at run time, or build it into the image.`,
    ),
  ];
}

/** What is allowed of instances and may yet surprise. */
export function instanceWarnings({ profile }: StackSettings, tenants: readonly Tenant[]): readonly string[] {
  return tenants.flatMap(({ service: { name, compute }, deployment }) => {
    if (compute.type !== "ec2") return [];
    const where = `services.${name}.deploy.instances`;
    const instances = deployment.instances ?? DEFAULT_INSTANCES;
    if (profile === "dev") return [];
    if (instances.single) return [`${where}.single is true: its zone's loss, or its own, is the service's.`];
    const [, ...others] = launchTypes(compute, instances, profile);
    if (others.length === 0)
      return [
        `${where}.types are ${compute.instanceType} alone: where AWS has none of it, nothing scales out (AutoScaling.6).`,
      ];
    const without = others.filter((type) =>
      differences(compute, { ...compute, instanceType: type }).includes(LAUNCH_CREDITS),
    );
    return without.length === 0
      ? []
      : [
          `${where}.types: ${without.join(", ")} and ${compute.instanceType} differ in ${LAUNCH_CREDITS}: in standard mode one without is slow at first.`,
        ];
  });
}
