import { backtest } from "./backtest.ts";
import { type Candidate, controlsFor, type Surge } from "./candidate.ts";
import { ceilingRoom } from "./ceiling-room.ts";
import { tasksNeeded } from "./demand-curve.ts";
import { section } from "./minutes.ts";
import { beats, type Rehearsal, type Rejection, rehearse, rehearseAll, stageFor } from "./rehearsal.ts";
import { replications } from "./replications.ts";
import { forecast } from "./season.ts";
import type { Service } from "./service.ts";
import { constantStanding, type Standing, seasonalStanding } from "./standing.ts";
import { steeper, stressFor } from "./stress.ts";
import type { Trace } from "./trace.ts";
import { workload } from "./workload.ts";

/** A candidate that is likely to miss more than one window in four keeps no SLO. Chosen by walk-forward (docs/model.md). */
const KEEPS = 0.25;

type Reactions = readonly (Surge | undefined)[];

/**
 * Ways to react, from the plainest on: a step policy pays where surges last, a jump at the first sign of one where they grow to
 * several times the level within minutes.
 */
const REACTIONS: Reactions = [
  undefined,
  { at: 1.1, gain: 0.75, jump: 1 },
  { at: 1.25, gain: 1, jump: 3 },
  { at: 1.5, gain: 0.8, jump: 1 },
  { at: 1.2, gain: 1, jump: 2 },
  { at: 1.3, gain: 1, jump: 4.5 },
];

/**
 * The one reaction where the history is too short or too coarse to have shown a surge: what adds what is missing costs next to
 * nothing where none comes. Plans on 1, 3 and 12 hours of the real traces kept 12, 10 and 3 more of 69 windows with it, for 4 to 8 % (2026-11-26).
 */
const UNSEEN: Reactions = [REACTIONS[1]];

/** Reactions tried with every floor; the others are tried with the newest winners among the floors. */
const [FIRST, WINNERS] = [3, 2];

/** Minutes of history up to which every candidate is tried on the replications as well: there chance weighs most, and a replay is quick. */
const QUICK = 3 * 1440;

/**
 * There so many STARTS are refined: the best of a floor each, with other reactions or utilizations that differ by ALIKE. A floor has none
 * if all of its candidates lost more than NEARLY times as much as the best of the floors before it.
 */
const [STARTS, NEARLY, ALIKE] = [3, 1.03, 0.1];

/** Utilizations that target tracking is asked to hold, from the cheapest; the best is refined to the hundredth. */
const UTILIZATIONS: readonly number[] = [
  0.96, 0.93, 0.9, 0.88, 0.86, 0.84, 0.82, 0.8, 0.77, 0.74, 0.71, 0.67, 0.62, 0.56, 0.5, 0.44, 0.38, 0.33,
  0.28, 0.23, 0.19, 0.15, 0.11, 0.08, 0.05,
];
const [COARSE, FINE] = [3, 0.01];

/** A reaction that answers surges better may keep tasks busier: each is tried this much above the best utilization so far. */
const HIGHER: readonly number[] = [0, 0.02, 0.04];

/** How often the best so far is tried again with other floors, reactions and utilizations beside it. */
const ROUNDS = 3;

/** Constant floors grow by this factor from one to the next. */
const FLOOR_STEP = 1.4;

/** The winning floor is tried this much lower and higher, and a task lower and higher. */
const BESIDE: readonly number[] = [0.7, 0.85, 0.92, 1.09, 1.18];

/** Floors that follow the forecast, as multiples of what it needs at full utilization. */
const MULTIPLES: readonly number[] = [1.1, 1.3, 1.6, 2.2, 3.2];

/** A schedule is worth its many actions only if it saves this share of the loss. */
const WORTH_A_SCHEDULE = 0.02;

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
  /** Growth of the load while the loop reacts that the setpoint leaves room for; undefined from a day of history on. */
  readonly growthAllowed: number | undefined;
}

/** Counts between which the search may choose, and the utilization above which the SLOs break in the long run. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly ceiling: number;
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
  const reactions = surgesUnseen ? UNSEEN : REACTIONS;
  const floors = floorsFor(service, history, days, range);
  for (const part of MILDER) {
    const stress = part * stressFor(days.rates.length / 1440);
    const trace = stress > 0 ? steeper(days, stress) : days;
    const scope = { floors, reactions, ceiling };
    const stage = stageFor(service, trace, max);
    const replicas = replications(trace).map((each) => stageFor(service, each, max));
    const onAll: Trial = (candidate, limit) =>
      rehearseAll(stage, replicas, candidate, limit, KEEPS, mostUsed);
    const onHistory: Trial = (candidate, limit) => rehearse(stage, candidate, limit, KEEPS, mostUsed);
    // What keeps the history is rejected by none of its replications.
    const again = ({ candidate }: Rehearsal) => onAll(candidate, Number.POSITIVE_INFINITY) as Rehearsal;
    const quick = days.rates.length <= QUICK;
    const starts = quick ? scanned(onAll, scope) : roughlyScanned(onHistory, scope).map(again);
    if (starts.length === 0) continue;
    const best = starts
      .map((start) => refined(onAll, scope, start))
      .toSorted(constantsFirst) // a schedule has to be worth it against the best of them
      .reduce((one, other) => (beats(other.loss, toBeat(one, other.candidate)) ? other : one));
    const observed = rehearse(stageFor(service, days, max), best.candidate);
    const whole = mostUsed === ALL;
    return {
      rehearsal: best,
      observed,
      stress,
      days: days.rates.length / 1440,
      keeps: true,
      whole,
      surgesUnseen,
      growthAllowed,
    };
  }
  return undefined;
}

/**
 * What one minute in a hundred exceeds, seen or allowed for, at most what the two days after may grow to; less the more of a day there
 * is to rehearse. From next to nothing traffic grows by any factor, which says nothing of what is to come.
 */
function growthToAllow({ capacity }: Service, history: Trace): number {
  const minutes = history.rates.length;
  const { rare } = workload(history, capacity.startup).growth;
  return Math.min(ceilingRoom(minutes), Math.max(GROWTH_UNSEEN, rare)) ** (1 - minutes / SHORT);
}

function isCoarse({ demand }: Service): boolean {
  return demand.kind === "history" && demand.trace.step > COARSE_STEP;
}

/** What is left when nothing keeps the SLOs: half the load on each, and all tasks standing. */
export function resignedChoice(service: Service, history: Trace, range: Range): Choice {
  const candidate: Candidate = {
    utilization: range.ceiling / 2,
    surge: REACTIONS[1],
    standing: constantStanding(range.max),
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
    growthAllowed: undefined,
  };
}

/** What the search may choose from. */
interface Scope {
  readonly floors: Floors;
  readonly reactions: Reactions;
  /** The utilization above which the SLOs break. */
  readonly ceiling: number;
}

/** Rehearses a candidate whose loss may be below the limit. */
type Trial = (candidate: Candidate, limit: number) => Rehearsal | Rejection;

function utilizationsUpTo(ceiling: number): readonly number[] {
  const row = UTILIZATIONS.filter((utilization) => utilization <= ceiling);
  return row.length > 0 ? row : [ceiling];
}

/** The loss that a candidate must stay below to be better than the best so far. */
function toBeat(best: Rehearsal | undefined, { standing }: Candidate): number {
  if (best === undefined) return Number.POSITIVE_INFINITY;
  const schedule = standing.kind === "seasonal" && best.candidate.standing.kind === "constant";
  return best.loss * (schedule ? 1 - WORTH_A_SCHEDULE : 1);
}

function constantsFirst(one: Rehearsal, other: Rehearsal): number {
  const scheduled = ({ candidate }: Rehearsal) => Number(candidate.standing.kind === "seasonal");
  return scheduled(one) - scheduled(other);
}

/** Every floor with all of the reactions and utilizations: the best, and others to start from. None when no candidate keeps the SLOs. */
function scanned(trial: Trial, { floors, reactions, ceiling }: Scope): readonly Rehearsal[] {
  const utilizations = utilizationsUpTo(ceiling);
  const ofFloor = new Map<Standing, Rehearsal>();
  const collecting: Trial = (candidate, limit) => {
    const known = ofFloor.get(candidate.standing)?.loss ?? Number.POSITIVE_INFINITY;
    const outcome = trial(candidate, Math.min(NEARLY * limit, known));
    if (typeof outcome === "string") return outcome;
    ofFloor.set(candidate.standing, outcome);
    return beats(outcome.loss, limit) ? outcome : "costly";
  };
  let best: Rehearsal | undefined;
  for (const standing of floors.all) best = scan(collecting, best, standing, reactions, utilizations);
  if (best === undefined) return [];
  const starts = [best];
  for (const one of [...ofFloor.values()].toSorted((a, b) => a.loss - b.loss))
    if (starts.length < STARTS && !starts.some((start) => areAlike(start.candidate, one.candidate)))
      starts.push(one);
  return starts;
}

/** The same reaction at nearly the same utilization: from one floor to another refining finds its way. */
function areAlike(one: Candidate, other: Candidate): boolean {
  return one.surge === other.surge && Math.abs(one.utilization - other.utilization) < ALIKE;
}

/** Every floor with the first reactions and every third utilization; then, for the best floors, all of them: the best, if any. */
function roughlyScanned(trial: Trial, { floors, reactions, ceiling }: Scope): readonly Rehearsal[] {
  const utilizations = utilizationsUpTo(ceiling);
  const coarse = utilizations.filter((_, i) => (i + 1) % COARSE === 0 || i === utilizations.length - 1);
  let best: Rehearsal | undefined;
  const winners: Standing[] = [];
  for (const standing of floors.all) {
    best = scan(trial, best, standing, reactions.slice(0, FIRST), coarse);
    if (best?.candidate.standing === standing) winners.unshift(standing);
  }
  for (const standing of winners.slice(0, WINNERS))
    best = scan(trial, best, standing, reactions, utilizations);
  return best === undefined ? [] : [best];
}

/**
 * The best so far, or what is better with this floor. Busier tasks never miss less: once there is a best, whose cost rules out the idle
 * ones at once, the first that misses too much is the last.
 */
function scan(
  trial: Trial,
  before: Rehearsal | undefined,
  standing: Standing,
  reactions: Reactions,
  utilizations: readonly number[],
): Rehearsal | undefined {
  let best = before;
  for (const surge of reactions) {
    const rising = best !== undefined;
    for (const utilization of rising ? utilizations.toReversed() : utilizations) {
      const candidate = { standing, surge, utilization };
      const outcome = trial(candidate, toBeat(best, candidate));
      if (typeof outcome !== "string") best = outcome;
      else if (outcome === "missing" && rising) break;
    }
  }
  return best;
}

/** What lies beside a start, until nothing does better. */
function refined(trial: Trial, { floors, reactions, ceiling }: Scope, start: Rehearsal): Rehearsal {
  const utilizations = utilizationsUpTo(ceiling);
  let best = start;
  const attempt = (candidate: Candidate) => {
    const outcome = trial(candidate, toBeat(best, candidate));
    if (typeof outcome !== "string") best = outcome;
  };
  for (let round = 0, before: Rehearsal | undefined; best !== before && round < ROUNDS; round++) {
    before = best;
    const { candidate } = best;
    const { utilization: middle } = candidate;
    for (const standing of floors.beside(candidate.standing)) attempt({ ...candidate, standing });
    for (const utilization of hundredths(middle, utilizations)) attempt({ ...candidate, utilization });
    for (const surge of reactions)
      for (const more of HIGHER) {
        const utilization = Number((middle + more).toFixed(4));
        if (utilization <= ceiling) attempt({ ...candidate, surge, utilization });
      }
  }
  return best;
}

/** The hundredths between a utilization and its neighbors in the row. */
function hundredths(utilization: number, row: readonly number[]): readonly number[] {
  const above = row.findLast((other) => other > utilization) ?? utilization;
  const below = row.find((other) => other < utilization) ?? utilization;
  const count = Math.round((above - below) / FINE) - 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number((above - (i + 1) * FINE).toFixed(4)));
}

function newestOf(trace: Trace, minutes: number): Trace {
  const length = Math.min(minutes, trace.rates.length);
  return section(trace, trace.rates.length - length, length);
}

/** The floors to choose from, from the lowest constant on, and those just below and above one of them. */
interface Floors {
  readonly all: readonly Standing[];
  readonly beside: (standing: Standing) => readonly Standing[];
}

/** A floor needs history to recur in: three days for a day, ten for a week with its weekend. */
function floorsFor(service: Service, history: Trace, newest: Trace, range: Range): Floors {
  const peak = newest.rates.reduce((most, rate) => Math.max(most, rate), 0);
  const most = Math.min(range.max, tasksNeeded(service, peak) * FLOOR_STEP);
  const counts = new Set([range.min]);
  const lowest = Math.max(range.min * FLOOR_STEP, quietTasks(service, newest));
  for (let tasks = lowest; tasks < most; tasks = Math.max(tasks + 1, tasks * FLOOR_STEP))
    counts.add(Math.round(tasks));
  const constants = [...counts].map(constantStanding);
  const days = history.rates.length / 1440;
  const expected = days >= 3 ? forecast(history, days >= 10 ? "workweek" : "daily") : undefined;
  const seasonal = (multiple: number) =>
    seasonalStanding(expected!, multiple, service.capacity, range, newest);
  return {
    all: expected ? [...constants, ...MULTIPLES.map(seasonal)] : constants,
    beside: ({ kind, multiple, min }) => {
      if (kind === "seasonal") return BESIDE.map((factor) => seasonal(multiple * factor));
      const counts = new Set([...BESIDE.map((factor) => Math.round(min * factor)), min - 1, min + 1]);
      return [...counts]
        .filter((tasks) => tasks !== min && tasks >= range.min && tasks <= range.max)
        .map(constantStanding);
    },
  };
}

/** Tasks that the quietest tenth of the minutes keep fully busy: a lower floor holds nothing. */
function quietTasks({ capacity }: Service, { rates }: Trace): number {
  const quiet = rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 10)]!;
  return (quiet * capacity.serviceTime.mean) / capacity.concurrency;
}
