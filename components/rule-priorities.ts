import {
  type Condition,
  type Conditions,
  isEverything,
  mayShare,
  ruleText,
  takesAllOf,
} from "./rule-conditions.ts";
import { prefixLength } from "./wildcard.ts";

/** Stacks that share one listener without asking each other: the one that owns it has lane 0. */
export const LANES = 8;

/** A path's literal start is as specific as the number of these lengths that it reaches: finest where paths usually end. */
const LENGTHS = [2, 4, 6, 8, 10, 12, 15, 18, 23, 31, 46];

/** Twelve lengths, each with and without a host: 24 bands of 2,000 fit AWS's priorities, 1–50,000. */
const BANDS = 2 * (LENGTHS.length + 1);
const BAND = 2000;
const SLOTS = BAND / LANES;

/**
 * A priority for each rule, the more specific first, so that no wildcard hides what is narrower: rules with a host
 * before those without, then the longer path, the longer host, the more conditions. A rule's place follows from its own
 * text, so that a new service renumbers no other; two that hash alike are told apart by their order, and two of one band
 * that a request may both meet stand in order. `taken` are those given by hand; a mark, by a rule's index, gives it a place
 * apart from that of the same rule without.
 */
export function rulePriorities(
  rules: readonly Conditions[],
  { taken = [], lane = 0, marks = [] }: PriorityOptions = {},
): readonly number[] {
  const used = new Set(taken);
  const ranked = rules
    .map((conditions, index) => ({ ...measured(conditions, marks[index] ?? ""), index }))
    .toSorted((a, b) => (a.text < b.text ? -1 : 1));
  const placed = ranked.map((rule) => {
    const priority = freePriority(rule, lane, used);
    used.add(priority);
    return { ...rule, priority };
  });
  const priorities = new Array<number>(rules.length);
  for (const related of relatives(placed)) {
    const free = related.map(({ priority }) => priority).toSorted((a, b) => a - b);
    inOrder(related).forEach(({ index }, i) => {
      priorities[index] = free[i]!;
    });
  }
  return priorities;
}

interface PriorityOptions {
  readonly taken?: readonly number[];
  readonly lane?: number;
  readonly marks?: readonly string[];
}

interface Measured {
  readonly conditions: Conditions;
  readonly text: string;
  readonly band: number;
  readonly specificity: readonly number[];
}

interface Placed extends Measured {
  readonly index: number;
  readonly priority: number;
}

function measured(conditions: Conditions, mark: string): Measured {
  return {
    conditions,
    text: `${ruleText(conditions)}${mark}`,
    band: band(conditions),
    specificity: specificity(conditions),
  };
}

function freePriority({ text, band }: Measured, lane: number, used: ReadonlySet<number>): number {
  const start = (BANDS - 1 - band) * BAND;
  const at = (slot: number) => start + slot * LANES + lane + 1;
  let slot = hash(text) % SLOTS;
  for (let tried = 0; used.has(at(slot)); tried++) {
    if (tried === SLOTS) throw new Error(`${SLOTS} rules are alike; AWS takes 100 in all. Merge some.`);
    slot = (slot + 1) % SLOTS;
  }
  return at(slot);
}

function band(conditions: Conditions): number {
  const path = pathLength(conditions);
  const reached = LENGTHS.filter((length) => path >= length).length;
  return reached + (hosts(conditions).length > 0 ? LENGTHS.length + 1 : 0);
}

/** Rules of one band, in groups within which a request may meet more than one. */
function relatives(placed: readonly Placed[]): readonly (readonly Placed[])[] {
  let groups: (readonly Placed[])[] = [];
  for (const rule of placed) {
    const near = (other: Placed) => other.band === rule.band && mayShare(other.conditions, rule.conditions);
    const kin = groups.filter((group) => group.some(near));
    groups = [...groups.filter((group) => !kin.includes(group)), [...kin.flat(), rule]];
  }
  return groups;
}

/** The more specific first, and none behind one that takes all its requests. */
function inOrder(related: readonly Placed[]): readonly Placed[] {
  const left = related.toSorted(moreSpecificFirst);
  return related.map(() => {
    const next = left.findIndex((rule) => !left.some((other) => isWider(rule, other)));
    return left.splice(next, 1)[0]!;
  });
}

function isWider({ conditions: one }: Placed, { conditions: other }: Placed): boolean {
  return takesAllOf(one, other) && !takesAllOf(other, one);
}

function moreSpecificFirst(a: Placed, b: Placed): number {
  const [first, second] = [a.specificity, b.specificity];
  const differs = first.findIndex((part, i) => part !== second[i]);
  if (differs === -1) return a.text < b.text ? -1 : 1;
  return second[differs]! - first[differs]!;
}

/** What comes first counts more. */
function specificity(conditions: Conditions): readonly number[] {
  const narrowing = conditions.filter((each) => !isEverything(each));
  const least = ({ values }: Condition, measure: (value: string) => number) =>
    Math.min(...values.map(measure));
  const of = (on: Condition["on"], measure: (value: string) => number) =>
    narrowing.filter((each) => each.on === on).reduce((sum, each) => sum + least(each, measure), 0);
  const kinds = ["host", "path", "header", "query"] as const;
  return [
    pathLength(conditions),
    of("host", literals),
    of("path", literals),
    narrowing.length,
    ...kinds.flatMap((on) => [of(on, literals), of(on, (value) => -stars(value))]),
  ];
}

function pathLength(conditions: Conditions): number {
  return Math.min(...pathsOf(conditions).map(prefixLength));
}

function pathsOf(conditions: Conditions): readonly string[] {
  return conditions.find(({ on }) => on === "path")?.values ?? ["/*"];
}

function hosts(conditions: Conditions): readonly string[] {
  return conditions.find(({ on }) => on === "host")?.values ?? [];
}

function literals(text: string): number {
  return text.replaceAll("*", "").length;
}

function stars(text: string): number {
  return text.length - literals(text);
}

/** FNV-1a, 32 bits: a fixed spread, not a secret. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return value;
}
