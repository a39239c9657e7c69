import { ascending, quantile } from "./quantile.ts";

/** Minutes around a minute whose median is the usual rate. */
const AROUND = 120;

/** The median rate of the hours around a minute, for every tenth minute and the nine after it. */
export function usualRates(rates: readonly number[]): (minute: number) => number {
  const medians = Array.from({ length: Math.ceil(rates.length / 10) }, (_, i) => {
    const near = rates.slice(Math.max(0, i * 10 - AROUND), i * 10 + AROUND).filter((_, j) => j % 5 === 0);
    return quantile(ascending(near), 0.5);
  });
  return (minute) => medians[Math.floor(minute / 10)]!;
}
