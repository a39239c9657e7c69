import type { Slo } from "./service.ts";
import { figure, percent } from "./words.ts";

/** Whether somebody is woken, or looks at it in the morning. */
export type Severity = "page" | "ticket";

/** Fires when the budget burns `factor` times too fast over both windows. */
export interface BurnAlert {
  /** Such as `page-fast`. */
  readonly name: string;
  readonly severity: Severity;
  /** Seconds: how long it must burn, and how soon the alert ends once it no longer does. */
  readonly long: number;
  readonly short: number;
  /** 1 spends the whole budget in exactly the SLO's window. */
  readonly factor: number;
  /** Bad requests in the long window below which a burn may be chance. */
  readonly leastBad: number;
}

export interface BurnAlerts {
  /** The soonest to fire first. */
  readonly alerts: readonly BurnAlert[];
  /** Alerts that could never fire and what stands in for them, one sentence each. */
  readonly remarks: readonly string[];
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Share of the budget spent when an alert fires, and its window for an SLO over 30 d (The Site Reliability Workbook, "Alerting on SLOs", table 5-8; the second ticket as Sloth has it). */
const WORKBOOK = [
  { name: "page-fast", severity: "page", share: 0.02, long: HOUR },
  { name: "page-slow", severity: "page", share: 0.05, long: 6 * HOUR },
  { name: "ticket-fast", severity: "ticket", share: 0.1, long: DAY },
  { name: "ticket-slow", severity: "ticket", share: 0.1, long: 3 * DAY },
] as const;
const WORKBOOK_WINDOW = 30 * DAY;
/** Long windows for one short one (same chapter). */
const SHORT = 12;

/** Seconds: CloudWatch's alarms look back a week at most (PutMetricAlarm), and metrics of a minute tell little of less than five. */
const LONGEST = 7 * DAY;
const SHORTEST = 5 * MINUTE;

type Pair = Omit<BurnAlert, "leastBad">;

/**
 * The workbook's alerts, with windows in proportion to the SLO's, so that each fires at the same share of the budget.
 * One that even a total outage, or the traffic expected (requests per second), cannot set off is left out; a severity
 * that loses all its alerts to the objective gets one that a total outage sets off halfway through its window.
 */
export function burnAlerts({ name, objective, window }: Slo, rate = Number.POSITIVE_INFINITY): BurnAlerts {
  const remarks: string[] = [];
  const budget = 1 - objective;
  const pairs = WORKBOOK.map((row) => ({ ...row, ...windows((row.long * window) / WORKBOOK_WINDOW) }))
    .map(({ share, ...pair }): Pair => ({ ...pair, factor: (share * window) / pair.long }))
    .filter((pair) => {
      if (pair.factor * budget < 1) return true;
      remarks.push(
        `${name}: ${pair.name} can never fire: ${figure(pair.factor)} times a budget of ${percent(budget)} is more than every request failing`,
      );
      return false;
    });
  const alerts = [...pairs, ...standIns(pairs, objective, window, name, remarks)]
    .toSorted((a, b) => a.long - b.long)
    .filter((pair) => {
      if (rate * pair.long >= FEWEST) return true;
      remarks.push(
        `${name}: ${pair.name} is left out: ${figure(rate * pair.long)} requests are expected in its ${figure(pair.long / HOUR)} h, and fewer than ${FEWEST} failures are chance`,
      );
      return false;
    })
    .map((pair) => ({ ...pair, leastBad: leastBad(rate, pair.long) }));
  return { alerts, remarks };
}

/** The share of bad requests that sets off an SLO's first alert. */
export function alarmingShare(slo: Slo): number {
  const [first] = burnAlerts(slo).alerts;
  return Number((first!.factor * (1 - slo.objective)).toFixed(9));
}

/** Events on the far side of a share below which CloudWatch calls it statistically insignificant: its user guide, "Percentile-based alarms and low data samples", asks for 10 / (1 - percentile) samples. */
export const SIGNIFICANT = 10;
/** One failure is no pattern. */
const FEWEST = 2;

/** Bad requests that `window` seconds must hold to mean something: ten, or where so few come, half of all that are expected. */
export function leastBad(rate: number, window: number): number {
  return Math.max(FEWEST, Math.min(SIGNIFICANT, Math.floor((rate * window) / 2)));
}

/** Whole minutes, as CloudWatch's periods are. */
function windows(ideal: number): Pick<Pair, "long" | "short"> {
  const long = Math.min(LONGEST, Math.max(2 * SHORTEST, MINUTE * Math.round(ideal / MINUTE)));
  return { long, short: Math.max(SHORTEST, MINUTE * Math.round(long / SHORT / MINUTE)) };
}

/** For a severity that no reachable alert is left of. */
function standIns(
  reachable: readonly Pair[],
  objective: number,
  window: number,
  slo: string,
  remarks: string[],
): readonly Pair[] {
  const lost = (["page", "ticket"] as const).filter(
    (severity) => !reachable.some((pair) => pair.severity === severity),
  );
  return lost.map((severity) => {
    const { share } = WORKBOOK.findLast((row) => row.severity === severity)!;
    const half = Math.max(1, 0.5 / (1 - objective)); // of the fastest possible burn
    const pair = windows((share * window) / half);
    remarks.push(
      `${slo}: ${severity}-outage stands in for them: it fires at ${figure(half)} times the budget over ${figure(pair.long / HOUR)} h`,
    );
    return { name: `${severity}-outage`, severity, ...pair, factor: half };
  });
}
