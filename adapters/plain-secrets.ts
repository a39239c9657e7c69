import type { Fault } from "./bad-input.ts";

/**
 * Secrets that stand in settings, where everybody reads them who reads the repository, the state or a task definition
 * (STO-21); one fault each, with its place and never its value. References are none: ARNs, and paths of parameters.
 */
export function plainSecrets(
  document: unknown,
  at: (path: readonly PropertyKey[]) => string,
): readonly Fault[] {
  return found(document, []).map((path) => ({ where: at(path), message: message(String(path.at(-1))) }));
}

function message(field: string): string {
  return `${field} is *** (hidden); a secret in settings is read by all who read the state. Write the ARN of it in Secrets Manager or Parameter Store; what only Pulumi reads, \`pulumi config set --secret\` under a key of its own.`;
}

type Path = readonly PropertyKey[];

function found(value: unknown, path: Path): readonly Path[] {
  if (typeof value === "string") return isSecret(path.at(-1), value) ? [path] : [];
  if (value === null || typeof value !== "object") return [];
  const members: [PropertyKey, unknown][] = Array.isArray(value)
    ? value.map((member, i) => [i, member])
    : Object.entries(value);
  // `- { name: DB_PASSWORD, value: … }`, as ECS writes a variable.
  const pair = value as { readonly name?: unknown; readonly value?: unknown };
  if (typeof pair.name === "string" && typeof pair.value === "string" && isSecret(pair.name, pair.value))
    return [[...path, "value"]];
  return members.flatMap(([key, member]) => found(member, [...path, key]));
}

function isSecret(name: PropertyKey | undefined, value: string): boolean {
  if (value === "" || REFERENCE.test(value)) return false;
  return VALUE.test(value) || (typeof name === "string" && NAME.test(name));
}

/** An ARN of Secrets Manager or Systems Manager, or a parameter's path. */
const REFERENCE = /^arn:aws[\w-]*:(secretsmanager|ssm):|^\/[\w./-]+$/;

/** The last word counts: `DB_PASSWORD` holds one, `TOKEN_TTL` and `PASSWORD_FILE` do not. */
const NAME =
  /(password|passwd|pwd|passphrase|secret|token|credentials?|(api|access|private|secret|signing|encryption|master)[_-]?key)$/i;

/** Private keys, AWS access keys, tokens with a known prefix, URLs with a password. */
const VALUE =
  /-----BEGIN [A-Z ]*PRIVATE KEY|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\b(gh[pousr]_|github_pat_|glpat-|pul-[0-9a-f]{40}|xox[abprs]-|sk_live_)\w|:\/\/[^/\s:@]+:[^/\s@]+@/;
