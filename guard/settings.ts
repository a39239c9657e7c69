import type { PolicyConfigSchema } from "@pulumi/policy";
import type { Profile, Rule, Violation } from "./rule.ts";

/** What a rule may be told, in the file of `--policy-pack-config`. */
export interface RuleSettings {
  /** Left out, the stack's own tag `setpoint:profile` says it; without one it is prod. */
  readonly profile?: Profile;
  readonly exceptions?: readonly Exception[];
}

/** A violation that somebody answers for, for a time. */
export interface Exception {
  /** Of the resource; `*` stands for anything. */
  readonly urn: string;
  readonly reason: string;
  /** The last day that it holds, YYYY-MM-DD in UTC. */
  readonly expires: string;
}

const DAY = "^\\d{4}-\\d{2}-\\d{2}$";

export const SETTINGS_SCHEMA: PolicyConfigSchema = {
  properties: {
    profile: { type: "string", enum: ["dev", "prod"] },
    exceptions: {
      type: "array",
      items: {
        type: "object",
        properties: {
          urn: { type: "string", pattern: "[^*]" },
          reason: { type: "string", minLength: 10 },
          expires: { type: "string", pattern: DAY },
        },
        required: ["urn", "reason", "expires"],
        additionalProperties: false,
      },
    },
  },
};

/** Whether `profile` is held to the rule. */
export function concerns({ only }: Rule, profile: Profile): boolean {
  return only === undefined || only === profile;
}

/** Those of `violations` that no exception covers on the day `today`; an exception that has ended says so. */
export function unexcused(
  violations: readonly Violation[],
  { exceptions = [] }: RuleSettings,
  today: string,
): readonly Violation[] {
  return violations.flatMap((violation) => {
    const theirs = exceptions.filter(({ urn }) => matches(urn, violation.of.urn)).filter(isWhole);
    if (theirs.some(({ expires }) => today <= expires)) return [];
    const ended = theirs
      .map(({ expires }) => expires)
      .toSorted()
      .at(-1);
    if (ended === undefined) return [violation];
    return [{ ...violation, message: `${violation.message} (The exception for it ended on ${ended}.)` }];
  });
}

/** Pulumi checks the schema of what it is given; what comes another way has a reason and a day as well. */
function isWhole({ urn, reason, expires }: Exception): boolean {
  return /[^*]/.test(urn) && reason.trim() !== "" && new RegExp(DAY).test(expires);
}

function matches(pattern: string, urn: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(urn);
}
