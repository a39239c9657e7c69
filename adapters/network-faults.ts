import type { Fault } from "./bad-input.ts";
import { block, cidrOf, holds, overlap } from "./cidr.ts";
import { NEEDED_WITHOUT_NAT } from "./endpoint-services.ts";
import type { NetworkSettings, ZoneBlocks } from "./network-settings.ts";
import { soundRules } from "./sound.ts";
import { unreached } from "./unreached.ts";

/** What a network's settings rule out together; `where` is their place. */
export function networkFaults(network: NetworkSettings, where: string): readonly Fault[] {
  const faults = soundRules([publicSpace, taken, wrongBlocks, outOfReach], network);
  return faults.map(({ at, message }) => ({ where: `${where}.${at}`, message }));
}

interface Finding {
  /** Below the network's settings. */
  readonly at: string;
  readonly message: string;
}

/** Private use (RFC 1918), and carriers' own (RFC 6598). */
const OWN_SPACE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(block);

function publicSpace({ cidr, allowPublicCidr }: NetworkSettings): readonly Finding[] {
  if (allowPublicCidr === true || OWN_SPACE.some((own) => holds(own, block(cidr)))) return [];
  const message = `cidr is ${cidr}; it must be private space, or its hosts on the internet are out of reach. Take it from 10/8, 172.16/12, 192.168/16 or 100.64/10, or set allowPublicCidr: true.`;
  return [{ at: "cidr", message }];
}

function taken({ cidr, reserved = [] }: NetworkSettings): readonly Finding[] {
  return reserved.flatMap((other, i) => {
    const shared = overlap(block(cidr), block(other));
    if (shared === undefined) return [];
    const message = `cidr is ${cidr}; reserved[${i}] is ${other}, and both hold ${cidrOf(shared)}: no route can tell them apart. Take another block.`;
    return [{ at: "cidr", message }];
  });
}

function wrongBlocks(network: NetworkSettings): readonly Finding[] {
  return network.subnets === undefined ? tooNarrow(network) : wrongSubnets(network, network.subnets);
}

/** Where the public subnets, 32 of which fill a VPC, are a balancer's least. */
const NARROWEST = 22;

function tooNarrow({ cidr }: NetworkSettings): readonly Finding[] {
  const { first, prefix } = block(cidr);
  if (prefix <= NARROWEST) return [];
  const fits = cidrOf({ first: first - (first % 2 ** (32 - NARROWEST)), prefix: NARROWEST });
  const message = `cidr is ${cidr}; subnets for up to 8 zones, the balancer's of /${BALANCER} each, fit no block under /${NARROWEST}. Write one such as ${fits}, or name the subnets.`;
  return [{ at: "cidr", message }];
}

/** An Application Load Balancer's subnet is at least a /27 (ELB user guide, "Subnets for your load balancer"). */
const BALANCER = 27;

function wrongSubnets(
  { cidr, zones, isolated = false }: NetworkSettings,
  subnets: Readonly<Record<string, ZoneBlocks>>,
): readonly Finding[] {
  const findings: Finding[] = [];
  const wrong = (at: string, message: string) => findings.push({ at, message });
  for (const zone of zones.filter((each) => !(each in subnets)))
    wrong("subnets", `subnets have no ${zone}, which zones name. Add it, or leave subnets out.`);
  for (const zone of Object.keys(subnets).filter((each) => !zones.includes(each)))
    wrong(
      `subnets.${zone}`,
      `${zone} is none of zones, ${zones.join(", ")}. Add it there or remove it here.`,
    );
  for (const [zone, blocks] of Object.entries(subnets)) {
    const { prefix } = block(blocks.public);
    if (prefix > BALANCER)
      wrong(
        `subnets.${zone}.public`,
        `public is ${blocks.public}; a balancer's subnet is at least /${BALANCER}. Widen it.`,
      );
    if (isolated !== (blocks.isolated !== undefined))
      wrong(
        `subnets.${zone}.isolated`,
        `isolated is ${blocks.isolated ?? "missing"}; network.isolated is ${isolated}. Change one of the two.`,
      );
  }
  return [...findings, ...misplaced(cidr, subnets)];
}

function misplaced(cidr: string, subnets: Readonly<Record<string, ZoneBlocks>>): readonly Finding[] {
  const placed = Object.entries(subnets).flatMap(([zone, blocks]) =>
    Object.entries(blocks).map(([tier, text]: [string, string]) => ({
      at: `subnets.${zone}.${tier}`,
      tier,
      text,
      taken: block(text),
    })),
  );
  return placed.flatMap(({ at, tier, text, taken }, i) => {
    const outside = holds(block(cidr), taken)
      ? []
      : [{ at, message: `${tier} is ${text}; the VPC is ${cidr}. Take a block inside.` }];
    const clashes = placed
      .slice(0, i)
      .filter((other) => overlap(other.taken, taken) !== undefined)
      .map((other) => ({
        at,
        message: `${tier} is ${text}; ${other.at} is ${other.text}, and they overlap. Move one.`,
      }));
    return [...outside, ...clashes];
  });
}

function outOfReach(network: NetworkSettings): readonly Finding[] {
  const missing = unreached(network, NEEDED_WITHOUT_NAT);
  if (missing.length === 0) return [];
  const message = `nat is none; without NAT, tasks need the endpoints ${missing.join(", ")} as well. Set network.endpoints: true, add them to its list, or set nat: single.`;
  return [{ at: "nat", message }];
}
