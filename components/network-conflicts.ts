import type { Fault } from "../adapters/bad-input.ts";
import { regionOf } from "../adapters/network-settings.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import { privateAddresses } from "./subnets.ts";
import type { Tenant } from "./tenant.ts";

/** What the network cannot give: zones of another region, and addresses for every task. */
export function networkConflicts(
  settings: StackSettings,
  region: string,
  tenants: readonly Tenant[],
): readonly Fault[] {
  return [...wrongRegion(settings, region), ...crowded(settings, tenants)];
}

const NETWORK = "setpoint:deployment.network";

function wrongRegion({ network }: StackSettings, region: string): readonly Fault[] {
  if (regionOf(network.zones[0]!) === region) return [];
  const message = `zones are ${network.zones.join(", ")}; aws:region is ${region}. Name zones of ${region}, such as ${region}a.`;
  return [{ where: NETWORK, message }];
}

/** Each task has an address of its own, and a deployment doubles the tasks. */
function crowded({ network: { cidr, zones } }: StackSettings, tenants: readonly Tenant[]): readonly Fault[] {
  const needed = 2 * tenants.reduce((sum, { plan }) => sum + plan.controls.max, 0);
  const had = privateAddresses(cidr, zones.length);
  if (needed <= had) return [];
  const message = `cidr is ${cidr}; twice the most tasks need ${needed} private addresses, and it has ${had}. Take a wider block, up to /16, or lower bounds.max.`;
  return [{ where: NETWORK, message }];
}

/** Elastic IP addresses that an account has in a region, unless raised (VPC quotas). */
const ADDRESSES = 5;

/** What is allowed of a network and may yet surprise. */
export function networkWarnings({ network, protect }: StackSettings): readonly string[] {
  const { cidr, zones, nat } = network;
  const remarks: string[] = [];
  if (protect && nat === "single")
    remarks.push(`network.nat is single: the loss of ${zones[0]} cuts every zone off the internet.`);
  if (nat === "per-zone" && zones.length >= ADDRESSES)
    remarks.push(
      `network.zones are ${zones.length}, each with an Elastic IP; the default quota is ${ADDRESSES} a region.`,
    );
  if (cidr.startsWith("172.17."))
    remarks.push(`network.cidr is ${cidr}: Docker's own bridge on instances uses 172.17.0.0/16.`);
  return remarks;
}
