import type { z } from "zod";

/** A plan's JSON object. */
export type PlanDocument = Readonly<Record<string, unknown>>;

/** What is left of a plan without all that its schema refuses, so that the rest is checked in the same run. */
export interface SoundPart {
  readonly document: PlanDocument;
  /** A path in what is left, as it is in the plan given. */
  readonly given: (path: readonly PropertyKey[]) => readonly PropertyKey[];
}

/** Leaves out the members of lists that `issues` point into, and of all else at the top what they point into. */
export function soundPart(document: PlanDocument, issues: readonly z.core.$ZodIssue[]): SoundPart {
  const refused = new Set(
    issues.flatMap(({ path, ...issue }) => {
      if (path.length === 0 && issue.code === "unrecognized_keys") return issue.keys;
      return [placeOf(path)];
    }),
  );
  const kept = new Map<PropertyKey, readonly number[]>();
  const entries = Object.entries(document).flatMap(([key, value]): [string, unknown][] => {
    if (refused.has(key)) return [];
    if (!Array.isArray(value)) return [[key, value]];
    const sound = [...value.keys()].filter((index) => !refused.has(placeOf([key, index])));
    kept.set(key, sound);
    return [[key, sound.map((index) => value[index] as unknown)]];
  });
  const given = (path: readonly PropertyKey[]) => {
    const [member, index, ...rest] = path;
    const sound = kept.get(member ?? "");
    return sound === undefined || typeof index !== "number" ? path : [member!, sound[index]!, ...rest];
  };
  return { document: Object.fromEntries(entries), given };
}

/** A member at the top of a plan, or of a list there. */
function placeOf([member, index]: readonly PropertyKey[]): string {
  return typeof index === "number" ? `${String(member)} ${index}` : String(member);
}
