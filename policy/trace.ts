/** Recorded load at a constant step: `rates[i]` requests per second hold from `start + i × step`. */
export interface Trace {
  /** Unix seconds, UTC. */
  readonly start: number;
  /** Seconds. */
  readonly step: number;
  readonly rates: readonly number[];
}
