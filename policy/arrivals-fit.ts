import { type ConcurrencyFit, concurrencyFit, knownConcurrencyFit } from "./concurrency-fit.ts";
import { type Arrivals, degreesOfFreedom, type LatencyData } from "./latency-fit.ts";

/** What is fitted, whatever its arrivals are. */
export type Measured = Omit<LatencyData, "arrivals">;

/** The better of two fits, and the arrivals that it is of. */
export interface ArrivalsFit extends ConcurrencyFit {
  readonly arrivals: Arrivals;
}

/** χ² of one degree of freedom, which chance exceeds five times in a hundred: by so much 2 ln of the likelihoods' ratio must differ. */
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
  const fitted = (arrivals: Arrivals): ArrivalsFit => {
    const data = { ...measured, arrivals };
    const found = concurrency === null ? concurrencyFit(data) : knownConcurrencyFit(data, concurrency);
    return { ...found, arrivals };
  };
  if (known !== null) return fitted(known);
  const [random, even] = [fitted("random"), fitted("even")];
  const degrees = degreesOfFreedom(measured);
  return degrees * Math.log(unexplained(random) / unexplained(even)) > SURELY ? even : random;
}

/** The sum of squares; what no measurement is better than makes no difference. */
function unexplained({ best }: ConcurrencyFit): number {
  return Math.max(best.sumOfSquares, best.least);
}
