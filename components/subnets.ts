/** A VPC is cut into 16 equal blocks: private and public for zones a to h. */
const BLOCK_BITS = 4;
const ZONES = 8;
/** AWS keeps five addresses of each subnet (VPC user guide, "Subnet CIDR blocks"). */
const RESERVED = 5;

/** A zone's subnets follow from its letter alone, so that adding a zone renumbers no other. */
export function subnetCidrs(
  cidr: string,
  zone: string,
): { readonly private: string; readonly public: string } {
  const place = zone.charCodeAt(zone.length - 1) - "a".charCodeAt(0);
  return { private: block(cidr, place), public: block(cidr, ZONES + place) };
}

/** Addresses that the private subnets of `zones` zones have for tasks and instances. */
export function privateAddresses(cidr: string, zones: number): number {
  return zones * (2 ** (32 - blockPrefix(cidr)) - RESERVED);
}

function block(cidr: string, index: number): string {
  const prefix = blockPrefix(cidr);
  const octets = cidr.split("/")[0]!.split(".").map(Number);
  const first = octets.reduce((sum, octet) => sum * 256 + octet, 0) + index * 2 ** (32 - prefix);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${prefix}`;
}

function blockPrefix(cidr: string): number {
  return Number(cidr.split("/")[1]) + BLOCK_BITS;
}
