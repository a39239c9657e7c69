import { addresses, block, cidrOf, part } from "../adapters/cidr.ts";
import { endpointServices } from "../adapters/endpoint-services.ts";
import type { NetworkSettings, ZoneBlocks } from "../adapters/network-settings.ts";
import { regionOf } from "../adapters/zones.ts";

/**
 * Bits by which a VPC is cut for zones a to h. The lower half holds 8 private blocks, where nearly everything runs; the upper
 * half 8 public ones, then 8 isolated ones, of half that size.
 */
const PRIVATE = { bits: 4, from: 0 };
const PUBLIC = { bits: 5, from: 16 };
const ISOLATED = { bits: 5, from: 24 };
/** AWS keeps five addresses of each subnet (VPC user guide, "Subnet CIDR blocks"). */
const RESERVED = 5;

type Layout = Pick<NetworkSettings, "cidr" | "subnets">;

/** A zone's blocks: as declared, or from its letter alone, so that neither a zone nor a tier that joins renumbers another. */
export function subnetCidrs({ cidr, subnets }: Layout, zone: string): Readonly<Required<ZoneBlocks>> {
  const place = zone.charCodeAt(zone.length - 1) - "a".charCodeAt(0);
  const derived = ({ bits, from }: typeof PRIVATE) => cidrOf(part(block(cidr), bits, from + place));
  const blocks = { private: derived(PRIVATE), public: derived(PUBLIC), isolated: derived(ISOLATED) };
  return { ...blocks, ...subnets?.[zone] };
}

/** Addresses that the private subnets have for tasks and instances, besides those of the endpoints. */
export function privateAddresses(network: Layout & Pick<NetworkSettings, "zones" | "endpoints">): number {
  const each = network.zones.map((zone) => addresses(block(subnetCidrs(network, zone).private)));
  return each.reduce((sum, count) => sum + count - spent(network), 0);
}

/** Bits of the smallest private subnets that together have `needed` addresses for tasks and instances. */
export function privatePrefix(needed: number, network: Pick<NetworkSettings, "zones" | "endpoints">): number {
  return 32 - Math.ceil(Math.log2(Math.ceil(needed / network.zones.length) + spent(network)));
}

/** Of each private subnet: AWS's own, and one for each interface endpoint. */
function spent({ zones, endpoints }: Pick<NetworkSettings, "zones" | "endpoints">): number {
  return RESERVED + endpointServices(endpoints, regionOf(zones[0]!)).length;
}
