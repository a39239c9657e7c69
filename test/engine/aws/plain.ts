/** Marks of Pulumi's wire format: any special value, and a secret among them. */
const SPECIAL = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** What AWS is sent: a secret is its text. */
export function plain<T>(value: T): T {
  if (Array.isArray(value)) return value.map(plain) as T;
  if (value === null || typeof value !== "object") return value;
  if ((value as Record<string, unknown>)[SPECIAL] === SECRET)
    return plain((value as Record<string, unknown>).value) as T;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)])) as T;
}
