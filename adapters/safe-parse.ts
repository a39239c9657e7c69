import type { z } from "zod";

/** What a caller needs of zod's result. */
type Parsed<T> =
  | { readonly success: true; readonly data: T; readonly error?: undefined }
  | {
      readonly success: false;
      readonly data?: undefined;
      readonly error: { readonly issues: z.core.$ZodIssue[] };
    };

/**
 * What zod's `safeParse` says, with the inputs of its issues. Of whatever stands where a list or a text belongs zod compares the
 * `length`, which throws where that is an object without a value (zod 4.4, $ZodCheckMaxLength): said as an issue, too.
 */
export function safeParse<S extends z.ZodType>(schema: S, value: unknown): Parsed<z.output<S>> {
  try {
    return schema.safeParse(value, { reportInput: true });
  } catch (error) {
    const path = withOddLength(value, []);
    if (!(error instanceof TypeError) || path === undefined) throw error;
    const message = "an object with a member `length` stands where a list or a text belongs";
    return {
      success: false,
      error: { issues: [{ code: "custom", path: [...path], input: value, message }] },
    };
  }
}

/** The path of the first object, no list, whose `length` is an object. */
function withOddLength(value: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { length } = value as { readonly length?: unknown };
  if (!Array.isArray(value) && typeof length === "object" && length !== null) return path;
  for (const [key, member] of Object.entries(value)) {
    const found = withOddLength(member, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
