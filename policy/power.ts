/**
 * `base` to any power, for bases from 0 on: the same to the last bit on every Node, as V8's exp and log are and its `**` is not (20 and 24
 * differ, but for whole exponents up to 2), so that a plan is the same byte for byte wherever it is made.
 */
export function power(base: number, exponent: number): number {
  if (base === 0 || exponent === 0) return exponent === 0 ? 1 : 0;
  return Math.exp(exponent * Math.log(base));
}
