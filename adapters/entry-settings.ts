import { z } from "zod";
import { type Fault, shown } from "./bad-input.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** The way in from the internet: a stack's load balancer. */
export interface EntrySettings {
  readonly certificateArn?: string;
  /** Serve plain HTTP; for development only. */
  readonly insecure: boolean;
}

/** `entry:` of a stack's settings. */
export const entrySchema = z.strictObject({
  certificateArn: z
    .string("must be the ARN of an ACM certificate. Write arn:aws:acm:REGION:ACCOUNT:certificate/ID")
    .regex(
      /^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
      "must be the ARN of an ACM certificate. Write arn:aws:acm:REGION:ACCOUNT:certificate/ID",
    )
    .exactOptional(),
  insecure: yesOrNo.default(false),
});

/** What the way in rules out, with what else the stack says; `where` is its place. */
export function entryFaults(
  { certificateArn, insecure }: EntrySettings,
  { protect, region }: { readonly protect: boolean; readonly region: string },
  where: string,
): readonly Fault[] {
  const faults: Fault[] = [];
  const wrong = (field: string, value: unknown, rule: string) =>
    faults.push({ where: `${where}.${field}`, message: `${field} is ${shown(field, value)}; ${rule}.` });
  if (certificateArn === undefined && !insecure)
    wrong("certificateArn", undefined, "HTTPS needs it (ELB.1). Set it, or in development insecure: true");
  if (certificateArn !== undefined && insecure)
    wrong("insecure", insecure, "a certificate serves HTTPS. Remove insecure or certificateArn");
  if (protect && insecure)
    wrong("insecure", insecure, "protect: true refuses plain HTTP (ELB.1). Set certificateArn");
  if (certificateArn !== undefined && certificateArn.split(":")[3] !== region)
    wrong("certificateArn", certificateArn, `must be in the zones' region. Issue one in ${region}`);
  return faults;
}
