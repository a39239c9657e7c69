import { rulesOf } from "../adapters/allowed-sources.ts";
import { type Fault, shown } from "../adapters/bad-input.ts";
import { block, overlap } from "../adapters/cidr.ts";
import { soundRules } from "../adapters/sound.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import { regionOf, wrongRegion } from "../adapters/zones.ts";
import { privateAddresses, privatePrefix } from "./subnets.ts";
import type { Tenant } from "./tenant.ts";

/** What the network cannot give: zones of another region, a way out that lasts, addresses and rules for all. */
export function networkConflicts(
  settings: StackSettings,
  region: string | undefined,
  tenants: readonly Tenant[],
): readonly Fault[] {
  return soundRules([
    () => strayRegion(settings, region),
    () => fragileWayOut(settings),
    ...tenants.map((tenant) => () => otherZones(settings, tenant)),
    () => crowded(settings, tenants),
    () => unheardSources(settings),
    () => tooManySources(settings),
    () => tooManyPorts(tenants),
  ]);
}

const NETWORK = "setpoint:deployment.network";

function strayRegion({ network }: StackSettings, region: string | undefined): readonly Fault[] {
  const own = regionOf(network.zones[0]!);
  if (region === undefined || own === region) return [];
  const wrong = wrongRegion(region);
  if (wrong !== undefined)
    return [
      { where: "aws:region", message: `region is ${region}; ${wrong}. Write ${own}, as the zones say.` },
    ];
  const message = `zones are ${network.zones.join(", ")}; aws:region is ${region}. Name zones of ${region}, such as ${region}a.`;
  return [{ where: NETWORK, message }];
}

function fragileWayOut({ network, protect }: StackSettings): readonly Fault[] {
  if (!protect || network.nat !== "instance") return [];
  const message =
    "nat is instance; one small machine, replaced with each new image, is no way out for a stack with protect: true. Write per-zone, or single.";
  return [{ where: `${NETWORK}.nat`, message }];
}

/** The reserve for a lost zone is planned for so many zones, and would not do in fewer. */
function otherZones(
  { network: { zones } }: StackSettings,
  { service: { name, resilience } }: Tenant,
): readonly Fault[] {
  if (resilience === undefined || resilience.zones === zones.length) return [];
  const message = `zones is ${resilience.zones}; the stack's network has ${zones.length} (${zones.join(", ")}), and the service runs in all of them. Write ${zones.length}, or change network.zones.`;
  return [{ where: `services.${name}.resilience.zones`, message }];
}

/** Each task has an address of its own, and a deployment doubles the tasks. */
function crowded({ network }: StackSettings, tenants: readonly Tenant[]): readonly Fault[] {
  const { cidr } = network;
  const needed = 2 * tenants.reduce((sum, { plan }) => sum + plan.controls.max, 0);
  const had = privateAddresses(network);
  if (needed <= had) return [];
  const message = `cidr is ${cidr}; twice the most tasks need ${needed} private addresses, and it has ${had}. ${roomFor(needed, network)}, or lower bounds.max.`;
  return [{ where: NETWORK, message }];
}

function roomFor(needed: number, network: StackSettings["network"]): string {
  const prefix = privatePrefix(needed, network);
  if (network.subnets !== undefined) return `Make each private block a /${prefix}`;
  return prefix < WIDEST_PRIVATE ? "Add a zone" : `Take a /${prefix - PRIVATE_BITS} or wider`;
}

/** A derived private subnet is a sixteenth of the VPC, which is a /16 at most. */
const PRIVATE_BITS = 4;
const WIDEST_PRIVATE = 16 + PRIVATE_BITS;

/** Nothing here would hold anybody back: the group belongs to the balancer, and that to its owner. */
function unheardSources({ network: { allowFrom }, entry: { shared } }: StackSettings): readonly Fault[] {
  if (allowFrom === undefined || shared === undefined) return [];
  const message = `allowFrom is ${shown("allowFrom", allowFrom)}; the stack that owns the balancer decides who may reach it. Set it there, and remove it here.`;
  return [{ where: `${NETWORK}.allowFrom`, message }];
}

/** Rules of a security group in each direction (VPC quotas, "Inbound or outbound rules per security group", L-0EA8095F). */
const RULES = 60;

/** The balancer's group has a rule for each source and listener. */
function tooManySources({ network: { allowFrom = [] }, entry }: StackSettings): readonly Fault[] {
  const listeners = entry.insecure || !entry.redirect ? 1 : 2;
  const rules = listeners * allowFrom.reduce((sum, source) => sum + rulesOf(source), 0);
  if (rules <= RULES) return [];
  const message = `allowFrom takes ${rules} inbound rules, each source one for each of ${listeners} listeners, and a prefix list its maxEntries; a group has ${RULES}. Join blocks, or name fewer.`;
  return [{ where: `${NETWORK}.allowFrom`, message }];
}

/** It also has a rule out for each port of tasks and each of instances. */
function tooManyPorts(tenants: readonly Tenant[]): readonly Fault[] {
  const ports = new Set(
    tenants.map(({ service, deployment }) => `${service.compute.type} ${deployment.port}`),
  );
  if (ports.size <= RULES) return [];
  const message = `deploy.port takes ${ports.size} values, each an outbound rule of the balancer's group; it has ${RULES}. Let services listen on the same port: each has addresses of its own.`;
  return [{ where: "services", message }];
}

/** Elastic IP addresses that an account has in a region, unless raised (VPC quotas, "EC2-VPC Elastic IPs", L-0263D0A3). */
const ADDRESSES = 5;

/** Docker's own bridge on instances. */
const DOCKER = block("172.17.0.0/16");

/** What is allowed of a network and may yet surprise. */
export function networkWarnings({ network, protect }: StackSettings): readonly string[] {
  const { cidr, zones, nat } = network;
  const remarks: string[] = [];
  if (protect && nat === "single")
    remarks.push(`network.nat is single: the loss of ${zones[0]} cuts every zone off the internet.`);
  if (nat === "per-zone" && 2 * zones.length > ADDRESSES)
    remarks.push(
      `network.nat is per-zone: ${zones.length} of the ${ADDRESSES} Elastic IPs that a region has by default; a second such stack needs more (quota "EC2-VPC Elastic IPs", L-0263D0A3).`,
    );
  if (overlap(DOCKER, block(cidr)) !== undefined)
    remarks.push(`network.cidr is ${cidr}: Docker's own bridge on instances uses 172.17.0.0/16.`);
  return remarks;
}
