import { type Fault, shown } from "./bad-input.ts";
import { DEFAULT_TLS, type EntrySettings } from "./entry-settings.ts";
import { soundRules } from "./sound.ts";

type Declared = Omit<EntrySettings, "waf"> & { readonly waf?: EntrySettings["waf"] };

/** Where HTTPS comes from: exactly one. */
const SOURCES = ["certificateArn", "domain", "shared", "insecure"] as const;

interface Stack {
  readonly protect: boolean;
  readonly region: string;
}

/** What the way in rules out, with what else the stack says; `where` is its place. */
export function entryFaults(entry: Declared, stack: Stack, where: string): readonly Fault[] {
  const wrong: Wrong = (field, value, rule) => [
    { where: `${where}.${field}`, message: `${field} is ${shown(field, value)}; ${rule}.` },
  ];
  return [
    ...soundRules([oneSource, plainHttp, strayCertificate, wrongCertificates, idle], entry, stack, wrong),
    ...soundRules([otherListener, otherRegion, ...OWNERS.map(decided)], entry, stack, where),
  ];
}

type Wrong = (field: string, value: unknown, rule: string) => readonly Fault[];

function oneSource(entry: Declared, _: Stack, wrong: Wrong): readonly Fault[] {
  const [first, ...others] = SOURCES.filter(
    (source) => entry[source] !== undefined && entry[source] !== false,
  );
  if (first === undefined)
    return wrong(
      "certificateArn",
      undefined,
      "HTTPS needs it, or a domain (ELB.1). Set one of them, or in development insecure: true",
    );
  return others.flatMap((source) =>
    wrong(
      source,
      entry[source],
      `${first} decides already how requests come in. Keep one of ${SOURCES.join(", ")}`,
    ),
  );
}

function plainHttp({ insecure }: Declared, { protect }: Stack, wrong: Wrong): readonly Fault[] {
  if (!protect || !insecure) return [];
  return wrong(
    "insecure",
    insecure,
    "protect: true refuses plain HTTP (ELB.1). Set certificateArn or domain",
  );
}

function strayCertificate({ certificateArn }: Declared, { region }: Stack, wrong: Wrong): readonly Fault[] {
  const stray = certificateArn === undefined ? undefined : strayRegion(certificateArn, region);
  return stray === undefined ? [] : wrong("certificateArn", certificateArn, stray);
}

function strayRegion(arn: string, region: string): string | undefined {
  const own = arn.split(":")[3];
  return own === region
    ? undefined
    : `must be in the zones' region. Issue one in ${region}, or name zones of ${own}`;
}

function wrongCertificates(entry: Declared, { region }: Stack, wrong: Wrong): readonly Fault[] {
  const { certificateArn, certificates } = entry;
  return certificates.flatMap((arn, i) => {
    const stray = strayRegion(arn, region);
    const known = arn === certificateArn || certificates.indexOf(arn) < i;
    return [
      ...(stray === undefined ? [] : wrong(`certificates[${i}]`, arn, stray)),
      ...(known ? wrong(`certificates[${i}]`, arn, "the listener has it already. Remove it") : []),
    ];
  });
}

/** What a listener of plain HTTP, or of another stack, has no use for. */
function idle(entry: Declared, _: Stack, wrong: Wrong): readonly Fault[] {
  const { insecure, shared, certificates, redirect, minimumTls } = entry;
  const listener = insecure
    ? "plain HTTP has no use for it. Remove it, or insecure"
    : shared !== undefined && "the stack that owns the balancer decides it. Set it there";
  if (listener === false) return [];
  return [
    ...(insecure && certificates.length > 0
      ? wrong("certificates", certificates, "plain HTTP shows none. Remove them, or insecure")
      : []),
    ...(redirect ? [] : wrong("redirect", redirect, listener)),
    ...(minimumTls === DEFAULT_TLS ? [] : wrong("minimumTls", minimumTls, listener)),
  ];
}

/** What the stack that owns the balancer has decided. */
const OWNERS = ["waf", "idleTimeout"] as const;

function otherListener({ shared }: Declared, _: Stack, where: string): readonly Fault[] {
  if (shared === undefined) return [];
  const { loadBalancerArn, listenerArn } = shared;
  if (listenerArn.startsWith(`${loadBalancerArn.replace(":loadbalancer/", ":listener/")}/`)) return [];
  const message =
    "listenerArn belongs to another balancer; it must be loadBalancerArn's. Copy both from one output.";
  return [{ where: `${where}.shared.listenerArn`, message }];
}

function otherRegion({ shared }: Declared, { region }: Stack, where: string): readonly Fault[] {
  if (shared === undefined || shared.loadBalancerArn.split(":")[3] === region) return [];
  const message = `loadBalancerArn is of another region; it must be in ${region}. Share within a region.`;
  return [{ where: `${where}.shared.loadBalancerArn`, message }];
}

function decided(field: (typeof OWNERS)[number]) {
  return (entry: Declared, _: Stack, where: string): readonly Fault[] => {
    if (entry.shared === undefined || entry[field] === undefined || entry[field] === false) return [];
    const message = `${field} is ${shown(field, entry[field])}; the stack that owns the balancer decides it. Set it there.`;
    return [{ where: `${where}.${field}`, message }];
  };
}
