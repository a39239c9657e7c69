import { z } from "zod";
import { share } from "./quantity.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** How instances are replaced: bounds of the healthy share meanwhile, as ratios of the count. */
export interface RefreshSettings {
  readonly minHealthy: number;
  readonly maxHealthy: number;
  /** Whether AWS goes back where it fails; if not, the group launches what is new from the start. */
  readonly rollback: boolean;
}

/** Replacement instances come first, a tenth of the group at a time. */
const REFRESH = { minHealthy: "100 %", maxHealthy: "110 %" };

/** A percentage, read into a ratio. */
export const ratio = z.unknown().transform((input, context) => {
  const value = share(input);
  if (typeof value === "number") return value;
  context.addIssue({ code: "custom", message: value.refused, input });
  return z.NEVER;
});

/** CMP-22: an instance refresh keeps 0–100 % to 100–200 %, at most 100 % apart (StartInstanceRefresh). */
export const refreshSchema = z
  .strictObject(
    {
      minHealthy: ratio.prefault(REFRESH.minHealthy),
      maxHealthy: ratio.prefault(REFRESH.maxHealthy),
      rollback: yesOrNo.default(true),
    },
    "must be a map. Write { minHealthy: 90 %, maxHealthy: 110 % }",
  )
  .check(({ value: { minHealthy, maxHealthy }, issues }) => {
    const refuse = (key: string, value: number, message: string) =>
      issues.push({ code: "custom", path: [key], input: `${100 * value} %`, message });
    if (minHealthy < 0 || minHealthy > 1)
      refuse("minHealthy", minHealthy, "must be 0 % to 100 %. Write 90 %");
    else if (maxHealthy < 1 || maxHealthy > 2)
      refuse("maxHealthy", maxHealthy, "must be 100 % to 200 %. Write 110 %");
    else if (minHealthy === 1 && maxHealthy === 1)
      refuse("maxHealthy", maxHealthy, "with minHealthy 100 % no instance can be replaced. Write 110 %");
    else if (maxHealthy - minHealthy > 1)
      refuse("maxHealthy", maxHealthy, "must be at most 100 % above minHealthy. Lower it");
  });
