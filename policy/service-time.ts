import { normalShare, normalTail } from "./normal.ts";

/** Log-normal service times with the mean (seconds) and coefficient of variation declared. */
export interface ServiceTime {
  readonly mean: number;
  readonly cv: number;
}

/** Standard deviation and mean of ln S: σ² = ln(1 + cv²), μ = ln(mean) − σ²/2. */
export function logNormal({ mean, cv }: ServiceTime): { readonly mu: number; readonly sigma: number } {
  const variance = Math.log1p(cv ** 2);
  return { mu: Math.log(mean) - variance / 2, sigma: Math.sqrt(variance) };
}

/** Share of service times at most `limit` seconds. */
export function shareServedWithin(serviceTime: ServiceTime, limit: number): number {
  if (limit <= 0) return 0;
  const { mu, sigma } = logNormal(serviceTime);
  if (sigma === 0) return limit >= serviceTime.mean ? 1 : 0;
  return normalShare((Math.log(limit) - mu) / sigma);
}

/** The service time, seconds, that a `share` of requests stays within; by bisection on the normal deviate. */
export function serviceTimeQuantile(serviceTime: ServiceTime, share: number): number {
  const { mu, sigma } = logNormal(serviceTime);
  let [low, high] = [-9, 9];
  for (let i = 0; i < 60; i++) {
    const z = (low + high) / 2;
    if (normalShare(z) < share) low = z;
    else high = z;
  }
  return Math.exp(mu + sigma * low);
}

/** Points of the normal deviate, and how far they reach. */
const [POINTS, REACH] = [100, 5];

/** Probabilities of the midpoints of equal intervals of the normal deviate. */
const WEIGHTS = normalized(Array.from({ length: POINTS }, (_, i) => Math.exp(-(deviate(i) ** 2) / 2)));

/** Values and probabilities that stand for the distribution in sums. */
export function serviceTimePoints(serviceTime: ServiceTime): readonly (readonly [number, number])[] {
  const { mu, sigma } = logNormal(serviceTime);
  if (sigma === 0) return [[serviceTime.mean, 1]];
  return WEIGHTS.map((weight, i) => [Math.exp(mu + sigma * deviate(i)), weight]);
}

function deviate(point: number): number {
  return -REACH + ((point + 0.5) * 2 * REACH) / POINTS;
}

function normalized(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Share of the requests in service that still need more than `time` seconds: (1/E[S]) ∫ P(S > t) dt from `time` on. */
export function residualLongerThan(serviceTime: ServiceTime, time: number): number {
  if (time <= 0) return 1;
  const { mu, sigma } = logNormal(serviceTime);
  if (sigma === 0) return Math.max(0, 1 - time / serviceTime.mean);
  const z = (Math.log(time) - mu) / sigma;
  return Math.max(0, normalTail(z - sigma) - (time / serviceTime.mean) * normalTail(z));
}
