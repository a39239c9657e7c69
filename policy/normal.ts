import math from "mathjs/lib/browser/math.js";

/** P(Z ≤ x) of the standard normal distribution. */
export function normalShare(x: number): number {
  return (1 + math.erf(x / Math.SQRT2)) / 2;
}

/** P(Z > x); absolute error about 1e-16. */
export function normalTail(x: number): number {
  return (1 - math.erf(x / Math.SQRT2)) / 2;
}

/** P(a < Z ≤ b), also far out on either side. */
export function normalBetween(a: number, b: number): number {
  return a + b >= 0 ? farTail(a) - farTail(b) : farTail(-b) - farTail(-a);
}

function farTail(x: number): number {
  return x < 7 ? normalTail(x) : x === Number.POSITIVE_INFINITY ? 0 : Math.exp(logNormalTail(x));
}

/** P(Z > x) ÷ P(Z > y), also where both are too small for a number of their own. */
export function normalTailRatio(x: number, y: number): number {
  return Math.exp(logNormalTail(x) - logNormalTail(y));
}

/** Beyond five standard deviations by the asymptotic series φ(x)/x (1 − 1/x² + 3/x⁴ − 15/x⁶), relative error below 1e-3. */
function logNormalTail(x: number): number {
  if (x < 5) return Math.log(normalTail(x));
  const series = 1 - 1 / x ** 2 + 3 / x ** 4 - 15 / x ** 6;
  return -(x ** 2) / 2 - Math.log(x * Math.sqrt(2 * Math.PI)) + Math.log(series);
}

/** The x of which P(Z ≤ x) = `share`; by bisection, as exact as `normalShare`. */
export function normalDeviate(share: number): number {
  let [low, high] = [-9, 9];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return low;
}
