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
  return guarded(Object.fromEntries(made) as T, faulty.size > 0 && ((key) => faulty.has(key)));
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
      void whereSound(() => check({ value: without(value, issues, LEVELS), issues }));
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
function without<T>(value: T, issues: readonly Issue[], levels: number): T {
  if (issues.length === 0) return value;
  const own = issues.filter(({ path = [] }) => path.length === 0);
  if (own.some(({ code }) => code !== "unrecognized_keys") || typeof value !== "object" || value === null)
    return unsound();
  const at = (key: PropertyKey) =>
    issues.filter(({ path = [] }) => path.length > 0 && String(path[0]) === key);
  const below = (key: PropertyKey) => at(key).map((issue) => ({ ...issue, path: issue.path!.slice(1) }));
  const rest = (key: string, member: unknown) =>
    whereSound(() => ({ value: levels > 1 ? without(member, below(key), levels - 1) : unsound() }));
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<PropertyKey, unknown>;
  const faulty = new Set<PropertyKey>();
  for (const key of new Set(issues.flatMap(({ path = [] }) => path.slice(0, 1).map(String)))) {
    const sound = rest(key, copy[key]);
    if (sound === undefined) faulty.add(key);
    else copy[key] = sound.value;
  }
  const lacks = (key: PropertyKey) => own.some(({ input }) => !(key in (input as object)));
  return guarded(
    copy as T & object,
    faulty.size + own.length > 0 && ((key) => faulty.has(key) || (typeof key === "string" && lacks(key))),
  );
}

/** Members of which some are at fault; who lists them reads all. */
function guarded<T extends object>(members: T, isFaulty: false | ((key: PropertyKey) => boolean)): T {
  if (isFaulty === false) return members;
  const sound = <K extends PropertyKey>(key: K) => (isFaulty(key) ? unsound() : key);
  return new Proxy(members, {
    get: (target, key) => Reflect.get(target, sound(key)),
    has: (target, key) => Reflect.has(target, sound(key)),
    ownKeys: unsound,
  });
}
