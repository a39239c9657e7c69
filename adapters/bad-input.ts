/** One thing wrong with an input. */
export interface Fault {
  /** `file:line:column` where it has one, and the dotted path. */
  readonly where: string;
  /** `<field> is <value>; <rule with its number>. <way out>.` */
  readonly message: string;
}

/** Faults shown one by one; the rest are counted. */
const SHOWN = 50;

/** An input that breaks our rules: every fault at once, one line each. */
export function badInput(faults: readonly Fault[]): Error & { readonly faults: readonly Fault[] } {
  const lines = faults.slice(0, SHOWN).map(({ where, message }) => visible(`${where}: ${message}`));
  const more = faults.length > SHOWN ? [`… and ${faults.length - SHOWN} more`] : [];
  const error = new Error([...lines, ...more].join("\n"));
  return Object.assign(error, { name: "BadInput", faults });
}

/** Characters that move a cursor, end a line or turn the writing around, as their codes: no input forges a line of a log (SP-8). */
function visible(line: string): string {
  return line.replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Control characters, Unicode's ends of lines and its marks of direction. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Whether the user's input is at fault, rather than we or AWS. */
export function isBadInput(error: unknown): error is Error & { readonly faults: readonly Fault[] } {
  return error instanceof Error && error.name === "BadInput" && "faults" in error;
}

/** A value as an error may show it: short scalars as they are, everything else by its kind; no secret and no account id, ever. */
export function shown(field: string, value: unknown): string {
  if (typeof value === "string" && value.length > 60) return `a text of ${value.length} characters`;
  if (typeof value === "string" && looksSecret(field, value)) return "*** (hidden)";
  if (typeof value === "string") return JSON.stringify(value.replace(/\b\d{12}\b/g, "************"));
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (value !== null && typeof value === "object") return Object.keys(value).length === 0 ? "empty" : "a map";
  return String(value);
}

/** Whether a name or its value is one that nobody should read. */
export function looksSecret(name: string, value: string): boolean {
  return SECRET_NAME.test(name) || SECRET_VALUE.test(value);
}

const SECRET_NAME = /secret|password|passphrase|token|credential|(^|[^a-z])key|apikey|accesskey/i;

/** AWS access keys, private keys, tokens with a known prefix, URLs with a password, Pulumi's ciphertexts, and anything long with digits and without spaces. */
const SECRET_VALUE =
  /\b(AKIA|ASIA)[A-Z0-9]{12,}|-----BEGIN|\b(ghp|gho|pul|xox[abp]|sk)[-_]|:\/\/[^/\s]*:[^/\s]*@|^v1:|^(?=.*\d)[A-Za-z0-9+/=_-]{32,}$/;

/** Whether a script holds what looks like a secret: a token of a known form, or a name such as PASSWORD set to a literal. */
export function secretIn(script: string): boolean {
  // A long path would look like one.
  const words = script.split(/[\s"'`=;|&<>()]+/);
  const assigned = [...script.matchAll(/([A-Za-z_][\w-]*)\s*[=:]\s*["']?([^\s"'$`;|&<>()]{4,})/g)];
  return (
    words.some((word) => !word.startsWith("/") && SECRET_VALUE.test(word)) ||
    assigned.some(([, name = ""]) => SECRET_NAME.test(name.replaceAll("_", "-")))
  );
}

/** `; did you mean …?` when one of `known` is near `word`, otherwise the list of the known ones. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? `known here: ${known.join(", ")}` : `did you mean \`${near}\`?`;
}

/** The member of `known` that takes the fewest edits to reach from `word`, if that is at most half of it. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const asked = word.slice(0, 80).toLowerCase();
  const ranked = known
    .map((name) => ({ name, edits: edits(asked, name.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(1, Math.floor(best.name.length / 2))
    ? best.name
    : undefined;
}

/** Levenshtein distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substituted));
    }
    row = next;
  }
  return row[b.length]!;
}
