import { counted } from "./counting.ts";
import { movingMean } from "./moving-mean.ts";
import { normal, uniform } from "./random.ts";
import { AROUND, SUSTAINED } from "./stress.ts";
import type { Trace } from "./trace.ts";

/** How many, beside the history as it was. */
const COUNT = 4;

/** Of the natural logarithm by which a rate is off: its standard deviation ÷ that of the traffic itself, and the most that it is. */
const [OF_ITS_OWN, MOST] = [2, 0.1];

/** Minutes after which 1 ÷ e of that is left. */
const LASTING = 30;

/**
 * The same traffic as it might as well have come, in independent replications: every rate off by a factor of mean 1 that wanders in the
 * course of an hour, the more the more the traffic itself does. In which minute a surge meets the loop, and how far above it an alarm's
 * threshold lies, is chance; what does well on all of them did not do well by chance. The same each time: candidates are compared on the
 * same random numbers. Chosen by walk-forward (docs/model.md).
 */
export function replications(trace: Trace): readonly Trace[] {
  const spread = Math.min(MOST, OF_ITS_OWN * ownSpread(trace));
  return Array.from({ length: COUNT }, (_, i) => {
    const deviate = wandering(i + 1);
    const rates = trace.rates.map((rate) => rate * Math.exp(spread * deviate() - spread ** 2 / 2));
    return counted({ ...trace, rates }, COUNT + i + 1);
  });
}

/** Standard deviation of the logarithm of ten minutes' mean against that of the hour about them. */
function ownSpread({ rates }: Trace): number {
  const [near, wide] = [movingMean(rates, SUSTAINED), movingMean(rates, AROUND)];
  const logs = near.map((mean, i) => (mean > 0 ? Math.log(mean / wide[i]!) : 0));
  return Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length);
}

/** A stationary Gaussian process of variance 1 in steps of a minute, whose correlation falls exponentially: Ornstein and Uhlenbeck's. */
function wandering(seed: number): () => number {
  const random = uniform(seed);
  const kept = Math.exp(-1 / LASTING);
  const fresh = Math.sqrt(1 - kept ** 2);
  let deviate = normal(random);
  return () => {
    const now = deviate;
    deviate = kept * deviate + fresh * normal(random);
    return now;
  };
}
