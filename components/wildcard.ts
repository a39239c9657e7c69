/** Whether every text that matches `narrow` matches `wide` too; `*` is any text, `?` any character. */
export function covers(wide: string, narrow: string): boolean {
  const end = wide.search(/[*?]/);
  if (end === -1) return wide === narrow;
  if (!narrow.startsWith(wide.slice(0, end))) return false;
  return pattern(wide).test(narrow);
}

/** Whether some text may match both; never false where one does. */
export function mayMeet(one: string, other: string): boolean {
  if (!isWild(one)) return covers(other, one);
  if (!isWild(other)) return covers(one, other);
  const [first, second] = [literalStart(one), literalStart(other)];
  return first.startsWith(second) || second.startsWith(first);
}

/** Characters before the first wildcard; a text without one counts as one longer. */
export function prefixLength(text: string): number {
  return isWild(text) ? literalStart(text).length : text.length + 1;
}

function isWild(text: string): boolean {
  return /[*?]/.test(text);
}

function literalStart(text: string): string {
  return /^[^*?]*/.exec(text)![0];
}

/** A `*` of the narrow text is matched by a `*` alone, its `?` by either. */
function pattern(wide: string): RegExp {
  const parts = [...wide].map((character) => {
    if (character === "*") return ".*";
    return character === "?" ? "[^*]" : character.replace(/[^A-Za-z0-9]/, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}
