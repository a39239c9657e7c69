import { z } from "zod";
import { duration } from "./quantity.ts";

const DAY = 86_400;

/** Whole days within AWS's bounds, written with their unit: `30 d` is 30. */
export function days(least: number, most: number, wayOut: string) {
  return z.unknown().transform((input, context) => {
    const seconds = duration(input);
    const value = typeof seconds === "number" ? seconds / DAY : Number.NaN;
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    const message = `must be whole days, ${least} d to ${most} d. ${wayOut}`;
    context.addIssue({ code: "custom", message, input });
    return z.NEVER;
  });
}
