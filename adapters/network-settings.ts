import { z } from "zod";
import { type AllowedSource, allowFromSchema } from "./allowed-sources.ts";
import { wrongCidr } from "./cidr.ts";
import { type Endpoints, endpointsSchema } from "./endpoint-services.ts";
import { yesOrNo } from "./yes-or-no.ts";
import { regionOf, wrongRegion, wrongZone } from "./zones.ts";

/** A stack's VPC. */
export interface NetworkSettings {
  readonly cidr: string;
  /** Pinned by name: a zone that AWS opens later never joins by itself. The first holds what the stack has one of. */
  readonly zones: readonly string[];
  /** How private subnets reach the internet: `instance` is a small machine of ours, the others AWS's gateways. */
  readonly nat: "none" | "instance" | "single" | "per-zone";
  /** Interface endpoints; the gateways to S3 and DynamoDB are always there. */
  readonly endpoints: Endpoints;
  readonly flowLogs: boolean;
  /** Whether there are subnets that reach S3 and DynamoDB, and nothing outside else. */
  readonly isolated?: boolean;
  /** Each zone's blocks, for those who plan their addresses; without, they follow from `cidr`. */
  readonly subnets?: Readonly<Record<string, ZoneBlocks>>;
  /** Blocks that are taken: peers, other stacks, the office. */
  readonly reserved?: readonly string[];
  /** Take a block of the public internet, whose hosts are then out of reach. */
  readonly allowPublicCidr?: boolean;
  /** Who may reach the load balancer; without, the world. */
  readonly allowFrom?: readonly AllowedSource[];
}

/** The CIDR blocks of one zone's subnets. */
export interface ZoneBlocks {
  readonly public: string;
  readonly private: string;
  readonly isolated?: string;
}

/** What a VPC or a subnet may be: /16 to /28 (VPC user guide, "VPC CIDR blocks"). */
const AWS_RANGE = { from: 16, to: 28 };

const blockIn = (range: { readonly from: number; readonly to: number }) =>
  z.string("must be a CIDR block. Write one such as 10.0.0.0/16").check(({ value, issues }) => {
    const wrong = wrongCidr(value, range);
    if (wrong !== undefined) issues.push({ code: "custom", message: wrong, input: value });
  });

const zone = z.string("must be a zone. Write one such as eu-west-1a").check(({ value, issues }) => {
  const wrong = wrongZone(value);
  if (wrong !== undefined) issues.push({ code: "custom", message: wrong, input: value });
});

const zoneBlocks = z.strictObject(
  {
    public: blockIn(AWS_RANGE),
    private: blockIn(AWS_RANGE),
    isolated: blockIn(AWS_RANGE).exactOptional(),
  },
  "must be a map with public and private. Write { public: 10.0.128.0/21, private: 10.0.0.0/20 }",
);

/** `network:` of a stack's settings; what is left out follows from the profile. */
export const networkSchema = z.strictObject(
  {
    cidr: blockIn(AWS_RANGE),
    zones: z
      .array(zone, "must be a list of zones. Write one such as [eu-west-1a, eu-west-1b]")
      .min(2, "must hold at least 2 zones: a balancer needs two. Add a zone such as eu-west-1b")
      .refine((zones) => new Set(zones).size === zones.length, "must not repeat a zone. Name each once")
      .refine(
        (zones) => new Set(zones.map(regionOf)).size <= 1,
        "must lie in one region. Name zones of aws:region only",
      )
      .check(({ value, issues }) => {
        const i = value.findIndex((each) => wrongZone(each) === undefined && wrongRegion(regionOf(each)));
        if (i < 0) return; // once for all of them
        const message = `${wrongRegion(regionOf(value[i]!))}. Write one such as eu-west-1a`;
        issues.push({ code: "custom", message, input: value[i], path: [i] });
      }),
    nat: z
      .enum(
        ["none", "instance", "single", "per-zone"],
        "must be none, instance, single or per-zone. Write one of the four",
      )
      .exactOptional(),
    endpoints: endpointsSchema.exactOptional(),
    flowLogs: yesOrNo.exactOptional(),
    isolated: yesOrNo.exactOptional(),
    subnets: z
      .record(
        z.string(),
        zoneBlocks,
        "must be a map of zones. Write { eu-west-1a: { public: …, private: … }, … }",
      )
      .exactOptional(),
    reserved: z
      .array(blockIn({ from: 1, to: 32 }), "must be a list of CIDR blocks. Write one such as [10.9.0.0/16]")
      .exactOptional(),
    allowPublicCidr: yesOrNo.exactOptional(),
    allowFrom: allowFromSchema.exactOptional(),
  },
  "must be a map with cidr and zones. Write { cidr: 10.0.0.0/16, zones: [eu-west-1a, eu-west-1b] }",
);
