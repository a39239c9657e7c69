import type { Candidate, Reaction } from "./candidate.ts";
import { tasksNeeded } from "./demand-curve.ts";
import { hindsightPicks } from "./hindsight.ts";
import { section } from "./minutes.ts";
import { observe, type Rehearsal, rehearse, type Stage } from "./rehearsal.ts";
import { forecast, type Seasonality } from "./season.ts";
import type { Service } from "./service.ts";
import { constantStanding, type Standing, seasonalStanding } from "./standing.ts";
import { steeper } from "./stress.ts";
import type { Trace } from "./trace.ts";

/** What a candidate must withstand: surges steepened by an exponent, in this share of the windows. */
export interface Trial {
  readonly stress: number;
  readonly kept: number;
}

/**
 * The first trial is the hardest. Where withstanding it would cost more than hindsight's pick of the usual settings
 * costs in a dear window of the history, the next is taken: the unheard-of is not insured at any price.
 */
const TRIALS: readonly Trial[] = [
  { stress: 0.4, kept: 1 },
  { stress: 0.4, kept: 0.9 },
  { stress: 0.4, kept: 0.75 },
  { stress: 0, kept: 0.75 },
  { stress: 0, kept: 0.5 },
];

/**
 * What withstanding a trial may cost: the mean tasks of hindsight's picks, of all windows but the dearest quarter,
 * a tenth more and one task, as a fleet has no half ones.
 */
const [DEAR, MORE] = [0.75, 1.1];

/** Ways to react, from the plainest on: an hour's hold pays where surges come in clusters, a step policy where they last. */
const REACTIONS: readonly Reaction[] = [
  { surge: undefined, hold: undefined },
  { surge: { at: 1.1, gain: 0.75 }, hold: undefined },
  { surge: undefined, hold: 3600 },
  { surge: { at: 1.1, gain: 0.75 }, hold: 3600 },
  { surge: { at: 1.5, gain: 0.8 }, hold: undefined },
];

/** Reactions tried with every floor; the others are tried with the best. */
const FIRST = 2;

/** Utilizations that target tracking is asked to hold, from the cheapest; the winner's neighbors are tried to the hundredth. */
const UTILIZATIONS: readonly number[] = [
  0.96, 0.93, 0.9, 0.88, 0.86, 0.84, 0.82, 0.8, 0.77, 0.74, 0.71, 0.67, 0.62, 0.56, 0.5, 0.44, 0.38, 0.33,
  0.28, 0.23, 0.19, 0.15, 0.11, 0.08, 0.05,
];
const FINE = 0.01;

/** Constant floors grow by this factor from one to the next. */
const FLOOR_STEP = 1.4;

/** Floors that follow the forecast, as multiples of what it needs at full utilization. */
const MULTIPLES: readonly number[] = [1.1, 1.3, 1.6, 2.2, 3.2];

/** A schedule is worth its many actions only if it saves this share of the task-hours. */
const WORTH_A_SCHEDULE = 0.02;

/** Minutes of history that are rehearsed: the newest two weeks. */
const REHEARSAL = 14 * 1440;

export interface Choice {
  readonly rehearsal: Rehearsal;
  /** What it withstood; undefined when no candidate kept the SLOs under any. */
  readonly trial: Trial | undefined;
}

/** Counts between which the search may choose, and the utilization above which the SLOs break in the long run. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly ceiling: number;
}

/** The cheapest candidate that keeps the SLOs on the newest history with its surges made steeper. */
export function cheapestChoice(service: Service, history: Trace, range: Range): Choice {
  const newest = newestOf(history, REHEARSAL);
  const standings = standingsFor(service, history, newest, range);
  const picks = hindsightPicks(service, newest).toSorted((a, b) => a - b);
  const dear = ((MORE * picks[Math.floor(picks.length * DEAR)]! + 1) * newest.rates.length) / 60;
  for (const trial of TRIALS) {
    const last = trial === TRIALS.at(-1);
    const trace = trial.stress > 0 ? steeper(newest, trial.stress) : newest;
    const found = cheapest(
      { service, trace, max: range.max, kept: trial.kept },
      standings,
      range.ceiling,
      last ? Number.POSITIVE_INFINITY : dear,
    );
    if (!found) continue;
    const rehearsal = observe({ service, trace: newest, max: range.max, kept: trial.kept }, found.candidate);
    return { rehearsal, trial };
  }
  return resignedChoice(service, history, range);
}

/** What is left when nothing keeps the SLOs: half the load on each, and all tasks standing. */
export function resignedChoice(service: Service, history: Trace, range: Range): Choice {
  const candidate: Candidate = {
    utilization: range.ceiling / 2,
    reaction: REACTIONS[1]!,
    standing: constantStanding(range.max),
  };
  const stage = { service, trace: newestOf(history, REHEARSAL), max: range.max, kept: 1 };
  return { rehearsal: observe(stage, candidate), trial: undefined };
}

/** Every floor with the first reactions, then the best floor with the others. */
function cheapest(
  stage: Stage,
  standings: readonly Standing[],
  ceiling: number,
  affordable: number,
): Rehearsal | undefined {
  let best: Rehearsal | undefined;
  const below = UTILIZATIONS.filter((utilization) => utilization <= ceiling);
  const utilizations = below.length > 0 ? below : [ceiling];
  const attempt = (standing: Standing, reaction: Reaction) => {
    const flat = best?.candidate.standing.kind === "constant";
    const worth = standing.kind === "seasonal" && flat ? 1 - WORTH_A_SCHEDULE : 1;
    const dear = best ? best.taskHours * worth : affordable;
    if (standing.kind === "constant" && (standing.min * stage.trace.rates.length) / 60 >= dear) return;
    best = busiest(stage, { standing, reaction }, utilizations, dear) ?? best;
  };
  for (const standing of standings)
    for (const reaction of REACTIONS.slice(0, FIRST)) attempt(standing, reaction);
  if (!best) return undefined;
  const { standing } = best.candidate;
  for (const reaction of REACTIONS.slice(FIRST)) attempt(standing, reaction);
  return refined(stage, best, ceiling);
}

/**
 * The highest utilization of a falling row that keeps the SLOs, by bisection: what breaks at one breaks at higher
 * ones, what is dear at one is dearer at lower ones. Nothing when all that keep them take `dear` task-hours or more.
 */
function busiest(
  stage: Stage,
  choices: Omit<Candidate, "utilization">,
  utilizations: readonly number[],
  dear: number,
): Rehearsal | undefined {
  let [low, high] = [0, utilizations.length - 1];
  let found: Rehearsal | undefined;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const result = rehearse(stage, { ...choices, utilization: utilizations[middle]! }, dear);
    if (result === "breaks") low = middle + 1;
    else {
      high = middle - 1;
      if (result !== "dear") found = result;
    }
  }
  return found;
}

function refined(stage: Stage, best: Rehearsal, ceiling: number): Rehearsal {
  const { utilization } = best.candidate;
  const above = Math.min(ceiling, UTILIZATIONS.findLast((u) => u > utilization) ?? ceiling);
  const finer = Array.from({ length: Math.max(0, Math.round((above - utilization) / FINE) - 1) }, (_, i) =>
    Number((above - (i + 1) * FINE).toFixed(4)),
  ).filter((u) => u > utilization);
  return busiest(stage, best.candidate, finer, best.taskHours) ?? best;
}

function newestOf(trace: Trace, minutes: number): Trace {
  const length = Math.min(minutes, trace.rates.length);
  return section(trace, trace.rates.length - length, length);
}

/** A floor needs history to recur in: three days for a day, ten for a week with its weekend. */
function standingsFor(service: Service, history: Trace, newest: Trace, range: Range): readonly Standing[] {
  const peak = newest.rates.reduce((most, rate) => Math.max(most, rate), 0);
  const most = Math.min(range.max, tasksNeeded(service, peak) * FLOOR_STEP);
  const constants = [constantStanding(range.min)];
  for (let tasks = range.min * FLOOR_STEP; tasks < most; tasks = Math.max(tasks + 1, tasks * FLOOR_STEP))
    constants.push(constantStanding(Math.round(tasks)));
  const days = history.rates.length / 1440;
  const seasonality: Seasonality = days >= 10 ? "workweek" : days >= 3 ? "daily" : "none";
  if (seasonality === "none") return constants;
  const expected = forecast(history, seasonality);
  return [
    ...constants,
    ...MULTIPLES.map((multiple) => seasonalStanding(expected, multiple, service.capacity, range, newest)),
  ];
}
