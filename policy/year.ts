import { ascending, quantile } from "./quantile.ts";
import { highestRate, type Trace } from "./trace.ts";

/** Minutes of a week, and of a year that ends on the same day of the week: 52 weeks. */
const WEEK = 7 * 1440;
const YEAR = 52 * WEEK;

/** Weeks that are compared: those before the day a year ago, and those after it. */
const WEEKS = 4;

/** What a year ago followed, against what went before. */
export interface SeasonOfYear {
  /** The busiest of the four weeks that followed ÷ the mean of the four before them, a year ago. */
  readonly then: number;
  /** The same as far as the traffic since bears it out: what the newest four weeks are expected to be followed by, as their multiple. */
  readonly rise: number;
  /** Highest rate of the four weeks that followed a year ago, grown as the year grew, requests per second. */
  readonly highest: number;
}

/**
 * The season of the year as a trace of minutes shows it; undefined where it is shorter than a year and four weeks, or silent then. No season
 * lifts traffic above the busiest week of the year, grown as the year grew: a service that was launched, or whose recording was silent, a
 * year ago had weeks before that say nothing of a season.
 */
export function seasonOfYear({ rates }: Trace): SeasonOfYear | undefined {
  const start = rates.length - YEAR;
  if (start < WEEKS * WEEK) return undefined;
  const week = (n: number) => {
    let sum = 0;
    for (let i = start + n * WEEK; i < start + (n + 1) * WEEK; i++) sum += rates[i]!;
    return sum / WEEK;
  };
  const before = mean(Array.from({ length: WEEKS }, (_, i) => week(i - WEEKS)));
  if (before === 0) return undefined;
  const since = Array.from({ length: YEAR / WEEK }, (_, i) => week(i));
  const then = Math.max(...since.slice(0, WEEKS)) / before;
  const now = mean(since.slice(-WEEKS));
  const growth = yearlyGrowth(since);
  const most = growth * Math.max(...since);
  const highest = growth * highestRate(rates.slice(start, start + WEEKS * WEEK));
  return { then, rise: now === 0 ? then : Math.min(then, most / now), highest };
}

/** Growth of the level in a year, as a factor of at least 1: between the usual weeks of both halves lies half a year. */
function yearlyGrowth(weeks: readonly number[]): number {
  const [older, newer] = [weeks.slice(0, weeks.length / 2), weeks.slice(weeks.length / 2)].map((half) =>
    quantile(ascending(half), 0.5),
  );
  return older === 0 ? 1 : Math.max(1, (newer! / older!) ** 2);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
