import { isIP } from "node:net";
import { z } from "zod";
import { didYouMean } from "./bad-input.ts";
import { seconds } from "./seconds.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** What AWS WAF looks at before a request reaches the balancer. */
export interface WafSettings {
  /** AWS's own groups of rules by our name for them. */
  readonly managed: Readonly<Partial<Record<ManagedGroup, ManagedUse>>>;
  /** Requests of one address within a window of seconds; more are blocked until they are fewer. */
  readonly rateLimit: RateLimit | false;
  /** Blocks of addresses whose requests pass every other rule. */
  readonly allow: readonly string[];
  /** Blocks of addresses whose requests are refused. */
  readonly block: readonly string[];
}

/** Block what matches; count it only; or block all but what matches the named rules, which are counted. */
export type ManagedUse = "block" | "count" | { readonly count: readonly string[] };

export interface RateLimit {
  readonly requests: number;
  /** Seconds. */
  readonly window: number;
}

export type ManagedGroup = keyof typeof MANAGED_GROUPS;

/** AWS WAF developer guide, "AWS Managed Rules rule groups list" (2026-11): name, and capacity in units. */
export const MANAGED_GROUPS = {
  common: { name: "AWSManagedRulesCommonRuleSet", units: 700 },
  knownBadInputs: { name: "AWSManagedRulesKnownBadInputsRuleSet", units: 200 },
  adminProtection: { name: "AWSManagedRulesAdminProtectionRuleSet", units: 100 },
  sqlInjection: { name: "AWSManagedRulesSQLiRuleSet", units: 200 },
  linux: { name: "AWSManagedRulesLinuxRuleSet", units: 200 },
  posix: { name: "AWSManagedRulesUnixRuleSet", units: 100 },
  windows: { name: "AWSManagedRulesWindowsRuleSet", units: 200 },
  php: { name: "AWSManagedRulesPHPRuleSet", units: 100 },
  wordpress: { name: "AWSManagedRulesWordPressRuleSet", units: 100 },
  ipReputation: { name: "AWSManagedRulesAmazonIpReputationList", units: 25 },
  anonymousIp: { name: "AWSManagedRulesAnonymousIpList", units: 50 },
} as const;

/** Of one address: far above what a person clicks, and AWS's own example (AWS WAF developer guide). */
const RATE_LIMIT: RateLimit = { requests: 2000, window: 300 };

/** The two groups that AWS recommends for every application, and a limit of requests. */
export const DEFAULT_WAF: WafSettings = {
  managed: { common: "block", knownBadInputs: "block" },
  rateLimit: RATE_LIMIT,
  allow: [],
  block: [],
};

/** The rule of `common` that blocks what WAF cannot see whole. */
const BODY_SIZE = "SizeRestrictions_BODY";

/** AWS WAF developer guide, "Baseline rule groups" (2026-11). */
const COMMON_RULES = [
  "NoUserAgent_HEADER",
  "UserAgent_BadBots_HEADER",
  "SizeRestrictions_QUERYSTRING",
  "SizeRestrictions_Cookie_HEADER",
  BODY_SIZE,
  "SizeRestrictions_URIPATH",
  "EC2MetaDataSSRF_BODY",
  "EC2MetaDataSSRF_COOKIE",
  "EC2MetaDataSSRF_URIPATH",
  "EC2MetaDataSSRF_QUERYARGUMENTS",
  "GenericLFI_QUERYARGUMENTS",
  "GenericLFI_URIPATH",
  "GenericLFI_BODY",
  "RestrictedExtensions_URIPATH",
  "RestrictedExtensions_QUERYARGUMENTS",
  "GenericRFI_QUERYARGUMENTS",
  "GenericRFI_BODY",
  "GenericRFI_URIPATH",
  "CrossSiteScripting_COOKIE",
  "CrossSiteScripting_QUERYARGUMENTS",
  "CrossSiteScripting_BODY",
  "CrossSiteScripting_URIPATH",
];

const USE = "must be block, count, or { count: [rules] }. Write one of the three";
const use: z.ZodType<ManagedUse> = z.union(
  [
    z.enum(["block", "count"]),
    z.strictObject({ count: z.array(z.string().regex(/^[\w-]{1,128}$/, USE), USE).min(1, USE) }),
  ],
  USE,
);

const groups = Object.fromEntries(
  Object.keys(MANAGED_GROUPS).map((name) => [name, use.exactOptional()]),
) as Record<ManagedGroup, z.ZodExactOptional<typeof use>>;

/** Windows that WAF counts over, in seconds (RateBasedStatement). */
const WINDOWS = [60, 120, 300, 600];
const REQUESTS = "must be a whole number from 10 to 2000000000 (LB-20). Write one such as 2000";

const rateLimit = z
  .preprocess(
    offAsMap,
    z.strictObject(
      {
        enabled: yesOrNo.default(true),
        requests: z.int(REQUESTS).min(10, REQUESTS).max(2_000_000_000, REQUESTS).default(RATE_LIMIT.requests),
        window: seconds(60, 600, "5 min")
          .refine(
            (window) => WINDOWS.includes(window),
            "must be 60 s, 120 s, 300 s or 600 s (LB-20). Write one of the four",
          )
          .default(RATE_LIMIT.window),
      },
      "must be false or a map. Write { requests: 2000, window: 5 min }",
    ),
  )
  .transform(({ enabled, ...limit }) => (enabled ? limit : false));

const addresses = z
  .array(
    z.string("must be a block of addresses. Write one such as 192.0.2.0/24").check((context) => {
      const wrong = wrongBlock(context.value);
      if (wrong !== undefined) context.issues.push({ code: "custom", message: wrong, input: context.value });
    }),
    "must be a list of blocks. Write one such as [192.0.2.0/24]",
  )
  .max(10_000, "must have at most 10000 blocks: AWS's most in a set. Merge neighbors");

/** What is wrong with an IPv4 or IPv6 block, as rule and way out; WAF takes all but /0. */
function wrongBlock(text: string): string | undefined {
  const [address = "", length] = text.split("/");
  const version = isIP(address);
  if (version === 0)
    return "must be a block of addresses (LB-21). Write one such as 192.0.2.0/24 or 2001:db8::/32";
  const most = version === 4 ? 32 : 128;
  if (length === undefined)
    return `must end with its length (LB-21). Write ${address}/${most} for the one address`;
  const fits = /^\d{1,3}$/.test(length) && Number(length) >= 1 && Number(length) <= most;
  return fits
    ? undefined
    : `must end with a length from /1 to /${most} (LB-21). Write ${address}/${most} for the one address`;
}

/** `waf:` of a stack's way in. */
export const wafSchema = z
  .preprocess(
    offAsMap,
    z
      .strictObject(
        {
          enabled: yesOrNo.default(true),
          managed: z
            .strictObject(groups, "must be a map. Write { common: block }")
            .default(DEFAULT_WAF.managed),
          largeBodies: yesOrNo.default(false),
          rateLimit: rateLimit.prefault({}),
          allow: addresses.default([]),
          block: addresses.default([]),
        },
        "must be false or a map. Write false, or {} for AWS's common rules and a rate limit",
      )
      .refine(
        ({ enabled, managed, rateLimit, block }) =>
          !enabled || rateLimit !== false || block.length + Object.keys(managed).length > 0,
        "must have a rule (WAF.10): managed, rateLimit or block. Add one, or write false",
      )
      .refine(
        ({ allow, block }) => !allow.some((each) => block.includes(each)),
        "must not allow and block the same addresses. Remove them from one list",
      )
      .check(({ value: { largeBodies, managed }, issues }) => {
        if (!largeBodies || (managed.common !== undefined && managed.common !== "count")) return;
        const message = "managed has no common that blocks, so none is held back. Remove it";
        issues.push({ code: "custom", path: ["largeBodies"], input: largeBodies, message });
      }),
  )
  .transform(({ enabled, largeBodies, ...waf }): WafSettings | false => {
    if (!enabled) return false;
    return largeBodies
      ? { ...waf, managed: { ...waf.managed, common: { count: withBodySize(waf.managed.common) } } }
      : waf;
  });

/** What is counted of the common rules once large bodies pass: the other rules look at their first 8 KB still. */
function withBodySize(common: ManagedUse | undefined): readonly string[] {
  return [...new Set([...counted(common), BODY_SIZE])];
}

/** The rules of a group that are counted only, where they are named. */
export function counted(use: ManagedUse | undefined): readonly string[] {
  return typeof use === "object" ? use.count : [];
}

/** `false` as the map that says so, for the schema to know what else a map may hold. */
function offAsMap(input: unknown): unknown {
  return input === false ? { enabled: false } : input;
}

/** Units of capacity that a web ACL's price includes; AWS charges for more, and takes 5,000 at most. */
const INCLUDED = 1500;

/** What is allowed of a web ACL and may yet surprise. */
export function wafWarnings(waf: WafSettings | false): readonly string[] {
  if (waf === false) return [];
  const used = Object.keys(waf.managed) as ManagedGroup[];
  const units = used.reduce((sum, group) => sum + MANAGED_GROUPS[group].units, 0);
  const rules = counted(waf.managed.common);
  return [
    ...(units > INCLUDED
      ? [`entry.waf.managed takes ${units} units of capacity; AWS charges for those above ${INCLUDED}.`]
      : []),
    ...(rules.includes(BODY_SIZE)
      ? [
          "entry.waf lets bodies over 8 KB through: before a balancer AWS WAF reads no further, so an attack behind that reaches the service.",
        ]
      : []),
    ...rules
      .filter((rule) => !COMMON_RULES.includes(rule))
      .map(
        (rule) =>
          `entry.waf.managed.common counts ${rule}; AWS ignores a name that the group has not, to the letter, and goes on blocking: ${didYouMean(rule, COMMON_RULES)}`,
      ),
  ];
}
