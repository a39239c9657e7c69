import { leastSquares } from "./least-squares.ts";
import type { Estimate } from "./observation.ts";
import { standardErrors } from "./student.ts";
import { figure } from "./words.ts";

/** Throughput measured with `n` of whatever shares the work: users, threads, processors, tasks. */
export interface ScalingPoint {
  readonly n: number;
  readonly throughput: number;
}

/** X(N) = λN ÷ (1 + α(N − 1) + βN(N − 1)). */
export interface Scalability {
  /** Throughput of the first one, in the unit of the measurements. */
  readonly lambda: Estimate;
  /** Contention: the share of the work that is serial. */
  readonly alpha: Estimate;
  /** Coherency: what each pays for agreeing with each other. */
  readonly beta: Estimate;
  /** Root mean square of model ÷ measured − 1. */
  readonly residual: number;
  readonly points: readonly (ScalingPoint & { readonly expected: number })[];
  /** N beyond which throughput falls, √((1 − α) ÷ β); infinite without coherency. */
  readonly peak: number;
}

export type ScalabilityFit =
  | { readonly kind: "fitted"; readonly scalability: Scalability }
  | {
      readonly kind: "refused";
      readonly reasons: readonly string[];
      readonly scalability: Scalability | null;
    };

/** Fewer distinct N leave the three parameters without a check. */
export const LEAST_POINTS = 4;

/** Relative residual above which the law does not describe the data. */
const MOST_RESIDUAL = 0.2;

/** The Universal Scalability Law (Gunther, Guerrilla Capacity Planning, 2007, §4.2) fitted to throughput, by least squares. */
export function scalability(points: readonly ScalingPoint[]): ScalabilityFit {
  const distinct = new Set(points.map(({ n }) => n)).size;
  if (distinct < LEAST_POINTS)
    return {
      kind: "refused",
      scalability: null,
      reasons: [
        `throughput is measured at ${distinct} distinct N; at least ${LEAST_POINTS} are needed for α, β and λ`,
      ],
    };
  const full = fitted(points, [true, true]);
  const lawful = allowed(points, full);
  const found = lawful.residual > MOST_RESIDUAL ? full : lawful;
  const reasons = [
    ...(found.alpha.value < 0
      ? [
          `α is ${found.alpha.value.toPrecision(3)}, below 0, which is no contention: ${withoutContention(found)}`,
        ]
      : []),
    ...(found.beta.value < 0
      ? [`β is ${found.beta.value.toPrecision(3)}, below 0: the law allows no gain from coherency`]
      : []),
    ...(found.residual > MOST_RESIDUAL
      ? [
          `the residual is ${Math.round(100 * found.residual)} %; at most ${100 * MOST_RESIDUAL} % can be believed`,
        ]
      : []),
  ];
  return reasons.length > 0
    ? { kind: "refused", reasons, scalability: found }
    : { kind: "fitted", scalability: uncertain(found, full) };
}

/** Whether tasks slow each other for certain: at least one of the two is told from nothing. */
export function isContended({ alpha, beta }: Scalability): boolean {
  return alpha.low > 0 || beta.low > 0;
}

/** What the measurements show where α is below 0: throughput that rises faster than N, or a curve that the law does not follow. */
function withoutContention({ points }: Scalability): string {
  const each = ({ n, throughput }: ScalingPoint) => throughput / n;
  const off = ({ throughput, expected }: Scalability["points"][number]) =>
    Math.abs(expected / throughput - 1);
  const fewest = points.reduce((least, point) => (point.n < least.n ? point : least));
  const best = points.reduce((most, point) => (each(point) > each(most) ? point : most));
  if (best.n > fewest.n)
    return `throughput rises faster than N, from ${figure(each(fewest))} each at N = ${fewest.n} to ${figure(each(best))} at N = ${best.n}`;
  const worst = points.reduce((most, point) => (off(point) > off(most) ? point : most));
  return `the law does not fit this table, least at N = ${worst.n}, with ${figure(worst.throughput)} measured and ${figure(worst.expected)} by the law`;
}

/** The fit with at 0 whatever chance alone has below it: the other coefficient may get there in its turn. */
function allowed(points: readonly ScalingPoint[], fit: Scalability): Scalability {
  const stays = (each: Estimate) => each.value !== 0 && !chance(each);
  return chance(fit.alpha) || chance(fit.beta)
    ? allowed(points, fitted(points, [stays(fit.alpha), stays(fit.beta)]))
    : fit;
}

/** With the intervals of the fit in which nothing was put at 0, as far as the law allows: what is put there is no better known for it. */
function uncertain(found: Scalability, full: Scalability): Scalability {
  const within = ({ value }: Estimate, { low, high }: Estimate): Estimate => ({
    value,
    low: Math.max(0, Math.min(value, low)),
    high: Math.max(value, high),
  });
  return {
    ...found,
    lambda: within(found.lambda, full.lambda),
    alpha: within(found.alpha, full.alpha),
    beta: within(found.beta, full.beta),
  };
}

/** Below 0, where the law allows nothing, but not surely so: 0 then. */
function chance({ value, high }: Estimate): boolean {
  return value < 0 && high >= 0;
}

/**
 * Least squares of the throughput itself, as it is published; N scaled so that all parameters are of the order of 1. Its errors
 * are a share of it, not alike: intervals that took them for alike held the truth in 55 to 90 % of simulated tables.
 */
function fitted(
  points: readonly ScalingPoint[],
  [withAlpha, withBeta]: readonly [boolean, boolean],
): Scalability {
  const largest = Math.max(...points.map(({ n }) => n));
  const most = Math.max(...points.map(({ throughput }) => throughput));
  const first = Math.max(...points.map(({ n, throughput }) => throughput / n));
  const scales = [first, ...(withAlpha ? [1 / largest] : []), ...(withBeta ? [1 / largest ** 2] : [])];
  const unscaled = (values: readonly number[]) => {
    const [lambda, ...rest] = values.map((value, i) => value * scales[i]!);
    return [lambda!, withAlpha ? rest[0]! : 0, withBeta ? rest.at(-1)! : 0] as const;
  };
  const residualsAt = (values: readonly number[]) =>
    points.map(({ n, throughput }) => (law(unscaled(values), n) - throughput) / most);
  const fit = leastSquares(residualsAt, [1, ...scales.slice(1).map(() => 0.5)]);
  const degrees = Math.max(1, points.length - scales.length);
  const around = (i: number): Estimate => {
    const value = fit.parameters[i]! * scales[i]!;
    const variance = fit.robustCovariance?.[i]?.[i] ?? Number.POSITIVE_INFINITY;
    const width = standardErrors(degrees) * Math.sqrt(variance) * scales[i]!;
    return { value, low: value - width, high: value + width };
  };
  const none = { value: 0, low: 0, high: 0 };
  const parameters = unscaled(fit.parameters);
  const expected = points.map((point) => ({ ...point, expected: law(parameters, point.n) }));
  const squares = expected.map(({ throughput, expected }) => (expected / throughput - 1) ** 2);
  const [, alpha, beta] = parameters;
  return {
    lambda: around(0),
    alpha: withAlpha ? around(1) : none,
    beta: withBeta ? around(scales.length - 1) : none,
    residual: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / points.length),
    points: expected,
    peak: beta > 0 ? Math.sqrt(Math.max(0, 1 - alpha) / beta) : Number.POSITIVE_INFINITY,
  };
}

function law([lambda, alpha, beta]: readonly [number, number, number], n: number): number {
  return (lambda * n) / (1 + alpha * (n - 1) + beta * n * (n - 1));
}
