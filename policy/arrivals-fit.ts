import { type ConcurrencyFit, concurrencyFit, knownConcurrencyFit } from "./concurrency-fit.ts";
import { type Arrivals, degreesOfFreedom, type LatencyData, type LatencyFit } from "./latency-fit.ts";

/** What is fitted, whatever its arrivals are. */
export type Measured = Omit<LatencyData, "arrivals">;

/** The better of two fits, and the arrivals that it is of. */
export interface ArrivalsFit extends ConcurrencyFit {
  readonly arrivals: Arrivals;
  /** The fit of the other arrivals, where the response times do not surely tell them from these. */
  readonly other: LatencyFit | null;
}

/** 2 ln of the likelihoods' ratio from which one is surely the better: χ² of one degree of freedom, 95 %, as a rule of thumb, for neither is a case of the other. */
const SURELY = 3.84;

/**
 * Many load generators send their requests evenly spaced, and hardly a queue is then as long as of users' requests: a fit that takes them for
 * random finds 7 to 27 % more capacity than there is (docs/calibration.md). Response times are fitted with both unless it is `known`; random arrivals
 * stand where even ones do not surely explain them better. `concurrency` is null where it is to be found.
 */
export function arrivalsFit(
  measured: Measured,
  concurrency: number | null,
  known: Arrivals | null,
): ArrivalsFit {
  const fitted = (arrivals: Arrivals) => {
    const data = { ...measured, arrivals };
    const found = concurrency === null ? concurrencyFit(data) : knownConcurrencyFit(data, concurrency);
    return { ...found, arrivals };
  };
  if (known !== null) return { ...fitted(known), other: null };
  const [random, even] = [fitted("random"), fitted("even")];
  const better = degreesOfFreedom(measured) * Math.log(unexplained(random) / unexplained(even));
  if (better > SURELY) return { ...even, other: null };
  return { ...random, other: better < -SURELY ? null : even.best };
}

/** The sum of squares; what no measurement is better than makes no difference. */
function unexplained({ best }: ConcurrencyFit): number {
  return Math.max(best.sumOfSquares, best.least);
}
