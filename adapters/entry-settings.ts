import { z } from "zod";
import { seconds } from "./seconds.ts";
import { type WafSettings, wafSchema } from "./waf-settings.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** The way in from the internet: a stack's load balancer, or its place on another's. */
export interface EntrySettings {
  /** Of AWS Certificate Manager. */
  readonly certificateArn?: string;
  /** A certificate is issued for it, and it leads to the balancer. */
  readonly domain?: DomainSettings;
  /** Serve plain HTTP; for development only. */
  readonly insecure: boolean;
  /** Use the balancer of another stack. */
  readonly shared?: SharedEntry;
  /** ARNs of certificates for further names, chosen by the name that a client asks for (SNI). */
  readonly certificates: readonly string[];
  /** The oldest version of TLS that is spoken. */
  readonly minimumTls: MinimumTls;
  /** Turn HTTP into HTTPS; without it, port 80 is closed. */
  readonly redirect: boolean;
  /** Seconds for which a silent connection is kept; without it, as long as the longest request of any service. */
  readonly idleTimeout?: number;
  readonly waf: WafSettings | false;
}

export interface DomainSettings {
  readonly name: string;
  /** Of Route 53. */
  readonly zoneId: string;
  /** Further names in that zone; `*.` stands for any one label. */
  readonly aliases: readonly string[];
}

/** The `share` output of the stack that owns the balancer, and a lane of one's own on it. */
export interface SharedEntry {
  readonly loadBalancerArn: string;
  readonly listenerArn: string;
  readonly securityGroupId: string;
  /** That the balancer lies in, and reaches no other. */
  readonly network: SharedNetwork;
  /** 1–7, another for each stack: rule priorities of two lanes never collide. The owner has 0. */
  readonly lane: number;
}

export interface SharedNetwork {
  readonly vpcId: string;
  readonly privateSubnetIds: readonly string[];
  /** Of S3 and DynamoDB, in that order. */
  readonly gatewayIds: readonly string[];
  /** Of the interface endpoints, where the owner has them. */
  readonly endpointGroupId?: string;
}

export type MinimumTls = 1.2 | 1.3;

/** Where nothing is said. */
export const DEFAULT_TLS: MinimumTls = 1.2;

const CERTIFICATE = "must be the ARN of an ACM certificate. Write arn:aws:acm:REGION:ACCOUNT:certificate/ID";
const certificate = z
  .string(CERTIFICATE)
  .regex(/^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, CERTIFICATE);

const LABELS = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const DOMAIN =
  "must be a domain name in small letters, at most 64 characters. Write one such as shop.example.com";
const ALIAS =
  "must be a domain name in small letters, `*.` allowed before it. Write one such as *.example.com";

/** AWS Certificate Manager's names in one certificate, unless raised. */
const NAMES = 10;

const domain = z
  .strictObject(
    {
      name: z.string(DOMAIN).max(64, DOMAIN).regex(LABELS, DOMAIN),
      zoneId: z
        .string("must be the id of a Route 53 zone. Write one such as Z0123456789ABC")
        .regex(/^Z[A-Z0-9]{1,31}$/, "must be the id of a Route 53 zone. Write one such as Z0123456789ABC"),
      aliases: z
        .array(
          z
            .string(ALIAS)
            .max(253, ALIAS)
            .refine((name) => LABELS.test(name.replace(/^\*\./, "")), ALIAS),
          "must be a list of names. Write one such as [www.example.com]",
        )
        .max(
          NAMES - 1,
          `must be at most ${NAMES - 1}: ACM takes ${NAMES} names in a certificate. Use certificates for more`,
        )
        .default([]),
    },
    "must be a map. Write { name: shop.example.com, zoneId: Z0123456789ABC }",
  )
  .refine(
    ({ name, aliases }) => new Set([name, ...aliases]).size === aliases.length + 1,
    "must not repeat a name. Name each once",
  );

const BALANCER = "must be the ARN of an application load balancer. Copy it from the owner's output `share`";
const LISTENER = "must be the ARN of a listener. Copy it from the owner's output `share`";
const LANE =
  "must be a whole number from 1 to 7, another for each stack on the balancer. Write one that is free";

const OWNERS = "must be an id. Copy it from the owner's output `share`";
const id = (kind: string) => z.string(OWNERS).regex(new RegExp(`^${kind}-[0-9a-f]{8,17}$`), OWNERS);

const sharedNetwork = z.strictObject(
  {
    vpcId: id("vpc"),
    privateSubnetIds: z
      .array(id("subnet"), "must be a list of ids. Copy it from the owner's output `share`")
      .min(2, "must hold at least 2 subnets. Copy it from the owner's output `share`"),
    gatewayIds: z
      .array(id("vpce"), "must be a list of ids. Copy it from the owner's output `share`")
      .default([]),
    endpointGroupId: id("sg").exactOptional(),
  },
  "must be a map. Copy it from the owner's output `share`",
);

const shared = z.strictObject(
  {
    loadBalancerArn: z
      .string(BALANCER)
      .regex(
        /^arn:aws[\w-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/app\/[\w-]+\/\w+$/,
        BALANCER,
      ),
    listenerArn: z
      .string(LISTENER)
      .regex(
        /^arn:aws[\w-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener\/app\/[\w-]+\/\w+\/\w+$/,
        LISTENER,
      ),
    securityGroupId: id("sg"),
    network: sharedNetwork,
    lane: z.int(LANE).min(1, LANE).max(7, LANE),
  },
  "must be a map. Copy it from the owner's output `share`, and add a lane",
);

/** `entry:` of a stack's settings; what is left out of `waf` follows from the profile. */
export const entrySchema = z.strictObject(
  {
    certificateArn: certificate.exactOptional(),
    domain: domain.exactOptional(),
    insecure: yesOrNo.default(false),
    shared: shared.exactOptional(),
    certificates: z
      .array(certificate, "must be a list of ARNs. Write one such as [arn:aws:acm:…]")
      .max(25, "must be at most 25: AWS's most beside the first (LB-18). Merge names into fewer certificates")
      .default([]),
    minimumTls: z.literal([1.2, 1.3], "must be 1.2 or 1.3. Write one of the two").default(DEFAULT_TLS),
    redirect: yesOrNo.default(true),
    idleTimeout: seconds(1, 4000, "60 s").exactOptional(),
    waf: wafSchema.exactOptional(),
  },
  "must be a map. Write one such as { certificateArn: arn:aws:acm:… }",
);
