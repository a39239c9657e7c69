import { z } from "zod";
import type { Reading } from "./quantity.ts";

/** A quantity read at the edge, and the rule that it must keep: what is wrong with it, or nothing. */
export function quantity(reading: (input: unknown) => Reading, broken: (value: number) => string | false) {
  return z.unknown().transform((input, context) => {
    const value = reading(input);
    const wrong = typeof value === "number" ? broken(value) : value.refused;
    if (wrong === false) return value as number;
    context.addIssue({ code: "custom", message: wrong, input });
    return z.NEVER;
  });
}
