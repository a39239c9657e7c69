import { z } from "zod";
import { duration } from "./quantity.ts";

/** Whole seconds from `least` to `most`, written with a unit; `also` is taken besides. */
export function seconds(least: number, most: number, example: string, also?: number) {
  return z.unknown().transform((input, context) => {
    const value = duration(input);
    const wrong = typeof value === "number" ? broken(value) : value.refused;
    if (wrong === undefined) return value as number;
    context.addIssue({ code: "custom", message: wrong, input });
    return z.NEVER;
  });

  function broken(value: number): string | undefined {
    if (value === also) return undefined;
    const or = also === undefined ? "" : `${also} s or `;
    const fits = Number.isInteger(value) && value >= least && value <= most;
    return fits ? undefined : `must be ${or}whole seconds from ${least} to ${most}. Write \`${example}\``;
  }
}
