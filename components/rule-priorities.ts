/** A listener's rules have priorities from 1 to 50,000; AWS allows 100 rules (Elastic Load Balancing quotas). */
const PRIORITIES = 50_000;
/** A path has at most 128 characters, and an exact one counts as one longer. */
const BANDS = 130;
const BAND = Math.floor(PRIORITIES / BANDS);

/**
 * One priority for each path, the more specific first, so that no wildcard hides a longer path.
 * A path's place follows from its own text, so that a new service renumbers no other; two that
 * hash alike are told apart by their order.
 */
export function rulePriorities(paths: readonly string[]): ReadonlyMap<string, number> {
  const taken = new Map<number, string>();
  for (const path of [...new Set(paths)].toSorted()) {
    const start = (BANDS - 1 - specificity(path)) * BAND;
    let slot = hash(path) % BAND;
    while (taken.has(start + slot + 1)) slot = (slot + 1) % BAND;
    taken.set(start + slot + 1, path);
  }
  return new Map([...taken].map(([priority, path]) => [path, priority]));
}

/** Characters before the first wildcard; an exact path is more specific than the same with a wildcard. */
function specificity(path: string): number {
  const wildcard = path.search(/[*?]/);
  return wildcard === -1 ? path.length + 1 : wildcard;
}

/** FNV-1a, 32 bits: a fixed spread, not a secret. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return value;
}
