import { z } from "zod";

// What is at fault is told once. The rest is judged in the same run: a rule that reads a member at fault ends there and says
// nothing, as whatever it said might follow from that fault.

/** What ends a rule. */
const UNSOUND = new Error("a member at fault was read outside of any rule");

/** Ends the rule that asks for what is at fault. */
export function unsound(): never {
  throw UNSOUND;
}

/** What a rule comes to, or undefined where it reads what is at fault. */
export function whereSound<T>(rule: () => T): T | undefined {
  try {
    return rule();
  } catch (error) {
    if (error !== UNSOUND) throw error;
    return undefined;
  }
}

/** Whether all that `read` takes of something is sound. */
export function isSound<T>(read: (of: T) => unknown): (of: T) => boolean {
  return (of) => whereSound(() => [read(of)]) !== undefined;
}

/** What all rules say that read nothing at fault. */
export function soundRules<T, A extends readonly unknown[]>(
  rules: readonly ((...on: A) => readonly T[])[],
  ...on: A
): readonly T[] {
  return rules.flatMap((rule) => whereSound(() => rule(...on)) ?? []);
}

/** A map of what each maker makes; a member is at fault where its maker reads what is. */
export function eachSound<T extends object>(
  makers: {
    readonly [K in keyof T]-?: () => T[K] | undefined;
  },
): T {
  const faulty = new Set<PropertyKey>();
  const made = Object.entries<() => unknown>(makers).flatMap(([key, make]) => {
    const member = whereSound(() => ({ value: make() }));
    if (member === undefined) faulty.add(key);
    return member?.value === undefined ? [] : [[key, member.value]];
  });
  const map = Object.fromEntries(made) as T;
  return faulty.size === 0 ? map : guarded(map, (key) => faulty.has(key), new Map(), true);
}

/** `{ ...defaults(), ...declared }`, in which what is at fault in either stays so. */
export function soundOver<D extends object, T extends object>(defaults: () => D, declared: T): D & T {
  const member = (_: object, key: PropertyKey) => Reflect.get(declared, key) ?? Reflect.get(defaults(), key);
  return (
    whereSound(() => ({ ...defaults(), ...declared })) ??
    (new Proxy({}, { get: member, has: unsound, ownKeys: unsound }) as D & T)
  );
}

/** What a schema makes of a value that it refuses for `issues`, each of which has a member of the map, or one of its members, at fault. */
export function soundMembers<S extends z.ZodType>(
  schema: S,
  value: unknown,
  issues: readonly Issue[],
  levels = LEVELS,
): z.output<S> {
  return without(parsedAnyway(schema, value), issues, levels);
}

function parsedAnyway<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  try {
    const made = schema._zod.run({ value, issues: [] }, { async: false });
    return (made as z.core.ParsePayload<z.output<S>>).value;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return unsound(); // an odd length, as safeParse says
  }
}

/** A check between members of a map that is made where other members are at fault, too. */
export function between<T>(check: z.core.CheckFn<T>): z.core.$ZodCheck<T> {
  return z.superRefine<T>(
    (_, payload) => {
      const { value, issues } = payload;
      void whereSound(() => check({ value: without(value, issues), issues }));
    },
    { when: () => true },
  );
}

interface Issue {
  readonly code?: string | undefined;
  readonly path?: readonly PropertyKey[] | undefined;
  readonly input?: unknown;
}

/** Parts of a declaration, and their members: what rules read, and what no schema turns into something else as a whole. */
const LEVELS = 2;

/** A value without what `issues` are about, and of a map with an unknown key, which may be a misspelt one, without all that it lacks. */
export function without<T>(value: T, issues: readonly Issue[], levels = LEVELS): T {
  if (issues.length === 0) return value;
  const own = issues.filter(({ path = [] }) => path.length === 0);
  if (own.some(({ code }) => code !== "unrecognized_keys") || typeof value !== "object" || value === null)
    return unsound();
  const faulty = new Set<string>();
  const parts = new Map<PropertyKey, unknown>();
  for (const key of new Set(issues.flatMap(({ path = [] }) => path.slice(0, 1).map(String)))) {
    const below = issues
      .filter(({ path = [] }) => path.length > 0 && String(path[0]) === key)
      .map((issue) => ({ ...issue, path: issue.path!.slice(1) }));
    const part = whereSound(() => [
      levels > 1 ? without(Reflect.get(value, key) as unknown, below, levels - 1) : unsound(),
    ]);
    if (part === undefined) faulty.add(key);
    else parts.set(key, part[0]);
  }
  const lacked = own.map(({ input }) => input as object);
  const isFaulty = (key: PropertyKey) =>
    typeof key === "string" && (faulty.has(key) || lacked.some((input) => !(key in input)));
  const listed = whereSound(() => Object.keys(value)); // of what is guarded already, perhaps not to be listed
  const isShort = lacked.length > 0 || [...faulty].some((key) => listed?.includes(key) !== true);
  return guarded(value, isFaulty, parts, isShort);
}

/** Members of which some are at fault, with `parts` in the place of others; who lists them asks for those that are missing, too. */
function guarded<T extends object>(
  members: T,
  isFaulty: (key: PropertyKey) => boolean,
  parts: ReadonlyMap<PropertyKey, unknown>,
  isShort: boolean,
): T {
  const sound = (key: PropertyKey) => (isFaulty(key) ? unsound() : key);
  return new Proxy(members, {
    get: (target, key) => (parts.has(key) ? parts.get(key) : Reflect.get(target, sound(key))),
    has: (target, key) => Reflect.has(target, sound(key)),
    ownKeys: (target) => (isShort ? unsound() : Reflect.ownKeys(target)),
  });
}
