import type { Calibration, Known } from "./calibration.ts";
import {
  type Estimate,
  figureName,
  KEPT_UP,
  MOST_ERRORS,
  type Observation,
  type ResponseFigure,
} from "./observation.ts";
import { figure, percent, seconds } from "./words.ts";

/** Distinct rates that make a curve. */
const LEAST_RATES = 3;

/** Rates closer than this, relatively, are one. */
const SAME_RATE = 0.02;

/** Failures rarer than this come with users' traffic, such as from clients that hang up; a busy service has some in every minute. */
const STRAY_ERRORS = 0.001;

/** Why a table cannot be fitted at all; `live`: measured on users' traffic, of which some requests always fail. */
export function tableRefusals(
  observations: readonly Observation[],
  usable: readonly Observation[],
  live: boolean,
): readonly string[] {
  const rates = distinctRates(observations);
  const reasons: string[] = [];
  if (rates < LEAST_RATES)
    reasons.push(
      `it has ${rates} distinct rate(s); at least ${LEAST_RATES} are needed, at least one of them below saturation`,
    );
  if (observations.length > 0 && observations.every(({ errors }) => errors > (live ? STRAY_ERRORS : 0)))
    reasons.push("requests fail at every rate; the capacity of a failing service is undefined");
  else if (usable.length === 0)
    reasons.push(
      `no row with a response time is below saturation (achieved at least ${percent(KEPT_UP)} of offered, errors at most ${percent(MOST_ERRORS)}); the service time shows only there`,
    );
  return reasons;
}

/** A response time is believed when the model misses it by no more than this, as a root mean square. */
const MOST_RESIDUAL = 0.2;

/** CPU utilization above 1 by which a busy task's may be measured: samples and periods do not begin together. */
const CPU_ERROR = 0.02;

/** An interval whose ends differ by more than this factor tells nothing. */
const WIDEST = 2;

/** Why a fit is not to be believed: the model does not describe the data, or the data do not tell its parameters apart. */
export function fitRefusals(
  { mean, cv, concurrency, residual, rows, saturation }: Calibration,
  known: Known,
  served: readonly Observation[],
): readonly string[] {
  const busiest = Math.max(...rows.filter(({ use }) => use === "fit").map(({ utilization }) => utilization));
  const limits = rows
    .flatMap(({ observation, use }) => (use === "limit" ? [observation] : []))
    .filter(
      ({ throughput, tasks }) =>
        Math.abs(Math.log(throughput / tasks / saturation)) > Math.log1p(MOST_RESIDUAL),
    );
  const hottest = Math.max(...served.map(({ cpu }) => cpu ?? 0));
  const vague = (estimate: Estimate) => estimate.high > WIDEST * estimate.low;
  const alone = onlyPercentile(rows);
  const reasons = [
    ...(known.concurrency === null && alone !== undefined
      ? [
          `of the response time there is ${figureName(alone)} alone: a short service time that varies and a long one that does not look alike in it. Measure another percentile or the mean, or declare \`concurrency\``,
        ]
      : []),
    ...(residual > MOST_RESIDUAL
      ? [
          `the model misses the response times by ${percent(residual)}, most at ${worstFigure(rows)}; at most ${percent(MOST_RESIDUAL)} can be believed`,
        ]
      : []),
    ...limits.map(
      ({ label, throughput, tasks }) =>
        `${label} is past saturation at ${figure(throughput / tasks)} /s a task, where the response times of the others say ${figure(saturation)}: they differ by more than ${percent(MOST_RESIDUAL)}. Something else than the slots sets the limit, or the load generator could not keep up`,
    ),
    ...(busiest > 1
      ? [
          `the utilization comes to ${percent(busiest)} in a row that kept up; above 100 % the slots of ${figure(saturation)} /s a task would not do`,
        ]
      : []),
    ...(hottest > 1 + CPU_ERROR ? [`CPU utilization reaches ${percent(hottest)}; a task has 100 %`] : []),
    ...(vague(mean)
      ? [
          `the mean service time is somewhere between ${seconds(mean.low)} and ${seconds(mean.high)}: too vague`,
        ]
      : []),
    ...(vague(cv) && cv.high - cv.low > 0.5
      ? [
          `the variation of the service time is somewhere between a cv of ${figure(cv.low)} and ${figure(cv.high)}; percentiles (p50 and p99) would tell`,
        ]
      : []),
    ...(known.concurrency === null && !Number.isFinite(concurrency.high)
      ? [
          `nothing comes near saturation (the busiest row keeps about ${figure(busiest * concurrency.value)} requests in service): the concurrency is not identifiable, anything from ${concurrency.low} on fits. Measure up to saturation, or declare \`concurrency\``,
        ]
      : []),
    ...(known.concurrency === null && Number.isFinite(concurrency.high) && vague(concurrency)
      ? [
          `the concurrency is somewhere between ${concurrency.low} and ${concurrency.high}: too vague. Measure closer to saturation, or declare \`concurrency\``,
        ]
      : []),
  ];
  return reasons;
}

/** The one percentile that all rows have and nothing else; undefined where there are more, or the mean. */
function onlyPercentile(rows: Calibration["rows"]): number | undefined {
  const figures = new Set(rows.flatMap(({ observation }) => observation.responses.map(({ of }) => of)));
  const [one] = figures;
  return figures.size === 1 && one !== "mean" ? one : undefined;
}

/** The percentile that the model misses most, with by how much. */
function worstFigure(rows: Calibration["rows"]): string {
  const squares = new Map<ResponseFigure["of"], number[]>();
  for (const { observation, expected, use } of rows)
    observation.responses.forEach(({ of, time }, i) => {
      if (use === "fit") squares.set(of, [...(squares.get(of) ?? []), Math.log(expected[i]! / time) ** 2]);
    });
  const misses = [...squares].map(([of, list]) => ({
    of,
    miss: Math.sqrt(list.reduce((sum, square) => sum + square, 0) / list.length),
  }));
  const { of, miss } = misses.reduce((worst, each) => (each.miss > worst.miss ? each : worst));
  return `${figureName(of)} (${percent(miss)})`;
}

function distinctRates(observations: readonly Observation[]): number {
  const loads = observations.map(({ arrivalRate, tasks }) => arrivalRate / tasks).toSorted((a, b) => a - b);
  let [count, last] = [0, Number.NEGATIVE_INFINITY];
  for (const load of loads)
    if (load > last * (1 + SAME_RATE) || last < 0) {
      count++;
      last = load;
    }
  return count;
}
