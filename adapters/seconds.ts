import { duration } from "./quantity.ts";
import { quantity } from "./quantity-field.ts";

/** Whole seconds from `least` to `most`, written with a unit; `also` is taken besides. */
export function seconds(least: number, most: number, example: string, also?: number) {
  const or = also === undefined ? "" : `${also} s or `;
  return quantity(duration, (value) => {
    const fits = value === also || (Number.isInteger(value) && value >= least && value <= most);
    return !fits && `must be ${or}whole seconds from ${least} to ${most}. Write \`${example}\``;
  });
}
