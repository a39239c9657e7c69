/** `eu-west-1` of `eu-west-1a`. */
export function regionOf(zone: string): string {
  return zone.replace(/[a-z]$/, "");
}

/** What is wrong with a text as an availability zone, as rule and way out. */
export function wrongZone(zone: string): string | undefined {
  if (!/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(zone))
    return "must be an availability zone. Write one such as eu-west-1a";
  const zones = zonesOf(regionOf(zone));
  return zones.includes(zone) ? undefined : `must be a zone of its region. Write one of ${zones.join(", ")}`;
}

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
  "cn-north-1": "abcd",
};
