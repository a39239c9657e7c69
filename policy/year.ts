import type { Trace } from "./trace.ts";

/** Minutes of a week, and of a year that ends on the same day of the week: 52 weeks. */
const WEEK = 7 * 1440;
const YEAR = 52 * WEEK;

/** Weeks that are compared: those before the day a year ago, and those after it. */
const WEEKS = 4;

/** What a year ago followed, against what went before. */
export interface SeasonOfYear {
  /** The busiest of the four weeks that followed ÷ the mean of the four before them, a year ago. */
  readonly rise: number;
}

/** The season of the year as a trace of minutes shows it; undefined where it is shorter than a year and four weeks, or silent then. */
export function seasonOfYear({ rates }: Trace): SeasonOfYear | undefined {
  const then = rates.length - YEAR;
  if (then < WEEKS * WEEK) return undefined;
  const week = (n: number) => {
    let sum = 0;
    for (let i = then + n * WEEK; i < then + (n + 1) * WEEK; i++) sum += rates[i]!;
    return sum / WEEK;
  };
  const weeks = Array.from({ length: WEEKS }, (_, i) => i);
  const before = weeks.reduce((sum, n) => sum + week(n - WEEKS), 0) / WEEKS;
  if (before === 0) return undefined;
  return { rise: Math.max(...weeks.map(week)) / before };
}
