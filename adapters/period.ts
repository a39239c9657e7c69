import { duration } from "./quantity.ts";
import { quantity } from "./quantity-field.ts";

/** A time with its unit, read into seconds, from `least` to `most`; `rule` says so in words, then the way out. */
export function period(least: number, most: number, rule: string) {
  return quantity(duration, (value) => (value < least || value > most) && rule);
}

export const HOUR = 3600;
export const DAY = 86_400;
