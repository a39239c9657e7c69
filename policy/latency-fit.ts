import { type LeastSquares, leastSquares } from "./least-squares.ts";
import type { Estimate, Observation, ResponseFigure } from "./observation.ts";
import { responseTimes } from "./response-time.ts";
import type { TaskProfile } from "./service.ts";
import { standardErrors } from "./student.ts";

/** How requests come: at random, as users' do (Poisson), or evenly spaced, as many load generators send them. */
export type Arrivals = "random" | "even";

/** What a fit rests on: rows whose response times the model must give, and rows that only show the limit. */
export interface LatencyData {
  readonly rows: readonly Observation[];
  readonly saturated: readonly Observation[];
  /** Seconds that a request waits before the service refuses it. */
  readonly maxWait: number;
  readonly arrivals: Arrivals;
}

/** A figure of one row that no fit should bend to. */
export interface Outlier {
  readonly row: number;
  readonly of: ResponseFigure["of"];
}

/** Service time and its spread that explain the rows best, for one concurrency. */
export interface LatencyFit {
  readonly concurrency: number;
  readonly mean: Estimate;
  readonly cv: Estimate;
  /** ln(model ÷ measured) of each figure of each row; `NaN` for an outlier. */
  readonly residuals: readonly (readonly number[])[];
  /** Root mean square of them: about the typical relative error. */
  readonly residual: number;
  readonly sumOfSquares: number;
  /** The sum of squares that measuring leaves however well a fit goes. */
  readonly least: number;
  /** Variance of a row, in the unit of the sum of squares. */
  readonly variance: number;
}

/** Ranges that a search may not leave, in seconds and as a ratio. */
const [LEAST_MEAN, MOST_MEAN, LEAST_CV, MOST_CV] = [1e-6, 3600, 0.01, 10];

/** Relative error that every measured response time is taken to have at least, however well a fit happens to go. */
const LEAST_ERROR = 0.01;

/** The profile with `concurrency` slots whose percentiles, means and saturation are nearest to those measured. */
export function latencyFit(
  data: LatencyData,
  concurrency: number,
  outliers: readonly Outlier[],
  start: { readonly mean: number; readonly cv: number },
): LatencyFit {
  const residualsOf = residualsFor(data, concurrency, outliers);
  const weights = weightsOf(data);
  const flat = (at: readonly number[]) =>
    residualsOf(at)
      .flatMap((row, i) => row.map((value, j) => value * (weights[i]?.[j] ?? 1)))
      .filter((value) => !Number.isNaN(value));
  const fit = leastSquares(flat, [Math.log(start.mean), Math.log(start.cv)]);
  const degrees = degreesOfFreedom(data);
  const each = Math.max(1, ...data.rows.map(({ responses }) => responses.length));
  const least = each * LEAST_ERROR ** 2;
  const variance = Math.max(fit.sumOfSquares / degrees, least);
  const residuals = residualsOf(fit.parameters);
  const measured = residuals.slice(0, data.rows.length);
  const byLoad = loadVariances(
    fit,
    measured.map((row, i) => weights[i]!.filter((_, j) => !Number.isNaN(row[j]))),
  );
  const around = (parameter: 0 | 1, range: readonly [number, number]) => {
    const unscaled = fit.unscaledCovariance?.[parameter]?.[parameter] ?? Number.POSITIVE_INFINITY;
    return estimate(fit.parameters[parameter]!, unscaled * variance + byLoad[parameter], degrees, range);
  };
  return {
    concurrency,
    mean: around(0, [LEAST_MEAN, MOST_MEAN]),
    cv: around(1, [LEAST_CV, MOST_CV]),
    residuals: measured,
    residual: rootMeanSquare(measured.flat()),
    sumOfSquares: fit.sumOfSquares,
    least: degrees * least,
    variance,
  };
}

/**
 * Relative error of a row's load: arrivals are random, and near saturation the queue's mean over n requests errs as with a load
 * 2 ÷ √n off (W. Whitt, Management Science 35(11), 1989, of an M/M/1 queue), 1 % with 40,000.
 */
const LOAD_ERROR = 0.01;

/**
 * What loads that are a little off add to the variance of ln mean and ln cv. A row's figures then miss in one direction, each by
 * as much as it rises with the load, that is by what it rises with the mean less what any time does.
 */
function loadVariances(
  { jacobian, unscaledCovariance }: LeastSquares,
  weights: readonly (readonly number[])[],
): readonly [number, number] {
  if (unscaledCovariance === null) return [0, 0];
  const [byMean, byCv] = [jacobian[0]!, jacobian[1]!];
  const variances: [number, number] = [0, 0];
  let first = 0;
  for (const row of weights) {
    const pull = [0, 0];
    row.forEach((weight, j) => {
      const miss = LOAD_ERROR * (byMean[first + j]! - weight);
      pull[0]! += byMean[first + j]! * miss;
      pull[1]! += byCv[first + j]! * miss;
    });
    first += row.length;
    for (const i of [0, 1] as const)
      variances[i] += (unscaledCovariance[i]![0]! * pull[0]! + unscaledCovariance[i]![1]! * pull[1]!) ** 2;
  }
  return variances;
}

/** Relative error of the queueing model in what a response spends waiting, as its tests against simulated requests have it. */
const MODEL_ERROR = 0.05;

/**
 * Least squares trust each figure by its error: that of measuring it, and that of the model in its waiting part. So the
 * rows with little load say what the service time is, and those near saturation where the limit lies.
 */
function weightsOf({ rows, saturated }: LatencyData): readonly (readonly number[])[] {
  const shortest = new Map<ResponseFigure["of"], number>();
  for (const { of, time } of rows.flatMap(({ responses }) => responses))
    shortest.set(of, Math.min(time, shortest.get(of) ?? time));
  const timed = rows.map(({ responses }) =>
    responses.map(({ of, time }) => {
      const waiting = 1 - shortest.get(of)! / time;
      return LEAST_ERROR / Math.hypot(LEAST_ERROR, MODEL_ERROR * waiting);
    }),
  );
  const whole = Math.sqrt(Math.max(1, ...rows.map(({ responses }) => responses.length))); // a saturated row counts like a whole row
  return [...timed, ...saturated.map(() => [whole])];
}

/** Behind a balancer with so many tasks one of them gets its requests as good as evenly spaced: their gaps have an SCV of 1 ÷ this. */
const EVEN = 200;

/** Tasks behind the balancer of which one gets its requests as regularly as these do. */
export function regularity(arrivals: Arrivals, tasks: number): number {
  return arrivals === "even" ? Math.max(EVEN, tasks) : tasks;
}

function residualsFor(
  { rows, saturated, maxWait, arrivals }: LatencyData,
  concurrency: number,
  outliers: readonly Outlier[],
) {
  const figures = rows.map(({ responses }) => responses.map(({ of }) => of));
  const left = (row: number, of: ResponseFigure["of"]) =>
    outliers.some((outlier) => outlier.row === row && outlier.of === of);
  return ([logMean, logCv]: readonly number[]) => {
    const [mean, cv] = [Math.exp(logMean!), Math.exp(logCv!)];
    if (!(mean > LEAST_MEAN && mean < MOST_MEAN && cv > LEAST_CV && cv < MOST_CV))
      return [[Number.POSITIVE_INFINITY]];
    const profile: TaskProfile = { serviceTime: { mean, cv }, concurrency, maxWait, startup: 0 };
    const timed = rows.map(({ arrivalRate, tasks, responses }, row) => {
      const expected = responseTimes(
        profile,
        regularity(arrivals, tasks),
        arrivalRate / tasks,
        figures[row]!,
      );
      return responses.map(({ of, time }, i) => (left(row, of) ? Number.NaN : Math.log(expected[i]! / time)));
    });
    const limits = saturated.map(({ throughput, tasks }) => [
      Math.log((tasks * concurrency) / mean / throughput),
    ]);
    return [...timed, ...limits];
  };
}

/** The figures of a row rise and fall together, so a row counts as one observation, whatever number of percentiles it has. */
export function degreesOfFreedom({ rows, saturated }: Pick<LatencyData, "rows" | "saturated">): number {
  return Math.max(1, rows.length + saturated.length - 1);
}

/** The interval ends where the search does. */
function estimate(
  logarithm: number,
  variance: number,
  degrees: number,
  [least, most]: readonly [number, number],
): Estimate {
  const width = standardErrors(degrees) * Math.sqrt(Math.max(0, variance));
  return {
    value: Math.exp(logarithm),
    low: Math.max(least, Math.exp(logarithm - width)),
    high: Math.min(most, Math.exp(logarithm + width)),
  };
}

function rootMeanSquare(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return Math.sqrt(known.reduce((sum, value) => sum + value ** 2, 0) / Math.max(1, known.length));
}
