/** One steady interval of a service under load: a row of a load test, or a period of CloudWatch's metrics. */
export interface Observation {
  /** What the reader finds it by: a line of a file, or a time. */
  readonly label: string;
  /** Requests per second offered to all tasks together, and those that were answered. */
  readonly arrivalRate: number;
  readonly throughput: number;
  /** Tasks that shared them. */
  readonly tasks: number;
  /** What was measured of the response time of the requests answered. */
  readonly responses: readonly ResponseFigure[];
  /** Ratio of the requests that failed. */
  readonly errors: number;
  /** Mean CPU utilization of a task, a ratio; `null` where it was not measured. */
  readonly cpu: number | null;
}

/** A percentile or the mean of the response time, in seconds. */
export interface ResponseFigure {
  /** Ratio of the requests within `time`; 0.99 is p99. */
  readonly of: "mean" | number;
  readonly time: number;
}

/** A value with its 95 % confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** As the field writes it: `p99.9`, `mean`. */
export function figureName(of: ResponseFigure["of"]): string {
  return of === "mean" ? "mean" : `p${Number((100 * of).toFixed(6))}`;
}

/** Throughput below this share of what was offered: the task is past saturation. */
export const KEPT_UP = 0.97;

/** Rows in which more requests fail than this say nothing of those that succeed: nor of the limit or of CPU, as a failure is often a quick answer. */
export const MOST_ERRORS = 0.01;

export function keepsUp({ throughput, arrivalRate }: Observation): boolean {
  return throughput >= KEPT_UP * arrivalRate;
}

export function hardlyFails({ errors }: Observation): boolean {
  return errors <= MOST_ERRORS;
}

/** A row that does not keep up marks the limit if it achieves this share of the most that was; else its load generator waits. */
const AT_THE_LIMIT = 0.9;

/** The observations past saturation, `most` being the highest throughput of a task that was measured, 1/s. */
export function pastSaturation(observations: readonly Observation[], most: number): readonly Observation[] {
  return observations.filter((each) => !keepsUp(each) && each.throughput / each.tasks > AT_THE_LIMIT * most);
}
