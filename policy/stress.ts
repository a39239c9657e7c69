import { movingMean } from "./moving-mean.ts";
import { power } from "./power.ts";
import type { Trace } from "./trace.ts";

/** The exponent for a long history, and the days of history at which it is doubled: what was short may have seen little. */
const [LEAST, DOUBLED_AT] = [0.05, 4];

/** Beyond it a surge is no longer like those seen; ten hours of history get it. */
const MOST = 0.5;

/** By which exponent the surges of a history of so many days are steepened: the next ones need not be milder. */
export function stressFor(days: number): number {
  return Math.min(MOST, LEAST * (1 + DOUBLED_AT / days));
}

/** Minutes: a surge is what lasts for SUSTAINED against the mean of the AROUND about it. */
export const [SUSTAINED, AROUND] = [11, 61];

/**
 * The same traffic with its surges made steeper: where the rate stays above the mean of the hour around it,
 * it moves away from it by the factor (mean of ten minutes ÷ mean of the hour)^exponent. Steady traffic stays as it is.
 */
export function steeper(trace: Trace, exponent: number): Trace {
  const [near, wide] = [movingMean(trace.rates, SUSTAINED), movingMean(trace.rates, AROUND)];
  const rates = trace.rates.map((rate, i) =>
    near[i]! > wide[i]! ? rate * power(near[i]! / wide[i]!, exponent) : rate,
  );
  return { ...trace, rates };
}
