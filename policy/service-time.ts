import { normalBetween, normalDeviate, normalShare, normalTail } from "./normal.ts";
import { power } from "./power.ts";

/** So large a share of service times is at most `time` seconds. */
export interface Quantile {
  readonly share: number;
  readonly time: number;
}

/**
 * Service times with their mean (seconds) and coefficient of variation: log-normal, or, where quantiles are known,
 * log-normal in pieces that go through them.
 */
export interface ServiceTime {
  readonly mean: number;
  readonly cv: number;
  /** In rising order, two at least; `empiricalServiceTime` makes mean and cv agree with them. */
  readonly quantiles?: readonly Quantile[];
  /** Standard deviation of ln S beyond the last quantile. */
  readonly tail?: number;
}

/** Where the normal deviate of a service time lies between two bounds, ln S = mu + sigma × deviate. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly mu: number;
  readonly sigma: number;
}

/** Share of service times at most `limit` seconds. */
export function shareServedWithin(serviceTime: ServiceTime, limit: number): number {
  return limit <= 0 ? 0 : normalShare(deviateAt(serviceTime, limit));
}

/** The service time, seconds, that a `share` of requests stays within. */
export function serviceTimeQuantile(serviceTime: ServiceTime, share: number): number {
  return serviceTimeAt(serviceTime, normalDeviate(share));
}

/** The service time, seconds, with the rank of a standard normal `deviate`: 0 is the median. */
export function serviceTimeAt(serviceTime: ServiceTime, deviate: number): number {
  return valueAt(pieces(serviceTime), deviate);
}

function valueAt(parts: readonly Piece[], deviate: number): number {
  const { mu, sigma } = parts.find(({ to }) => deviate <= to)!;
  return Math.exp(mu + sigma * deviate);
}

/** Points of the normal deviate, and how far they reach. */
const [POINTS, REACH] = [80, 5];

/** Values and probabilities that stand for a part of a distribution in sums. */
export interface Points {
  readonly times: Float64Array;
  readonly shares: Float64Array;
}

/** The points of service times seen before, by limit: every steady state of a table sums over the same. */
const STANDING_FOR = new WeakMap<ServiceTime, Map<number, Points>>();

/** Values up to `limit` and probabilities that stand for that part of the distribution in sums; the shares add up to it exactly. */
export function serviceTimePoints(serviceTime: ServiceTime, limit: number): Points {
  const known = STANDING_FOR.get(serviceTime) ?? new Map<number, Points>();
  STANDING_FOR.set(serviceTime, known);
  const found = known.get(limit) ?? pointsUpTo(serviceTime, limit);
  if (known.size >= LIMITS) known.clear();
  known.set(limit, found);
  return found;
}

/** Limits whose points are kept for one service time; a percentile is sought through many. */
const LIMITS = 16;

function pointsUpTo(serviceTime: ServiceTime, limit: number): Points {
  const points = (times: readonly number[], shares: readonly number[]) => ({
    times: Float64Array.from(times),
    shares: Float64Array.from(shares),
  });
  const whole = shareServedWithin(serviceTime, limit);
  if (whole === 0) return points([], []);
  if (serviceTime.cv === 0) return points([serviceTime.mean], [1]);
  const top = Math.min(REACH, deviateAt(serviceTime, limit));
  const width = (top + REACH) / POINTS;
  if (width <= 0) return points([limit], [whole]);
  const parts = pieces(serviceTime);
  const deviates = Array.from({ length: POINTS }, (_, i) => -REACH + (i + 0.5) * width);
  const weights = deviates.map((deviate) => Math.exp(-(deviate ** 2) / 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return points(
    deviates.map((deviate) => valueAt(parts, deviate)),
    weights.map((weight) => (weight / total) * whole),
  );
}

/** Share of the requests in service that still need more than `time` seconds: E[(S − time)⁺] ÷ E[S]. */
export function residualLongerThan(serviceTime: ServiceTime, time: number): number {
  if (time <= 0) return 1;
  const parts = pieces(serviceTime);
  const at = deviateAt(serviceTime, time);
  const above = partialMoment(parts, 1, at) - time * normalTail(at);
  return Math.min(1, Math.max(0, above / serviceTime.mean));
}

/** The same service times, each `factor` times as long. */
export function slowed(serviceTime: ServiceTime, factor: number): ServiceTime {
  const { mean, quantiles } = serviceTime;
  if (factor === 1) return serviceTime;
  const times = quantiles?.map(({ share, time }) => ({ share, time: time * factor }));
  return { ...serviceTime, mean: mean * factor, ...(times === undefined ? {} : { quantiles: times }) };
}

/** How many times as long as declared requests take: a factor that differs from one to the next. */
export interface Stretch {
  readonly mean: number;
  /** Squared coefficient of variation. */
  readonly scv: number;
}

/** The same service times, each times a factor that has nothing to do with it: log-normal stays so, pieces widen about the median. */
export function stretched(serviceTime: ServiceTime, { mean, scv }: Stretch): ServiceTime {
  const longer = slowed(serviceTime, mean);
  return scv === 0 ? longer : widened(longer, scv);
}

function widened(serviceTime: ServiceTime, scv: number): ServiceTime {
  const { mean, cv, quantiles, tail } = serviceTime;
  if (quantiles === undefined || cv === 0) return { mean, cv: Math.sqrt((1 + cv ** 2) * (1 + scv) - 1) };
  const wider = Math.sqrt(1 + Math.log1p(scv) / Math.log1p(cv ** 2));
  const median = serviceTimeQuantile(serviceTime, 0.5);
  const apart = quantiles.map(({ share, time }) => ({ share, time: median * power(time / median, wider) }));
  const found = withMoments(apart, wider * (tail ?? lastSpread(quantiles)));
  return slowed(found, mean / found.mean);
}

/**
 * Service times of which only quantiles are known, in rising order: ln S is linear in the normal deviate between two
 * of them, and goes on beyond the first and the last as next to them, so that log-normal ones are met exactly.
 */
export function empiricalServiceTime(quantiles: readonly Quantile[]): ServiceTime {
  return withMoments(quantiles, lastSpread(quantiles));
}

/** The same with a tail beyond the last quantile that makes the mean what was measured; none if even no tail exceeds it. */
export function empiricalServiceTimeOf(
  quantiles: readonly Quantile[],
  mean: number,
): ServiceTime | undefined {
  if (leastMean(quantiles) > mean) return undefined;
  let [light, heavy] = [0, WIDEST];
  for (let i = 0; i < 60; i++) {
    const tail = (light + heavy) / 2;
    if (withMoments(quantiles, tail).mean < mean) light = tail;
    else heavy = tail;
  }
  return withMoments(quantiles, heavy);
}

/** The least mean, seconds, that service times with these quantiles can have: nothing is longer than the last. */
export function leastMean(quantiles: readonly Quantile[]): number {
  return withMoments(quantiles, 0).mean;
}

/** Standard deviation of ln S at which a coefficient of variation would be 1e5. */
const WIDEST = 4.8;

function withMoments(quantiles: readonly Quantile[], tail: number): ServiceTime {
  const parts = piecesThrough(quantiles, tail);
  const mean = partialMoment(parts, 1, Number.NEGATIVE_INFINITY);
  const square = partialMoment(parts, 2, Number.NEGATIVE_INFINITY);
  return { mean, cv: Math.sqrt(Math.max(0, square / mean ** 2 - 1)), quantiles, tail };
}

function lastSpread(quantiles: readonly Quantile[]): number {
  return piecesThrough(quantiles, 0).at(-2)!.sigma;
}

/** E[S^power; deviate > from]. */
function partialMoment(parts: readonly Piece[], power: number, from: number): number {
  let sum = 0;
  for (const { from: start, to, mu, sigma } of parts) {
    if (to <= from) continue;
    const shift = power * sigma;
    sum += Math.exp(power * mu + shift ** 2 / 2) * normalBetween(Math.max(start, from) - shift, to - shift);
  }
  return sum;
}

/** The largest normal deviate whose service time is at most `time`. */
function deviateAt(serviceTime: ServiceTime, time: number): number {
  const log = Math.log(time);
  let result = Number.NEGATIVE_INFINITY;
  for (const { from, to, mu, sigma } of pieces(serviceTime)) {
    if (sigma === 0 && log < mu) return result;
    if (sigma > 0 && log < mu + sigma * to) return Math.max(from, (log - mu) / sigma);
    result = to;
  }
  return result;
}

const THROUGH = new WeakMap<
  readonly Quantile[],
  { readonly tail: number; readonly parts: readonly Piece[] }
>();

function pieces({ mean, cv, quantiles, tail }: ServiceTime): readonly Piece[] {
  if (quantiles === undefined)
    return [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, ...logNormal(mean, cv) }];
  const known = THROUGH.get(quantiles);
  const spread = tail ?? lastSpread(quantiles);
  if (known?.tail === spread) return known.parts;
  const parts = piecesThrough(quantiles, spread);
  THROUGH.set(quantiles, { tail: spread, parts });
  return parts;
}

/** Mean and standard deviation of ln S: σ² = ln(1 + cv²), μ = ln(mean) − σ²/2. */
function logNormal(mean: number, cv: number): { readonly mu: number; readonly sigma: number } {
  const variance = Math.log1p(cv ** 2);
  return { mu: Math.log(mean) - variance / 2, sigma: Math.sqrt(variance) };
}

function piecesThrough(quantiles: readonly Quantile[], tail: number): readonly Piece[] {
  const knots = quantiles.map(({ share, time }) => ({ at: normalDeviate(share), log: Math.log(time) }));
  const inner = knots.slice(1).map(({ at, log }, i): Piece => {
    const before = knots[i]!;
    const sigma = (log - before.log) / (at - before.at);
    return { from: before.at, to: at, mu: log - sigma * at, sigma };
  });
  const last = knots.at(-1)!;
  return [
    { ...inner[0]!, from: Number.NEGATIVE_INFINITY },
    ...inner.slice(1),
    { from: last.at, to: Number.POSITIVE_INFINITY, mu: last.log - tail * last.at, sigma: tail },
  ];
}
