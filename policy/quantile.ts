/** The value that a share of ascending values stays within; 1 of none, which no traffic has grown beyond. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 1;
}

export function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort(); // as numbers, which takes a tenth of the time of a comparison in JavaScript
}
