/**
 * Where inputs lack what is expected of them, as `path is value, not value`; nothing where they have it all. Of a map only the members
 * named count, of a list all; a regular expression stands for the texts that it finds something in, and what is expected of a JSON text
 * may be given as the map that it holds.
 */
export function differences(expected: unknown, actual: unknown, path = ""): readonly string[] {
  if (expected instanceof RegExp)
    return typeof actual === "string" && expected.test(actual) ? [] : [differs(path, actual, expected)];
  if (expected === null || typeof expected !== "object")
    return Object.is(expected, actual) ? [] : [differs(path, actual, expected)];
  const held = typeof actual === "string" ? parsed(actual) : actual;
  if (Array.isArray(expected)) {
    if (!Array.isArray(held)) return [differs(path, actual, expected)];
    if (held.length !== expected.length)
      return [`${path} has ${held.length} members, not ${expected.length}: ${written(held)}`];
    return expected.flatMap((each, i) => differences(each, held[i], `${path}[${i}]`));
  }
  if (held === null || typeof held !== "object" || Array.isArray(held))
    return [differs(path, actual, expected)];
  const members = held as Readonly<Record<string, unknown>>;
  return Object.entries(expected).flatMap(([key, each]) =>
    differences(each, members[key], path === "" ? key : `${path}.${key}`),
  );
}

function differs(path: string, actual: unknown, expected: unknown): string {
  return `${path} is ${written(actual)}, not ${written(expected)}`;
}

/** As a message shows it. */
export function written(value: unknown): string {
  if (value === undefined) return "missing";
  const text = value instanceof RegExp ? String(value) : JSON.stringify(value, regularExpressions);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Characters of a value in a message. */
const LONGEST = 120;

function regularExpressions(_: string, value: unknown): unknown {
  return value instanceof RegExp ? String(value) : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
