import type { Candidate } from "./candidate.ts";
import { beats, type Rehearsal, type Rejection } from "./rehearsal.ts";
import type { Scope } from "./search-space.ts";
import type { Standing } from "./standing.ts";

/** Rehearses a candidate whose loss may be below the limit; it may give up where it falls behind a rival. */
export type Trial = (candidate: Candidate, limit: number, rival?: Rehearsal) => Rehearsal | Rejection;

/** Reactions tried with every floor; the others are tried with the newest winners among the floors. */
const [FIRST, WINNERS] = [3, 2];

/**
 * There so many STARTS are refined: the best of a floor each, with other reactions or utilizations that differ by ALIKE. A floor has none
 * if all of its candidates lost more than NEARLY times as much as the best of the floors before it.
 */
const [STARTS, NEARLY, ALIKE] = [3, 1.03, 0.1];

/** One utilization in so many is tried with every floor; the best is refined to the hundredth. */
const [COARSE, FINE] = [3, 0.01];

/** A reaction that answers surges better may keep tasks busier: each is tried this much above the best utilization so far. */
const HIGHER: readonly number[] = [0, 0.02, 0.04];

/** How often the best so far is tried again with other floors, reactions and utilizations beside it. */
const ROUNDS = 3;

/** A schedule is worth its many actions only if it saves this share of the loss. */
const WORTH_A_SCHEDULE = 0.02;

/** The loss that a candidate must stay below to be better than the best so far. */
function toBeat(best: Rehearsal | undefined, { standing }: Candidate): number {
  if (best === undefined) return Number.POSITIVE_INFINITY;
  const schedule = standing.kind === "seasonal" && best.candidate.standing.kind === "constant";
  return best.loss * (schedule ? 1 - WORTH_A_SCHEDULE : 1);
}

/** The best of some, of which a schedule has to be worth it against the best of the others. */
export function bestOf(refined: readonly Rehearsal[]): Rehearsal {
  return refined
    .toSorted(constantsFirst)
    .reduce((one, other) => (beats(other.loss, toBeat(one, other.candidate)) ? other : one));
}

function constantsFirst(one: Rehearsal, other: Rehearsal): number {
  const scheduled = ({ candidate }: Rehearsal) => Number(candidate.standing.kind === "seasonal");
  return scheduled(one) - scheduled(other);
}

/** Every floor with all of the reactions and utilizations: the best, and others to start from. None when no candidate keeps the SLOs. */
export function scanned(trial: Trial, scope: Scope): readonly Rehearsal[] {
  const ofFloor = new Map<Standing, Rehearsal>();
  const collecting: Trial = (candidate, limit) => {
    const first = limit === Number.POSITIVE_INFINITY; // of all: what only shows that a floor can keep is no best of it
    const known = (first ? undefined : ofFloor.get(candidate.standing)?.loss) ?? Number.POSITIVE_INFINITY;
    const outcome = trial(candidate, Math.min(NEARLY * limit, known));
    if (typeof outcome === "string") return outcome;
    ofFloor.set(candidate.standing, outcome);
    return beats(outcome.loss, limit) ? outcome : "costly";
  };
  let best: Rehearsal | undefined;
  for (const standing of scope.floors.all) best = scan(collecting, best, standing, scope);
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
export function roughlyScanned(trial: Trial, scope: Scope): readonly Rehearsal[] {
  const { floors, reactions, utilizations } = scope;
  const some = utilizations.filter((_, i) => (i + 1) % COARSE === 0 || i === utilizations.length - 1);
  const coarse = { ...scope, reactions: reactions.slice(0, FIRST), utilizations: some };
  let best: Rehearsal | undefined;
  const winners: Standing[] = [];
  for (const standing of floors.all) {
    best = scan(trial, best, standing, coarse);
    if (best?.candidate.standing === standing) winners.unshift(standing);
  }
  for (const standing of winners.slice(0, WINNERS)) best = scan(trial, best, standing, scope);
  return best === undefined ? [] : [best];
}

/**
 * The best so far, or what is better with this floor. Where busier tasks never miss less: once there is a best, whose cost rules out the
 * idle ones at once, the first that misses too much is the last; before, where the idlest miss too much, all do.
 */
function scan(
  trial: Trial,
  before: Rehearsal | undefined,
  standing: Standing,
  { reactions, utilizations, monotone }: Scope,
): Rehearsal | undefined {
  let best = before;
  for (const surge of reactions) {
    const rising = best !== undefined;
    const idlest = { standing, surge, utilization: utilizations.at(-1)! };
    if (monotone && !rising && trial(idlest, Number.POSITIVE_INFINITY) === "missing") continue;
    for (const utilization of rising ? utilizations.toReversed() : utilizations) {
      const candidate = { standing, surge, utilization };
      const outcome = trial(candidate, toBeat(best, candidate));
      if (typeof outcome !== "string") best = outcome;
      else if (outcome === "missing" && rising && monotone) break;
    }
  }
  return best;
}

/** What lies beside a start, until nothing does better. */
export function refined(trial: Trial, scope: Scope, start: Rehearsal): Rehearsal {
  const { floors, reactions, utilizations, ceiling } = scope;
  let best = start;
  const tried = new Set([nameOf(start.candidate)]);
  const attempt = (candidate: Candidate) => {
    const name = nameOf(candidate);
    if (tried.has(name)) return; // it lost to what was no better than the best is now, or fell behind it
    tried.add(name);
    const outcome = trial(candidate, toBeat(best, candidate), best);
    if (typeof outcome !== "string") best = outcome;
  };
  for (let round = 0, before: Rehearsal | undefined; best !== before && round < ROUNDS; round++) {
    before = best;
    const { candidate: found } = best;
    // What was found on the history alone may be too busy by far for its replications; before floors, which are the dear way out of that.
    for (const utilization of utilizations.filter((idler) => idler < found.utilization))
      attempt({ ...found, utilization });
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

/** Unlike that of any other candidate of a search. */
function nameOf({ standing, surge, utilization }: Candidate): string {
  const { kind, multiple, min } = standing;
  return [kind, multiple, min, surge?.at, surge?.gain, surge?.jump, utilization].join(" ");
}

/** The hundredths between a utilization and its neighbors in the row. */
function hundredths(utilization: number, row: readonly number[]): readonly number[] {
  const above = row.findLast((other) => other > utilization) ?? utilization;
  const below = row.find((other) => other < utilization) ?? utilization;
  const count = Math.round((above - below) / FINE) - 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number((above - (i + 1) * FINE).toFixed(4)));
}
