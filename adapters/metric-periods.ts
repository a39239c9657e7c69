/** A stretch of time with the finest period, in seconds, that CloudWatch still keeps for it; Unix seconds, end excluded. */
export interface MetricSpan {
  readonly start: number;
  readonly end: number;
  readonly period: 60 | 300 | 3600;
}

const DAY = 86_400;
const HOUR = 3600;

/** Days for which CloudWatch keeps each period, by the API reference of GetMetricData (`MetricStat`, `StartTime`). */
const RETENTION = [
  { period: 60, days: 15 },
  { period: 300, days: 63 },
  { period: 3600, days: 455 },
] as const;

/** The newest minutes are not complete yet. */
const SETTLING = 180;

/**
 * The last `length` seconds before `now`, oldest first, each part at the finest period kept for it. The borders are whole
 * hours, so that CloudWatch rounds nothing and a rerun asks the same; the end is the last whole minute that is complete.
 */
export function metricSpans(now: number, length: number): readonly MetricSpan[] {
  const end = Math.floor((now - SETTLING) / 60) * 60;
  const oldest = Math.ceil((now - RETENTION[2].days * DAY) / HOUR) * HOUR + HOUR;
  const wanted = Math.max(oldest, Math.floor((end - length) / 60) * 60);
  const spans: MetricSpan[] = [];
  let until = end;
  for (const { period, days } of RETENTION) {
    // One hour short of the retention, so that the oldest are still there when the last page is asked for.
    const kept = Math.ceil((now - days * DAY) / HOUR) * HOUR + HOUR;
    const start = Math.max(kept, Math.floor(wanted / period) * period);
    if (start >= until) continue;
    spans.unshift({ start, end: until, period });
    until = start;
    if (start <= wanted) break;
  }
  return spans;
}

/** Days back to which a period is kept. */
export function retentionDays(period: number): number {
  return RETENTION.findLast((kept) => kept.period <= period)?.days ?? 0;
}
