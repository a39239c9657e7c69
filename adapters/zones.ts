/** `eu-west-1` of `eu-west-1a`. */
export function regionOf(zone: string): string {
  return zone.replace(/[a-z]$/, "");
}

/** What is wrong with a text as an availability zone, as rule and way out. */
export function wrongZone(zone: string): string | undefined {
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d[a-z]$/.test(zone))
    return "must be an availability zone. Write one such as eu-west-1a";
  const region = regionOf(zone);
  if (wrongRegion(region) !== undefined) return undefined; // said once, of all zones
  const zones = zonesOf(region);
  return zones.includes(zone) ? undefined : `must be a zone of its region. Write one of ${zones.join(", ")}`;
}

/** What is wrong with a region, as a rule; ARNs, endpoints and the services that there are differ between AWS's partitions. */
export function wrongRegion(region: string): string | undefined {
  return OURS.test(region)
    ? undefined
    : "must be in a region of AWS's main partition: others (China, GovCloud, sovereign and secret regions) lack services that a stack is made of, have endpoints of their own, or prices that are not known";
}

/** The partition `aws` (AWS SDK for JavaScript, @aws-sdk/core, partitions.js, version 1.1). */
const OURS = /^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/;

function zonesOf(region: string): readonly string[] {
  return [...(LETTERS[region] ?? "abc")].map((letter) => `${region}${letter}`);
}

/**
 * Of the regions whose zones are not simply a, b and c (AWS Regions and Availability Zones user guide, 2026-11; the letters
 * of the oldest regions differ between accounts, so all that occur are here).
 */
const LETTERS: Readonly<Record<string, string>> = {
  "us-east-1": "abcdef",
  "us-west-2": "abcd",
  "ca-central-1": "abcd",
  "ap-northeast-1": "abcd",
  "ap-northeast-2": "abcd",
};
