import { z } from "zod";
import { duration } from "./quantity.ts";

/** A time with its unit, read into seconds, from `least` to `most`; `rule` says so in words, then the way out. */
export function period(least: number, most: number, rule: string) {
  return z.unknown().transform((input, context) => {
    const value = duration(input);
    if (typeof value === "number" && value >= least && value <= most) return value;
    context.addIssue({ code: "custom", message: typeof value === "number" ? rule : value.refused, input });
    return z.NEVER;
  });
}

export const HOUR = 3600;
export const DAY = 86_400;
