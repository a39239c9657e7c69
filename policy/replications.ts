import { movingMean } from "./moving-mean.ts";
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
    return {
      ...trace,
      rates: trace.rates.map((rate) => rate * Math.exp(spread * deviate() - spread ** 2 / 2)),
    };
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

/** Of mean 0 and variance 1 (G. E. P. Box & M. E. Muller, Annals of Mathematical Statistics 29, 1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

/** Within (0, 1): a Weyl sequence with the golden ratio's step, mixed as in MurmurHash3's finalizer (A. Appleby, public domain). */
function uniform(seed: number): () => number {
  let state = Math.imul(seed, 0x85ebca6b);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (((mixed ^ (mixed >>> 16)) >>> 0) + 0.5) / 2 ** 32;
  };
}
