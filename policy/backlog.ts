import { MEANS, placeOf, ROW, SPREADS, type WaitForms } from "./wait-forms.ts";

/** The steady states of a task, in columns by utilization; none of them ever falls. */
export interface SteadyStates {
  /** Rates, as multiples of the one at which all slots are busy. */
  readonly utilization: Float64Array;
  readonly inSystem: Float64Array;
  readonly refused: Float64Array;
  /** Seconds, mean of those accepted. */
  readonly wait: Float64Array;
  /** For each threshold. */
  readonly late: readonly Float64Array[];
  /** The rate at which all slots are busy, requests a second. */
  readonly full: number;
  /** Seconds. */
  readonly serviceTime: number;
  readonly maxWait: number;
  readonly forms: WaitForms;
  /** Of these thresholds (wait-forms.ts). */
  readonly lateForms: Float64Array;
}

/** What is added up on the way, and what is there at its end. */
export interface Followed {
  readonly late: Float64Array;
  refused: number;
  busy: number;
  inSystem: number;
  spread: number;
  cell: number;
}

/** Seconds that are too few to follow. */
const MOMENT = 1e-9;

/**
 * Follows tasks with a backlog, or on their way into one, for `seconds` at the utilization `goal`, from `inSystem` requests in each and the
 * `spread` of their waits, by two moments. Waits W between none and the patience K that grow by ρ − 1 a second, with a variance of σ²,
 * and by u where slots are idle and −r where requests are refused, have (Itô's formula for a reflected Brownian motion: J. M. Harrison,
 * "Brownian Motion and Stochastic Flow Systems", 1985)
 *
 *     dE[W]/dt = ρ − 1 + u − r        dVar[W]/dt = σ² − 2 E[W] u − 2 (K − E[W]) r
 *
 * That the equations of moments are closed by distributions that have these moments is of M. H. Rothkopf & S. S. Oren, "A closure
 * approximation for the nonstationary M/M/s queue", Management Science 25(6), 1979. Here u and r are those of the steady state of the same
 * mean × what the spread makes of the density at either end (wait-forms.ts), and σ² is what keeps that steady state, × ρ ÷ its
 * utilization. With a spread of 1 the mean goes the way of the pointwise stationary approximation (task-pool.ts).
 */
export function follow(
  states: SteadyStates,
  goal: number,
  seconds: number,
  inSystem: number,
  spread: number,
  into: Followed,
): void {
  const most = states.inSystem.at(-1)!;
  let [here, there] = MOMENTS;
  here.cell = there.cell = into.cell;
  lookAt(states, goal, Math.min(inSystem, most), 0, here);
  here.variance = spread * here.steady;
  lookAt(states, goal, here.inSystem, here.variance, here);
  into.late.fill(0);
  into.refused = into.busy = 0;
  let left = seconds;
  while (left > MOMENT) {
    const next = nextStop(states, here, most);
    const way = next - here.inSystem;
    const likely = here.rise === 0 ? left : Math.min(left, Math.abs(way / here.rise));
    lookAt(states, goal, next, varianceAfter(likely, here, here, 0), there);
    go(here, there, way, seconds, left);
    // What is there depends on how long it takes.
    lookAt(states, goal, next, varianceAfter(STEP.share === 1 ? STEP.span : likely, here, there, 0.5), there);
    go(here, there, way, seconds, left);
    const { span, share, weight } = STEP;
    add(states, into, here, there, span, weight);
    left -= span;
    if (share < 1) {
      const variance = STEP.settles ? Number.POSITIVE_INFINITY : varianceAfter(span, here, there, weight);
      lookAt(states, goal, here.inSystem + share * way, variance, there);
    }
    [here, there] = [there, here];
  }
  const each = 1 / seconds;
  for (let i = 0; i < into.late.length; i++) into.late[i] = Math.min(1, into.late[i]! * each);
  into.refused = Math.min(1, into.refused * each);
  into.busy = Math.min(1, into.busy * each);
  into.inSystem = here.inSystem;
  into.spread = here.spread > SETTLED ? 1 : here.spread;
  into.cell = here.cell;
}

/** A moment on the way: what is in each task, how it waits, and how fast that changes. */
interface Moment {
  inSystem: number;
  /** In the steady states, where that much is in a task. */
  cell: number;
  within: number;
  /** Seconds, mean; squared, the variance and what it is where the spread is 1. */
  wait: number;
  variance: number;
  steady: number;
  spread: number;
  refused: number;
  /** Share of slots. */
  idle: number;
  /** Requests a second in each task. */
  rise: number;
  /** Of the variance: what is added a second, and the share that is taken away. */
  noise: number;
  sink: number;
  /** In the forms: the lower of the two means and of the two spreads that it lies between, and how far from there. */
  form: number;
  mean: number;
  deviation: number;
}

function moment(): Moment {
  const state = { inSystem: 0, cell: 0, within: 0, wait: 0, variance: 0, steady: 0, spread: 0 };
  return { ...state, refused: 0, idle: 0, rise: 0, noise: 0, sink: 0, form: 0, mean: 0, deviation: 0 };
}

/** Written over all the time: a replay follows thousands of ways. */
const MOMENTS: readonly [Moment, Moment] = [moment(), moment()];

/** Finds out what is so where `inSystem` requests are in each task and their waits have this variance. */
function lookAt(states: SteadyStates, goal: number, inSystem: number, variance: number, into: Moment): void {
  const { utilization, maxWait, full } = states;
  const { scv, idle } = states.forms;
  const cell = located(states.inSystem, inSystem, into.cell);
  const gap = states.inSystem[cell + 1]! - states.inSystem[cell]!;
  const within = gap > 0 ? Math.min(1, (inSystem - states.inSystem[cell]!) / gap) : 0;
  const at = between(utilization, cell, within);
  const wait = Math.min(maxWait, between(states.wait, cell, within));
  const refused = between(states.refused, cell, within);
  const unused = Math.max(0, 1 - at * (1 - refused));
  const place = placeOf(wait / maxWait);
  const lower = Math.min(MEANS - 1, place | 0);
  const mean = place - lower;
  const steady = Math.min(wait, maxWait - wait) ** 2 * between(scv, lower, mean);
  // So many slots are idle however alike tasks are (Jensen's inequality); spread makes the others so. With many idle slots it is as if settled.
  const least = Math.min(unused, Math.max(0, 1 - inSystem / (full * states.serviceTime)));
  const spread = variance < steady ? Math.max(variance / steady, unused > 0 ? least / unused : 0) : 1;
  const deviations = SPREADS * Math.sqrt(spread);
  const deviation = Math.min(SPREADS - 1, deviations | 0);
  into.inSystem = inSystem;
  into.cell = cell;
  into.within = within;
  into.wait = wait;
  into.variance = spread * steady;
  into.steady = steady;
  into.spread = spread;
  into.form = lower * ROW + deviation;
  into.mean = mean;
  into.deviation = deviations - deviation;
  into.idle = least + (unused - least) * formed(idle, into.form, ROW, mean, into.deviation);
  into.refused = refused * formed(idle, (MEANS - lower) * ROW + deviation, -ROW, mean, into.deviation);
  into.rise = full * (goal * (1 - into.refused) - (1 - into.idle));
  const rest = maxWait - wait;
  into.noise = (2 * (wait * unused + rest * at * refused) * goal) / Math.max(at, MOMENT);
  const taken = 2 * (wait * into.idle + rest * goal * into.refused);
  into.sink = into.variance > 0 ? taken / into.variance : 0;
}

/** The last cell whose steady states hold at most so many requests, sought from the cell `guess` on. */
function located(inSystem: Float64Array, held: number, guess: number): number {
  let cell = guess;
  while (cell > 0 && inSystem[cell]! > held) cell--;
  while (cell + 2 < inSystem.length && inSystem[cell + 1]! <= held) cell++;
  return cell;
}

function between(column: Float64Array, at: number, share: number): number {
  return column[at]! + share * (column[at + 1]! - column[at]!);
}

/** Of a table of forms, between two means, which are `row` apart, and two spreads. */
function formed(table: Float64Array, at: number, row: number, mean: number, deviation: number): number {
  const one = between(table, at, deviation);
  return one + mean * (between(table, at + row, deviation) - one);
}

/** Of the wait, or what is left of the patience, a step changes it by so much, and by so much of a service time where there is neither. */
const [STRIDE, LEAST] = [0.35, 0.1];

/** Requests in each task at the end of a step, if it takes no longer than there is time. */
function nextStop({ serviceTime, maxWait, full }: SteadyStates, here: Moment, most: number): number {
  const step = STRIDE * (Math.min(here.wait, maxWait - here.wait) + LEAST * serviceTime) * full;
  return here.rise > 0 ? Math.min(most, here.inSystem + step) : Math.max(0, here.inSystem - step);
}

/** A spread from which it is taken to be 1. */
const SETTLED = 0.95;

/** The shortest step where a queue has come to rest and its spread has not, as a share of the time. */
const SHORTEST = 1 / 10;

/**
 * A step: seconds, the share of the way that is made, the weight of its end in means over the time, its beginning having the rest, and
 * whether waits are those of a steady state after it.
 */
const STEP = { span: 0, share: 0, weight: 0, settles: false };

/** Times in which the variance falls to 1/e after which a queue at rest is in its steady state. */
const AT_REST = 3;

/** Goes the way from here to there for as long as it takes or `left` seconds; the rise is linear in between, so that the way is an exponential one. */
function go(here: Moment, there: Moment, way: number, seconds: number, left: number): void {
  const lost = here.rise - there.rise;
  const rests = way === 0 || here.rise * there.rise <= 0;
  const decay = way === 0 ? 0 : lost / way;
  const bends = Math.abs(lost) > 1e-6 * Math.abs(here.rise);
  const crossing = rests
    ? Number.POSITIVE_INFINITY
    : bends
      ? Math.log(here.rise / there.rise) / decay
      : way / here.rise;
  const patience =
    rests && Math.min(here.spread, there.spread) < SETTLED
      ? Math.max(seconds * SHORTEST, 1 / here.sink)
      : left;
  STEP.span = Math.min(left, crossing, patience);
  STEP.settles = rests && STEP.span * here.sink > AT_REST;
  const passed = decay * STEP.span;
  if (crossing <= left) STEP.share = 1;
  else if (bends) STEP.share = (here.rise / lost) * (1 - Math.exp(-passed));
  else STEP.share = way === 0 ? 0 : (here.rise * STEP.span) / way;
  STEP.weight = STEP.share * (Math.abs(passed) < 1e-4 ? 0.5 : 1 / (1 - Math.exp(-passed)) - 1 / passed);
}

/** The variance after so many seconds, with the noise and the sink between those of here and there. */
function varianceAfter(seconds: number, here: Moment, there: Moment, weight: number): number {
  const noise = here.noise + weight * (there.noise - here.noise);
  const sink = here.sink + weight * (there.sink - here.sink);
  if (sink * seconds < 1e-6) return here.variance + noise * seconds;
  return noise / sink + (here.variance - noise / sink) * Math.exp(-seconds * sink);
}

/** Adds what `span` seconds between here and there serve. */
function add(
  states: SteadyStates,
  into: Followed,
  here: Moment,
  there: Moment,
  span: number,
  weight: number,
): void {
  const [first, last] = [span * (1 - weight), span * weight];
  into.refused += first * here.refused + last * there.refused;
  into.busy += first * (1 - here.idle) + last * (1 - there.idle);
  const { late } = into;
  for (let i = 0; i < late.length; i++)
    late[i]! += first * lateAt(states, here, i) + last * lateAt(states, there, i);
}

/** Share refused or later than a threshold. */
function lateAt({ lateForms: forms, late }: SteadyStates, at: Moment, threshold: number): number {
  const count = late.length;
  const place = at.form * count + threshold;
  const [low, high] = [place, place + ROW * count];
  const one = forms[low]! + at.deviation * (forms[low + count]! - forms[low]!);
  const other = forms[high]! + at.deviation * (forms[high + count]! - forms[high]!);
  const share = one + at.mean * (other - one) + at.spread * between(late[threshold]!, at.cell, at.within);
  return Math.min(1, Math.max(at.refused, share));
}
