import { endpointServices } from "./endpoint-services.ts";
import type { NetworkSettings } from "./network-settings.ts";
import { regionOf } from "./zones.ts";

/** Of some services, those that a network without NAT has no way to. */
export function unreached(
  { nat, endpoints, zones }: Pick<NetworkSettings, "nat" | "endpoints" | "zones">,
  services: readonly string[],
): readonly string[] {
  if (nat !== "none") return [];
  const had = endpointServices(endpoints, regionOf(zones[0]!));
  return services.filter((service) => !had.includes(service));
}
