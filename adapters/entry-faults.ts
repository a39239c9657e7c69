import { type Fault, shown } from "./bad-input.ts";
import { DEFAULT_TLS, type EntrySettings } from "./entry-settings.ts";

type Declared = Omit<EntrySettings, "waf"> & { readonly waf?: EntrySettings["waf"] };

/** Where HTTPS comes from: exactly one. */
const SOURCES = ["certificateArn", "domain", "shared", "insecure"] as const;

/** What the way in rules out, with what else the stack says; `where` is its place. */
export function entryFaults(
  entry: Declared,
  { protect, region }: { readonly protect: boolean; readonly region: string },
  where: string,
): readonly Fault[] {
  const faults: Fault[] = [];
  const wrong = (field: string, value: unknown, rule: string) =>
    faults.push({ where: `${where}.${field}`, message: `${field} is ${shown(field, value)}; ${rule}.` });
  const { certificateArn, insecure, shared, certificates, redirect, minimumTls } = entry;
  const sources = SOURCES.filter((source) => entry[source] !== undefined && entry[source] !== false);
  if (sources.length === 0)
    wrong(
      "certificateArn",
      undefined,
      "HTTPS needs it, or a domain (ELB.1). Set one of them, or in development insecure: true",
    );
  for (const source of sources.slice(1))
    wrong(
      source,
      entry[source],
      `${sources[0]} decides already how requests come in. Keep one of ${SOURCES.join(", ")}`,
    );
  if (protect && insecure)
    wrong("insecure", insecure, "protect: true refuses plain HTTP (ELB.1). Set certificateArn or domain");
  const elsewhere = (arn: string) => arn.split(":")[3] !== region;
  const moved = (arn: string) =>
    `must be in the zones' region. Issue one in ${region}, or name zones of ${arn.split(":")[3]}`;
  if (certificateArn !== undefined && elsewhere(certificateArn))
    wrong("certificateArn", certificateArn, moved(certificateArn));
  certificates.forEach((arn, i) => {
    if (elsewhere(arn)) wrong(`certificates[${i}]`, arn, moved(arn));
    if (arn === certificateArn || certificates.indexOf(arn) < i)
      wrong(`certificates[${i}]`, arn, "the listener has it already. Remove it");
  });
  if (insecure && certificates.length > 0)
    wrong("certificates", certificates, "plain HTTP shows none. Remove them, or insecure");
  const listener = insecure
    ? "plain HTTP has no use for it. Remove it, or insecure"
    : shared !== undefined && "the stack that owns the balancer decides it. Set it there";
  if (listener !== false && !redirect) wrong("redirect", redirect, listener);
  if (listener !== false && minimumTls !== DEFAULT_TLS) wrong("minimumTls", minimumTls, listener);
  return shared === undefined ? faults : [...faults, ...sharedFaults(entry, region, where)];
}

/** What the stack that owns the balancer has decided. */
const OWNERS = ["waf", "idleTimeout"] as const;

function sharedFaults(entry: Declared, region: string, where: string): readonly Fault[] {
  const { loadBalancerArn, listenerArn } = entry.shared!;
  const faults: Fault[] = [];
  const at = (field: string, message: string) => faults.push({ where: `${where}.${field}`, message });
  if (!listenerArn.startsWith(`${loadBalancerArn.replace(":loadbalancer/", ":listener/")}/`))
    at(
      "shared.listenerArn",
      "listenerArn belongs to another balancer; it must be loadBalancerArn's. Copy both from one output.",
    );
  if (loadBalancerArn.split(":")[3] !== region)
    at(
      "shared.loadBalancerArn",
      `loadBalancerArn is of another region; it must be in ${region}. Share within a region.`,
    );
  for (const field of OWNERS)
    if (entry[field] !== undefined && entry[field] !== false)
      at(
        field,
        `${field} is ${shown(field, entry[field])}; the stack that owns the balancer decides it. Set it there.`,
      );
  return faults;
}
