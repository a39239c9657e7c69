/** Recorded load at a constant step: `rates[i]` requests per second hold from `start + i × step`. */
export interface Trace {
  /** Unix seconds, UTC. */
  readonly start: number;
  /** Seconds. */
  readonly step: number;
  readonly rates: readonly number[];
  /** Of a trace of minutes: those within which the rate varies by more than chance, from the oldest on. */
  readonly shapes?: readonly MinuteShape[];
  /** Of a trace of minutes: the requests that metrics show of each, where they are not those of its rate. */
  readonly counts?: readonly number[];
  /** The work that these are, as so many requests of the mean service time, where it is not their number. */
  readonly work?: readonly number[];
}

/** What the rate does within a minute. */
export interface MinuteShape {
  /** Index of its rate in the trace. */
  readonly minute: number;
  /** The rates of equal parts of the minute ÷ the mean of the minute. */
  readonly shape: readonly number[];
}

/** Requests per second; 0 of none. */
export function highestRate(rates: readonly number[]): number {
  return rates.reduce((most, rate) => Math.max(most, rate), 0);
}
