import { leastStanding, type Standing, standing } from "./candidate.ts";
import { cpuTracking } from "./comparison.ts";
import { tasksNeeded } from "./demand-curve.ts";
import type { BudgetUse } from "./floor.ts";
import { section } from "./minutes.ts";
import {
  busiestRehearsal,
  type Rehearsal,
  rehearse,
  replayed,
  type Stage,
  WINDOW,
  type Window,
  windows,
} from "./rehearsal.ts";
import type { Seasonality } from "./season.ts";
import type { Service } from "./service.ts";
import { steeper } from "./stress.ts";
import type { Trace } from "./trace.ts";

/** What a candidate must withstand: surges steepened by an exponent, in this share of the windows. */
interface Trial {
  readonly stress: number;
  readonly kept: number;
}

/**
 * Where withstanding a trial would cost more than hindsight's pick of the usual settings would have in a dear
 * window, the next is taken: unheard-of surges are not worth insuring at any price.
 */
const TRIALS: readonly Trial[] = [
  { stress: 0.9, kept: 0.75 },
  { stress: 0.5, kept: 0.75 },
  { stress: 0.2, kept: 0.75 },
  { stress: 0, kept: 0.75 },
  { stress: 0, kept: 0.5 },
];

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
  /** What it withstood; undefined when no candidate kept the SLOs under any. */
  readonly trial: Trial | undefined;
}

/**
 * The cheapest candidate that keeps the SLOs on the newest history with its surges made steeper: each floor with
 * the highest setpoint that it allows.
 */
export function cheapestChoice(
  history: Trace,
  stage: Omit<Stage, "trace" | "kept">,
  bounds: { readonly min: number; readonly max: number },
  budgetUse: BudgetUse,
): Choice {
  const newest = newestOf(history, REHEARSAL);
  const standings = standingsFor(history, stage.service.capacity.startup, bounds, budgetUse);
  const dear = hindsightCost(stage.service, newest, stage.max);
  let choice: Choice | undefined;
  let limit: number | undefined;
  for (const trial of TRIALS) {
    const trace = trial.stress > 0 ? steeper(newest, trial.stress) : newest;
    const found = cheapest({ ...stage, kept: trial.kept, trace }, standings, limit);
    if (!found) continue;
    limit = found.taskHours;
    choice = { rehearsal: rehearse({ ...stage, kept: trial.kept, trace: newest }, found.candidate)!, trial };
    if (choice.rehearsal.taskHours <= dear) return choice;
  }
  return choice ?? resignedChoice(history, stage, bounds);
}

/** What is left when nothing keeps the SLOs: half the load on each, and all tasks standing. */
export function resignedChoice(
  history: Trace,
  stage: Omit<Stage, "trace" | "kept">,
  bounds: { readonly min: number; readonly max: number },
): Choice {
  const candidate = {
    utilization: stage.ceiling / 2,
    surge: SURGES[0]!,
    standing: leastStanding(bounds.max),
  };
  const rehearsal = rehearse({ ...stage, kept: 1, trace: newestOf(history, REHEARSAL) }, candidate)!;
  return { rehearsal, trial: undefined };
}

/**
 * Task-hours that hindsight's pick would have taken on the history as it was: in each window the cheapest of the usual
 * CPU settings that kept the SLOs there, or a fleet fixed at the window's peak; the upper quartile of all windows.
 */
function hindsightCost(service: Service, trace: Trace, max: number): number {
  const settings: (readonly Window[])[] = [];
  for (const cpu of USUAL) {
    settings.push(windows(service, replayed(service, trace, cpuTracking(cpu, 1, 2 * max)).minutes));
    if (settings.at(-1)!.every((window) => window.budgetUse <= 1)) break; // a lower one only costs more
  }
  const hours = Math.min(WINDOW, trace.rates.length) / 60;
  const picks = settings[0]!.map(({ peak }, i) => {
    const kept = settings.map((setting) => setting[i]!).filter((window) => window.budgetUse <= 1);
    return Math.min(hours * tasksNeeded(service, peak), ...kept.map((window) => window.taskHours));
  });
  const upper = picks.toSorted((a, b) => a - b)[Math.floor(picks.length * 0.75)]!;
  return (upper / hours) * (trace.rates.length / 60);
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
