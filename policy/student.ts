/**
 * Quantiles of Student's t for two-sided 95 % intervals, by degrees of freedom.
 * NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, column 0.975.
 */
const QUANTILES: readonly (readonly [degrees: number, quantile: number])[] = [
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [5, 2.571],
  [6, 2.447],
  [7, 2.365],
  [8, 2.306],
  [9, 2.262],
  [10, 2.228],
  [12, 2.179],
  [15, 2.131],
  [20, 2.086],
  [30, 2.042],
  [60, 2.0],
  [100, 1.984],
];

/** Standard errors on either side of an estimate that hold the truth in 95 % of cases; between rows of the table the wider one. */
export function standardErrors(degrees: number): number {
  return (QUANTILES.findLast(([row]) => row <= degrees) ?? QUANTILES[0]!)[1];
}
