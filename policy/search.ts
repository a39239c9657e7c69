import { type Standing, standing } from "./candidate.ts";
import type { BudgetUse } from "./floor.ts";
import { section } from "./minutes.ts";
import { busiestRehearsal, type Rehearsal, rehearse, type Stage } from "./rehearsal.ts";
import type { Seasonality } from "./season.ts";
import { steeper } from "./stress.ts";
import type { Trace } from "./trace.ts";

/** Surges are steepened by this exponent, or by the next if nothing can carry that. */
const STRESS: readonly number[] = [0.75, 0.4, 0];

/** Metric ÷ setpoint at which the step policy may act; the first is tried with every floor, the others with the best. */
const SURGES: readonly number[] = [1.5, 1.15, 1.3, 2];

/** Error budgets that a floor alone may use: from one that only helps to one that carries nearly all. */
const ALLOWANCES: readonly number[] = [20, 6, 2, 0.8];

/** Minutes of history that are rehearsed: the newest two weeks. */
const REHEARSED = 14 * 1440;

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
  const length = Math.min(REHEARSED, history.rates.length);
  const newest = section(history, history.rates.length - length, length);
  const standings = standingsFor(history, stage.service.capacity.startup, bounds, budgetUse);
  for (const stress of STRESS) {
    const found = cheapest({ ...stage, trace: stress > 0 ? steeper(newest, stress) : newest }, standings);
    if (found) return { rehearsal: rehearse({ ...stage, trace: newest }, found.candidate), stress };
  }
  const strongest = standings.reduce((a, b) => (b.min > a.min ? b : a));
  const candidate = { utilization: stage.ceiling / 2, surge: SURGES[0]!, standing: strongest };
  return { rehearsal: rehearse({ ...stage, trace: newest }, candidate), stress: undefined };
}

function cheapest(stage: Stage, standings: readonly Standing[]): Rehearsal | undefined {
  let best: Rehearsal | undefined;
  for (const standing of standings) {
    best = busiestRehearsal(stage, standing, SURGES[0]!, best?.taskHours) ?? best;
  }
  if (!best) return undefined;
  for (const surge of SURGES.slice(1)) {
    best = busiestRehearsal(stage, best.candidate.standing, surge, best.taskHours) ?? best;
  }
  return best;
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
  const allowances = [Number.POSITIVE_INFINITY, ...ALLOWANCES];
  return seasons.flatMap((seasonality, i) =>
    allowances
      .slice(i === 0 ? 0 : 1)
      .map((allowance) => standing(history, seasonality, allowance, budgetUse, startup, bounds)),
  );
}
