import type { RoutingRule } from "../adapters/routing-settings.ts";
import { covers, mayMeet } from "./wildcard.ts";

/** What a rule looks at, and the values of which a request needs one. */
export interface Condition {
  readonly on: "host" | "path" | "method" | "header" | "query";
  /** Of the header, or the query string's key. */
  readonly name?: string;
  readonly values: readonly string[];
}

/** A request meets a rule when it meets each of its conditions. */
export type Conditions = readonly Condition[];

/** Values, and wildcards among them, that AWS takes in one rule (Elastic Load Balancing quotas, fixed). */
const MOST = 5;

/** A rule as AWS reads it, in one order however it is written. */
export function conditionsOf({ hosts, paths, methods, headers = {}, query = {} }: RoutingRule): Conditions {
  const lists = [
    { on: "host", values: hosts },
    { on: "path", values: paths },
    { on: "method", values: methods },
  ] as const;
  return [
    ...lists.flatMap(({ on, values }) => (values === undefined ? [] : [{ on, values: distinct(values) }])),
    ...byName(headers).map(([name, values]) => ({ on: "header" as const, name, values: distinct(values) })),
    ...byName(query).map(([name, value]) => ({ on: "query" as const, name, values: [value] })),
  ];
}

/** One text for each meaning of a rule. */
export function ruleText(conditions: Conditions): string {
  return conditions
    .map(({ on, name = "", values }) => `${on} ${name}=${values.toSorted().join(" or ")}`)
    .join(" and ");
}

/** The same requests in rules that AWS takes: long lists of values are shared out. One that nothing can split stays as it is. */
export function split(conditions: Conditions): readonly Conditions[] {
  if (fits(conditions)) return [conditions];
  const longest = conditions.reduce((a, b) => (b.values.length > a.values.length ? b : a));
  if (longest.values.length < 2) return [conditions];
  const room = MOST - (count(conditions) - longest.values.length);
  const size = Math.max(1, Math.min(room, Math.ceil(longest.values.length / 2)));
  const chunks = Array.from({ length: Math.ceil(longest.values.length / size) }, (_, i) =>
    longest.values.slice(i * size, (i + 1) * size),
  );
  return chunks.flatMap((values) =>
    split(conditions.map((each) => (each === longest ? { ...longest, values } : each))),
  );
}

export function fits(conditions: Conditions): boolean {
  const wildcards = conditions.flatMap(({ values }) => values.join("").match(/[*?]/g) ?? []);
  return count(conditions) <= MOST && wildcards.length <= MOST;
}

/** Whether every request that meets `narrow` meets `wide`. */
export function takesAllOf(wide: Conditions, narrow: Conditions): boolean {
  return wide.every((condition) => {
    if (isEverything(condition)) return true;
    const same = counterpart(condition, narrow);
    if (same === undefined) return false;
    const outer = folded(condition);
    return folded(same).every((value) => outer.some((each) => covers(each, value)));
  });
}

/** Whether a request may meet both; never false where one does. */
export function mayShare(one: Conditions, other: Conditions): boolean {
  return one.every((condition) => {
    const same = counterpart(condition, other);
    if (same === undefined) return true;
    const values = folded(same);
    return folded(condition).some((value) => values.some((each) => mayMeet(value, each)));
  });
}

function count(conditions: Conditions): number {
  return conditions.reduce((sum, { values }) => sum + values.length, 0);
}

/** Whether every request meets it. */
export function isEverything({ on, values }: Condition): boolean {
  return on === "path" && values.includes("/*");
}

function counterpart({ on, name }: Condition, among: Conditions): Condition | undefined {
  return among.find((each) => each.on === on && each.name?.toLowerCase() === name?.toLowerCase());
}

/** Paths and methods keep their case; AWS compares hosts, headers and query strings without. */
function folded({ on, values }: Condition): readonly string[] {
  return on === "path" || on === "method" ? values : values.map((value) => value.toLowerCase());
}

function byName<T>(members: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
