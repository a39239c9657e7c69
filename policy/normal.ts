import math from "mathjs/lib/browser/math.js";

/** P(Z ≤ x) of the standard normal distribution. */
export function normalShare(x: number): number {
  return (1 + math.erf(x / Math.SQRT2)) / 2;
}

/** P(Z > x); absolute error about 1e-16. */
export function normalTail(x: number): number {
  return (1 - math.erf(x / Math.SQRT2)) / 2;
}
