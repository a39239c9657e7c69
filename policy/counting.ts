import { byMinute } from "./minutes.ts";
import { normal, uniform } from "./random.ts";
import type { ServiceTime } from "./service-time.ts";
import type { Trace } from "./trace.ts";

/** Of what is counted in a back-test, and of its work: any numbers, and the same each time. */
const [SEED, WORK_SEED] = [1, 2];

/** A trace by the minute, with the requests that metrics show of each: its own, or those of Poisson arrivals. */
export function asCounted(trace: Trace): Trace {
  return trace.counts === undefined ? counted(byMinute(trace), SEED) : trace;
}

/**
 * The same with the work of the requests counted in each minute, whose service times differ: CPU metrics are off by that, too. With 80 requests a
 * minute and a cv of 1.5 it makes them off by a fifth, their number by a ninth.
 */
export function asMeasured(trace: Trace, { cv }: ServiceTime): Trace {
  if (trace.work !== undefined) return trace;
  const minutes = asCounted(trace);
  const random = uniform(WORK_SEED);
  return {
    ...minutes,
    work: minutes.counts!.map((count) => (count === 0 ? 0 : count * meanOf(count, cv, random))),
  };
}

/** The mean of so many variates of mean 1: log-normal, as they are. */
function meanOf(count: number, cv: number, random: () => number): number {
  const variance = Math.log1p(cv ** 2 / count);
  return Math.exp(Math.sqrt(variance) * normal(random) - variance / 2);
}

/**
 * A trace of minutes, none of whose rates changes any more, with the requests counted in each: as Poisson arrivals, the same for the
 * same seed. With ten requests a minute every third minute shows a third more or less, and target tracking takes that for load.
 */
export function counted(trace: Trace, seed: number): Trace {
  const random = uniform(seed);
  return { ...trace, counts: trace.rates.map((rate) => poisson(rate * 60, random)) };
}

/** Mean from which on a Poisson variate follows well enough from a normal one. */
const MANY = 10;

/** A Poisson variate: by inversion, and of many from a normal one (E. A. Cornish & R. A. Fisher, Revue de l'Institut International de Statistique 5, 1938). */
function poisson(mean: number, random: () => number): number {
  if (mean >= MANY) {
    const z = normal(random);
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * z + (z * z - 1) / 6));
  }
  const share = random();
  let count = 0;
  for (let each = Math.exp(-mean), sum = each; sum < share && each > 0; sum += each) {
    count++;
    each *= mean / count;
  }
  return count;
}
