import { backtest } from "./backtest.ts";
import { type Candidate, controlsFor } from "./candidate.ts";
import { ceilingRoom } from "./ceiling-room.ts";
import { newestOf } from "./minutes.ts";
import { power } from "./power.ts";
import { beats, type Rehearsal, rehearse, rehearseAll, type Stage, stageFor } from "./rehearsal.ts";
import { replications } from "./replications.ts";
import { scaled } from "./scaled.ts";
import { bestOf, refined, roughlyScanned, scanned, type Trial } from "./search.ts";
import {
  type Floors,
  floorsFor,
  type Range,
  REACTIONS,
  strongest,
  UNSEEN_SURGES,
  utilizationsUpTo,
} from "./search-space.ts";
import { BUSY, hasSeenWeekend, quietDays } from "./season.ts";
import type { Service } from "./service.ts";
import { constantStanding, type Standing } from "./standing.ts";
import { steadyDoubts } from "./steady-doubt.ts";
import { steeper, stressFor } from "./stress.ts";
import type { Trace } from "./trace.ts";
import { workload } from "./workload.ts";

/** Share of the windows: a candidate that is likely to miss more keeps no SLO. Chosen by walk-forward (docs/model.md). */
export const MOST_MISSED = 0.25;

/**
 * Minutes of history up to which every candidate is tried on the replications as well, and none gives up where it falls behind: there chance
 * weighs most, and a replay is quick.
 */
const QUICK = 3 * 1440;

/** Minutes of history below which a rehearsal alone says too little: a day. */
const SHORT = 1440;

/** Seconds from one value of a history to the next above which it hides surges. */
const COARSE_STEP = 300;

/**
 * Growth over the reaction time that is allowed for with no history at all; less the more of a day is known. In the two days after an
 * hour of the ELB's, NASA's, Wikipedia's and the World Cup's traces one minute in a hundred grows by more than 1.2 in the median.
 */
const GROWTH_UNSEEN = 1.3;

/** Days of history that are rehearsed: the newest two weeks. */
export const REHEARSED_DAYS = 14;

export interface Choice {
  /** On the history with its surges steepened: what the choice was made by. */
  readonly rehearsal: Rehearsal;
  /** On the history as it was. */
  readonly observed: Rehearsal;
  /** The exponent by which its surges were steepened. */
  readonly stress: number;
  /** Days that were rehearsed. */
  readonly days: number;
  readonly keeps: boolean;
  /** The whole history was rehearsed and is kept, as what windows of its newest days ask for misses it. */
  readonly whole: boolean;
  /** Where that was too dear: task-hours of what keeps the whole history ÷ this choice's; infinite where nothing tried keeps it. */
  readonly dearer?: number;
  /** The history is too short or too coarse to have shown surges: the step policy is one for whatever comes. */
  readonly surgesUnseen: boolean;
  /** More than three days of history have seen no weekend: their traffic was rehearsed at that level, too. */
  readonly weekendUnseen: boolean;
  /** Share of the level that the floors of a schedule are for on a weekend, where the history has seen none; else undefined. */
  readonly weekendForetold: number | undefined;
  /** Growth of the load while the loop reacts that the setpoint leaves room for; undefined from a day of history on. */
  readonly growthAllowed: number | undefined;
}

/** The stress of a history is tried whole, then in half, then not at all: a ceiling that carries what came need not carry worse. */
const MILDER: readonly number[] = [1, 0.5, 0];

/**
 * The candidate of the least loss, cost and misses together, on the newest history with its surges made steeper. Where it misses the
 * history as a whole, by what is older or rare, the one that does not.
 */
export function cheapestChoice(service: Service, history: Trace, range: Range): Choice {
  const choice = choiceOn(service, history, newestOf(history, REHEARSED_DAYS * 1440), range);
  if (choice === undefined) return resignedChoice(service, history, range);
  const replayed = ({ rehearsal }: Choice) =>
    backtest(service, controlsFor(rehearsal.candidate, service.capacity, range.max), history);
  const newest = replayed(choice);
  if (newest.met) return choice;
  const whole = choiceOn(service, history, history, range, ALL);
  const kept = whole && replayed(whole);
  if (whole === undefined || !kept?.met) return { ...choice, dearer: Number.POSITIVE_INFINITY };
  const dearer = kept.taskHours / newest.taskHours;
  return dearer <= WORTH_THE_HISTORY ? whole : { ...choice, dearer };
}

/** Keeping the whole history, whose older incidents may not come again, is worth so many times the task-hours at most. */
export const WORTH_THE_HISTORY = 1.25;

/** Of the error budget of the days that are rehearsed. */
const ALL = 1;

/** Rehearsed on the days given; undefined where no candidate keeps the SLOs, using no more than `mostUsed` of the whole budget. */
function choiceOn(
  service: Service,
  history: Trace,
  days: Trace,
  range: Range,
  mostUsed = Number.POSITIVE_INFINITY,
): Choice | undefined {
  const { max } = range;
  const short = days.rates.length < SHORT;
  const growthAllowed = short ? growthToAllow(service, days) : undefined;
  const ceiling = range.ceiling / (growthAllowed ?? 1);
  const surgesUnseen = short || isCoarse(service);
  const scope = {
    floors: floorsFor(service, history, days, range),
    reactions: surgesUnseen ? UNSEEN_SURGES : REACTIONS,
    utilizations: utilizationsUpTo(ceiling),
    ceiling,
    monotone: service.capacity.contention === undefined,
  };
  const doubts = steadyDoubts(service, days);
  const quick = days.rates.length <= QUICK;
  const unseen = !hasSeenWeekend(history);
  const weekendUnseen = !quick && unseen;
  for (const part of MILDER) {
    const stress = part * stressFor(days.rates.length / 1440);
    const trace = stress > 0 ? steeper(days, stress) : days;
    const stage = stageFor(service, trace, max, doubts);
    const beside = {
      replicas: replications(trace).map((each) => stageFor(service, each, max, doubts)),
      weekend: weekendUnseen ? stageFor(service, quietDays(trace), max) : undefined,
    };
    const onAll: Trial = (candidate, limit, rival) =>
      rehearseAll(stage, beside, candidate, limit, MOST_MISSED, mostUsed, quick ? undefined : rival);
    const onHistory: Trial = (candidate, limit) =>
      rehearseAll(stage, { ...beside, replicas: [] }, candidate, limit, MOST_MISSED, mostUsed);
    // What keeps the history is rejected by nothing beside it, nor with more floors for days that it has not.
    const again = ({ candidate }: Pick<Rehearsal, "candidate">) =>
      onAll(candidate, Number.POSITIVE_INFINITY) as Rehearsal;
    const starts = quick ? scanned(onAll, scope) : roughlyScanned(onHistory, scope).map(again);
    if (starts.length === 0) continue;
    const found = bestOf(starts.map((start) => refined(onAll, scope, start)));
    const weekends = () => [
      beside.weekend ?? stageFor(service, quietDays(trace), max),
      stageFor(service, scaled(trace, BUSY), max),
    ];
    const foretold = unseen ? foretelling(found.candidate, scope.floors, weekends) : undefined;
    const best = foretold ? again({ candidate: foretold }) : found;
    const observed = rehearse(stageFor(service, days, max, doubts), best.candidate);
    const whole = mostUsed === ALL;
    return {
      rehearsal: best,
      observed,
      stress,
      days: days.rates.length / 1440,
      keeps: true,
      whole,
      surgesUnseen,
      weekendUnseen,
      weekendForetold: unseen ? best.candidate.standing.unseen : undefined,
      growthAllowed,
    };
  }
  return undefined;
}

/**
 * With the floors on a weekend that the history has not seen for the level that loses least on weekends as quiet and as busy as they are
 * rehearsed, together: for what comes at its hours there, too, reacting may be too late.
 */
function foretelling(
  candidate: Candidate,
  floors: Floors,
  weekends: () => readonly Stage[],
): Candidate | undefined {
  if (candidate.standing.kind === "constant") return undefined;
  const stages = weekends();
  const lossOf = ({ onUnseenWeekend }: Standing) =>
    stages.reduce(
      (sum, stage) => sum + rehearse(stage, { ...candidate, standing: onUnseenWeekend! }).loss,
      0,
    );
  let [best, least] = [candidate.standing, lossOf(candidate.standing)];
  for (const standing of floors.busierWeekends(best)) {
    const loss = lossOf(standing);
    if (beats(loss, least)) [best, least] = [standing, loss];
  }
  return best === candidate.standing ? undefined : { ...candidate, standing: best };
}

/**
 * What one minute in a hundred exceeds, seen or allowed for, at most what the two days after may grow to; less the more of a day there
 * is to rehearse. From next to nothing traffic grows by any factor, which says nothing of what is to come.
 */
function growthToAllow({ capacity }: Service, history: Trace): number {
  const minutes = history.rates.length;
  const { rare } = workload(history, capacity.startup).growth;
  return power(Math.min(ceilingRoom(minutes), Math.max(GROWTH_UNSEEN, rare)), 1 - minutes / SHORT);
}

function isCoarse({ demand }: Service): boolean {
  return demand.kind === "history" && demand.trace.step > COARSE_STEP;
}

/** What is left when nothing keeps the SLOs: half the load on each, and the strongest fleet standing. */
export function resignedChoice(service: Service, history: Trace, range: Range): Choice {
  const candidate: Candidate = {
    utilization: range.ceiling / 2,
    surge: REACTIONS[1],
    standing: constantStanding(strongest(service, range)),
  };
  const days = newestOf(history, REHEARSED_DAYS * 1440);
  const observed = rehearse(stageFor(service, days, range.max), candidate);
  return {
    rehearsal: observed,
    observed,
    stress: 0,
    days: days.rates.length / 1440,
    keeps: false,
    whole: false,
    surgesUnseen: false,
    weekendUnseen: false,
    weekendForetold: undefined,
    growthAllowed: undefined,
  };
}
