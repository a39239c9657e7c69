import { z } from "zod";
import type { Fault } from "./bad-input.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** A stack's VPC. */
export interface NetworkSettings {
  readonly cidr: string;
  /** Pinned by name: a zone that AWS opens later never joins by itself. */
  readonly zones: readonly string[];
  readonly nat: "none" | "single" | "per-zone";
  /** Interface endpoints; the gateways to S3 and DynamoDB are always there. */
  readonly endpoints: boolean;
  readonly flowLogs: boolean;
}

/** `network:` of a stack's settings; what is left out follows from the profile. */
export const networkSchema = z.strictObject(
  {
    cidr: z.string("must be a CIDR block. Write one such as 10.0.0.0/16").check((context) => {
      const wrong = wrongCidr(context.value);
      if (wrong !== undefined) context.issues.push({ code: "custom", message: wrong, input: context.value });
    }),
    zones: z
      .array(
        z
          .string("must be a zone. Write one such as eu-west-1a")
          .regex(
            /^[a-z]{2}(-[a-z]+)+-\d[a-h]$/,
            "must be an availability zone. Write one such as eu-west-1a",
          ),
        "must be a list of zones. Write one such as [eu-west-1a, eu-west-1b]",
      )
      .min(2, "must hold at least 2 zones: a balancer needs two. Add a zone such as eu-west-1b")
      .refine((zones) => new Set(zones).size === zones.length, "must not repeat a zone. Name each once")
      .refine(
        (zones) => new Set(zones.map(regionOf)).size <= 1,
        "must lie in one region. Name zones of aws:region only",
      ),
    nat: z
      .enum(["none", "single", "per-zone"], "must be none, single or per-zone. Write one of the three")
      .exactOptional(),
    endpoints: yesOrNo.exactOptional(),
    flowLogs: yesOrNo.exactOptional(),
  },
  "must be a map with cidr and zones. Write { cidr: 10.0.0.0/16, zones: [eu-west-1a, eu-west-1b] }",
);

/** What a network's settings rule out together; `where` is their place. */
export function networkFaults({ nat, endpoints }: NetworkSettings, where: string): readonly Fault[] {
  if (nat !== "none" || endpoints) return [];
  const message =
    "nat is none; without NAT, tasks need the endpoints ecr.api, ecr.dkr and logs. Set network.endpoints: true, or nat: single.";
  return [{ where: `${where}.nat`, message }];
}

/** `eu-west-1` of `eu-west-1a`. */
export function regionOf(zone: string): string {
  return zone.replace(/[a-z]$/, "");
}

/** What is wrong with a VPC's block, as rule and way out. */
function wrongCidr(cidr: string): string | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr)?.slice(1).map(Number);
  if (parts === undefined || parts.slice(0, 4).some((part) => part > 255) || parts[4]! > 32)
    return "must be an IPv4 CIDR block. Write one such as 10.0.0.0/16";
  const [first, second, , , prefix] = parts as [number, number, number, number, number];
  if (prefix < 16 || prefix > 23)
    return "must be /16 to /23: a VPC is at most /16, and a balancer's subnet, a sixteenth, at least /27. Write one such as 10.0.0.0/16";
  const address = numeric(cidr.split("/")[0]!);
  const size = 2 ** (32 - prefix);
  if (address % size !== 0)
    return `must have no host bits. Write ${address4(address - (address % size))}/${prefix}`;
  const own =
    first === 10 ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    (first === 100 && second >= 64 && second < 128);
  return own ? undefined : "must be private space. Take it from 10/8, 172.16/12, 192.168/16 or 100.64/10";
}

function numeric(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function address4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
