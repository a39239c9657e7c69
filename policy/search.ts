import { leastStanding, type Standing, standing } from "./candidate.ts";
import { cpuTracking } from "./comparison.ts";
import { tasksNeeded } from "./demand-curve.ts";
import type { BudgetUse } from "./floor.ts";
import { section } from "./minutes.ts";
import {
  busiestRehearsal,
  judgedReplay,
  type Rehearsal,
  rehearse,
  STRIDE,
  type Stage,
  WINDOW,
} from "./rehearsal.ts";
import type { Seasonality } from "./season.ts";
import { steeper } from "./stress.ts";
import type { Trace } from "./trace.ts";

/**
 * Surges are steepened by this exponent. Where withstanding that would cost more than the usual settings that would
 * have done on the history as it was, the next is taken: unheard-of surges are not worth insuring at any price.
 */
const STRESS: readonly number[] = [0.9, 0.5, 0.2, 0];

/** Metric ÷ setpoint at which the step policy may act; the first is tried with every floor, the others with the best. */
const SURGES: readonly number[] = [1.5, 1.15, 2];

/** The lowest utilization that target tracking is asked to hold. */
const LOWEST = 0.05;

/** Utilization is searched to the first between floors, and to the second for the floor that won. */
const [COARSE, FINE] = [0.04, 0.01];

/** Error budgets that a floor alone may use: from one that only helps to one that carries nearly all. */
const ALLOWANCES: readonly number[] = [12, 3, 0.8];

/** Minutes of history that are rehearsed: the newest two weeks. */
const REHEARSAL = 14 * 1440;

/** CPU utilizations that people track, dearest last. */
const USUAL: readonly number[] = [0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2];

export interface Choice {
  readonly rehearsal: Rehearsal;
  /** The exponent that it withstood; undefined when it kept the SLOs under none. */
  readonly stress: number | undefined;
}

/**
 * The cheapest candidate that keeps the SLOs on the newest history with its surges made steeper: each floor with
 * the highest setpoint that it allows.
 */
export function cheapestChoice(
  history: Trace,
  stage: Omit<Stage, "trace">,
  bounds: { readonly min: number; readonly max: number },
  budgetUse: BudgetUse,
): Choice {
  const newest = newestOf(history, REHEARSAL);
  const standings = standingsFor(history, stage.service.capacity.startup, bounds, budgetUse);
  const dear = usualCost({ ...stage, trace: newest });
  let kept: Choice | undefined;
  let limit: number | undefined;
  for (const stress of STRESS) {
    const trace = stress > 0 ? steeper(newest, stress) : newest;
    const found = cheapest({ ...stage, trace }, standings, limit);
    if (!found) continue;
    limit = found.taskHours;
    kept = { rehearsal: rehearse({ ...stage, trace: newest }, found.candidate)!, stress };
    if (kept.rehearsal.taskHours <= dear) return kept;
  }
  return kept ?? resignedChoice(history, stage, bounds);
}

/** What is left when nothing keeps the SLOs: half the load on each, and all tasks standing. */
export function resignedChoice(
  history: Trace,
  stage: Omit<Stage, "trace">,
  bounds: { readonly min: number; readonly max: number },
): Choice {
  const candidate = {
    utilization: stage.ceiling / 2,
    surge: SURGES[0]!,
    standing: leastStanding(bounds.max),
  };
  const rehearsal = rehearse({ ...stage, trace: newestOf(history, REHEARSAL) }, candidate)!;
  return { rehearsal, stress: undefined };
}

/** Task-hours of the cheapest usual setting that keeps the SLOs on the history, as a rehearsal judges it. */
function usualCost(stage: Stage): number {
  const standing = fixedFleet(stage) * (stage.trace.rates.length / 60);
  for (const cpu of USUAL) {
    const { taskHours, budgetUse } = judgedReplay(stage, cpuTracking(cpu, 1, 2 * stage.max));
    if (taskHours >= standing) break;
    if (budgetUse <= 1) return taskHours;
  }
  return standing;
}

/** Tasks that a fleet fixed at the peak of a window needs, in the middle one of all windows. */
function fixedFleet({ service, trace, max }: Stage): number {
  const length = Math.min(WINDOW, trace.rates.length);
  const peaks: number[] = [];
  for (let from = 0; from + length <= trace.rates.length; from += STRIDE) {
    peaks.push(trace.rates.slice(from, from + length).reduce((most, rate) => Math.max(most, rate), 0));
  }
  const typical = peaks.toSorted((a, b) => a - b)[Math.floor(peaks.length / 2)]!;
  return Math.min(max, tasksNeeded(service, typical));
}

function cheapest(
  stage: Stage,
  standings: readonly Standing[],
  limit: number | undefined,
): Rehearsal | undefined {
  let best: Rehearsal | undefined;
  for (const standing of standings) {
    // A higher floor at the same setpoint only costs more: to be cheaper it must allow a higher one.
    const low = best && standing.min >= best.candidate.standing.min ? best.candidate.utilization : LOWEST;
    const range = { low, high: stage.ceiling, precision: COARSE };
    best = busiestRehearsal(stage, standing, SURGES[0]!, range, best?.taskHours ?? limit) ?? best;
  }
  if (!best) return undefined;
  const { standing, utilization } = best.candidate;
  const range = {
    low: utilization - COARSE,
    high: Math.min(stage.ceiling, utilization + 2 * COARSE),
    precision: FINE,
  };
  for (const surge of SURGES) {
    best = busiestRehearsal(stage, standing, surge, range, best.taskHours) ?? best;
  }
  return best;
}

function newestOf(trace: Trace, minutes: number): Trace {
  const length = Math.min(minutes, trace.rates.length);
  return section(trace, trace.rates.length - length, length);
}

/** A floor needs history to recur in: three days for a day, ten for a week with its weekend. */
function standingsFor(
  history: Trace,
  startup: number,
  bounds: { readonly min: number; readonly max: number },
  budgetUse: BudgetUse,
): readonly Standing[] {
  const days = history.rates.length / 1440;
  const seasons: Seasonality[] = ["none"];
  if (days >= 3) seasons.push("daily");
  if (days >= 10) seasons.push("workweek");
  const recurring = seasons.flatMap((seasonality) =>
    ALLOWANCES.map(standing(history, seasonality, budgetUse, startup, bounds)),
  );
  return [leastStanding(bounds.min), ...recurring];
}
