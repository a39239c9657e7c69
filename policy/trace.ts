/** Recorded load at a constant step: `rates[i]` requests per second hold from `start + i × step`. */
export interface Trace {
  /** Unix seconds, UTC. */
  readonly start: number;
  /** Seconds. */
  readonly step: number;
  readonly rates: readonly number[];
}

/** Requests per second; 0 of none. */
export function highestRate(rates: readonly number[]): number {
  return rates.reduce((most, rate) => Math.max(most, rate), 0);
}
