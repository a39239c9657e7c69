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
const [POINTS, REACH] = [80, 5];

/** Values up to `limit` and probabilities that stand for that part of the distribution in sums; the shares add up to it exactly. */
export function serviceTimePoints(
  serviceTime: ServiceTime,
  limit: number,
): readonly (readonly [number, number])[] {
  const { mu, sigma } = logNormal(serviceTime);
  const whole = shareServedWithin(serviceTime, limit);
  if (whole === 0) return [];
  if (sigma === 0) return [[serviceTime.mean, 1]];
  const top = Math.min(REACH, (Math.log(limit) - mu) / sigma);
  const width = (top + REACH) / POINTS;
  if (width <= 0) return [[limit, whole]];
  const points = Array.from({ length: POINTS }, (_, i) => {
    const deviate = -REACH + (i + 0.5) * width;
    return [Math.exp(mu + sigma * deviate), Math.exp(-(deviate ** 2) / 2)] as const;
  });
  const total = points.reduce((sum, [, weight]) => sum + weight, 0);
  return points.map(([value, weight]) => [value, (weight / total) * whole]);
}

/** Share of the requests in service that still need more than `time` seconds: (1/E[S]) ∫ P(S > t) dt from `time` on. */
export function residualLongerThan(serviceTime: ServiceTime, time: number): number {
  if (time <= 0) return 1;
  const { mu, sigma } = logNormal(serviceTime);
  if (sigma === 0) return Math.max(0, 1 - time / serviceTime.mean);
  const z = (Math.log(time) - mu) / sigma;
  return Math.max(0, normalTail(z - sigma) - (time / serviceTime.mean) * normalTail(z));
}
