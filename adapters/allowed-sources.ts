import { z } from "zod";
import { wrongCidr } from "./cidr.ts";

/** Who may reach the load balancer: a block of addresses, or a prefix list that somebody maintains. */
export type AllowedSource = string | { readonly prefixList: string; readonly maxEntries: number };

/** What a security group counts a source as: a prefix list by the most entries that it may have (VPC quotas). */
export function rulesOf(source: AllowedSource): number {
  return typeof source === "string" ? 1 : source.maxEntries;
}

const prefixList = z.strictObject({
  prefixList: z
    .string("must be the id of a prefix list. Write one such as pl-0123456789abcdef0")
    .regex(/^pl-[0-9a-f]{8,17}$/, "must be the id of a prefix list. Write one such as pl-0123456789abcdef0"),
  maxEntries: z
    .int("must be the list's own maximum, 1 to 1000. Write what its description says")
    .min(1, "must be 1 to 1000. Write what the list's description says")
    .max(1000, "must be 1 to 1000. Write what the list's description says"),
});

const source = z
  .union(
    [z.string(), prefixList],
    "must be an IPv4 CIDR block or a prefix list. Write 203.0.113.0/24, or { prefixList: pl-…, maxEntries: 20 }",
  )
  .check(({ value, issues }) => {
    const wrong = typeof value === "string" ? wrongCidr(value, { from: 0, to: 32 }) : undefined;
    if (wrong !== undefined) issues.push({ code: "custom", message: wrong, input: value });
  });

export const allowFromSchema = z
  .array(source, "must be a list of CIDR blocks and prefix lists. Write one such as [203.0.113.0/24]")
  .min(1, "must name who may come in. Leave it out for everybody")
  .refine(
    (sources) => new Set(sources.map((each) => JSON.stringify(each))).size === sources.length,
    "must not repeat a source. Name each once",
  );
