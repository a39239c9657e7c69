import { z } from "zod";

/** Tags of everything a stack makes, by key. */
export type Tags = Readonly<Record<string, string>>;

/** AWS takes 50 tags a resource (Tag naming limits); the stack itself puts these on everything. */
const MOST = 50;
/** Keys that components add to what they make: the stack's three, a name, a network tier, the backup plan's and an instance's log group. */
const OURS = [
  "setpoint:project",
  "setpoint:stack",
  "setpoint:profile",
  "Name",
  "setpoint:tier",
  "setpoint:backup",
  "setpoint:logs",
];

/** Letters, spaces and digits of any script, and `_ . : / = + - @` (Tag naming limits). */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const value = z
  .string("must be a text. Put it in quotes")
  .max(256, "must have at most 256 characters. Shorten it")
  .regex(TAG_TEXT, "must hold letters, digits, spaces and _ . : / = + - @ only. Leave the others out");

/** `tags:` of a stack's settings. */
export const tagsSchema = z
  .record(z.string(), value, "must be a map. Write one such as { team: shop }")
  .check(({ value: tags, issues }) => {
    const keys = Object.keys(tags);
    const wrong = (path: string[], message: string) =>
      issues.push({ code: "custom", path, input: path[0] ?? keys.length, message });
    for (const key of keys) for (const rule of keyFaults(key)) wrong([key], rule);
    for (const [key, other] of alike(keys))
      wrong([key], `reads as ${other} does to whoever ignores case, IAM among them. Keep one`);
    const most = MOST - OURS.length;
    if (keys.length > most)
      wrong([], `must be at most ${most}: AWS takes ${MOST}, and ${OURS.length} are ours. Remove some`);
  });

function keyFaults(key: string): readonly string[] {
  const faults: string[] = [];
  if (/^aws:/i.test(key)) faults.push("must not start with aws:, which AWS keeps for itself. Rename it");
  if (key.length < 1 || key.length > 128) faults.push("must have a key of 1 to 128 characters. Rename it");
  if (!TAG_TEXT.test(key))
    faults.push("must have a key of letters, digits, spaces and _ . : / = + - @ only. Rename it");
  if (OURS.some((ours) => ours.toLowerCase() === key.toLowerCase()))
    faults.push("is a tag that Setpoint sets itself. Rename it");
  return faults;
}

/** Pairs that differ by case alone, the later first. */
function alike(keys: readonly string[]): readonly (readonly [string, string])[] {
  const seen = new Map<string, string>();
  return keys.flatMap((key) => {
    const before = seen.get(key.toLowerCase());
    seen.set(key.toLowerCase(), before ?? key);
    return before === undefined ? [] : [[key, before] as const];
  });
}

/** E-mail addresses and long secrets are read by everybody who may list resources, and by billing. */
export function tagWarnings(tags: Tags): readonly string[] {
  return Object.entries(tags)
    .filter(([, text]) => PERSONAL.test(text) || SECRET.test(text))
    .map(
      ([key]) => `tags.${key} looks like an e-mail address or a token; every reader and the bill show tags.`,
    );
}

const PERSONAL = /[^\s@]+@[^\s@]+\.[a-z]{2,}/i;
/** AWS access keys, tokens with a known prefix, and 32 characters or more without a space, with digits. */
const SECRET = /\b(AKIA|ASIA)[A-Z0-9]{12,}|\b(ghp|gho|pul|xox[abp]|sk)[-_]|^(?=.*\d)[A-Za-z0-9+/=_-]{32,}$/;
