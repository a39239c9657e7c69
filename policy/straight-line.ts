import type { Estimate } from "./observation.ts";
import { standardErrors } from "./student.ts";

export interface StraightLine {
  readonly slope: Estimate;
  readonly intercept: Estimate;
  /** R²: share of the variance of y that x explains. */
  readonly explained: number;
}

/** y = intercept + slope × x by ordinary least squares, with 95 % confidence intervals; at least three points. */
export function straightLine(x: readonly number[], y: readonly number[]): StraightLine {
  const [meanX, meanY] = [mean(x), mean(y)];
  const spread = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  const shared = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i]! - meanY), 0);
  const whole = y.reduce((sum, value) => sum + (value - meanY) ** 2, 0);
  const slope = spread === 0 ? 0 : shared / spread;
  const intercept = meanY - slope * meanX;
  const unexplained = x.reduce((sum, value, i) => sum + (y[i]! - intercept - slope * value) ** 2, 0);
  const degrees = x.length - 2;
  const variance = unexplained / degrees;
  const around = (value: number, unscaled: number): Estimate => {
    const width = standardErrors(degrees) * Math.sqrt(variance * unscaled);
    return { value, low: value - width, high: value + width };
  };
  return {
    slope: around(slope, spread === 0 ? Number.POSITIVE_INFINITY : 1 / spread),
    intercept: around(intercept, 1 / x.length + (spread === 0 ? 0 : meanX ** 2 / spread)),
    explained: whole === 0 ? 0 : 1 - unexplained / whole,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
