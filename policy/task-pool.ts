import { AS_DECLARED, fullRate, type Pace } from "./pace.ts";
import type { TaskProfile } from "./service.ts";
import { slowed } from "./service-time.ts";
import { type SteadyState, steadyState } from "./steady-state.ts";

/** What a pool of equal tasks did over a while; shares are ratios of the requests that arrived. */
export interface Served {
  /** Share refused or later than each threshold. */
  readonly late: readonly number[];
  readonly refused: number;
  /** Work done ÷ what all slots do at the declared service times: the share of busy slots where nothing slows them. */
  readonly busy: number;
  /** Requests in each task at the end. */
  readonly inSystem: number;
}

export interface TaskPool {
  /**
   * Serves `rate` requests a second on `tasks` tasks for `seconds`, from `inSystem` requests in each. What it
   * returns holds until the next call: a replay calls it a million times.
   */
  readonly serve: (tasks: number, rate: number, seconds: number, inSystem: number) => Served;
  /** The long run at one rate; from the tables, so fast. */
  readonly steady: (
    tasks: number,
    rate: number,
  ) => { readonly late: readonly number[]; readonly refused: number };
}

/** Beyond so many tasks behind one balancer another one no longer makes arrivals noticeably more regular: SCV 1/32. */
const REGULAR = 32;

/**
 * Utilizations at which the steady state is tabulated: fine where it bends, coarse in overload, where a twentieth more
 * keeps what lies between within half a percent of the requests.
 */
const [FINE, FINE_CELLS, COARSE, COARSE_CELLS] = [0.005, 240, 1.05, 112];
export const GRID = Float64Array.from([
  ...Array.from({ length: FINE_CELLS }, (_, i) => i * FINE),
  ...Array.from({ length: COARSE_CELLS }, (_, i) => FINE_CELLS * FINE * COARSE ** i),
]);

/**
 * The pool follows its steady states as they move: the pointwise stationary fluid flow approximation of
 * Wang, Tipper & Banerjee, "A new approximation for modeling nonstationary queues", IEEE INFOCOM 1996.
 * The number in a task, L, changes by (accepted share) × (rate at which all slots are busy) × (ρ − ρ(L)), ρ being rates as
 * multiples of that one and ρ(L) the one whose steady state holds L; shares late and refused are those of the states passed.
 */
export function taskPool(
  profile: TaskProfile,
  thresholds: readonly number[],
  pace: Pace = AS_DECLARED,
): TaskPool {
  const slotRate = profile.concurrency / profile.serviceTime.mean;
  const tableFor = tables(profile, thresholds, pace);
  const crews: (Crew | undefined)[] = new Array(REGULAR + 1).fill(undefined);
  const different = pace.shared === undefined ? REGULAR : Number.POSITIVE_INFINITY;
  const crewOf = (tasks: number) => {
    const key = tasks < different ? tasks : different;
    const found = crews[key] ?? crew(tableFor(key), fullRate(profile, pace, key), slotRate);
    crews[key] = found;
    return found;
  };
  const tally: Tally = { late: thresholds.map(() => 0), refused: 0, busy: 0, inSystem: 0 };
  return {
    serve: (tasks, rate, seconds, inSystem) => {
      const { table, full, work } = crewOf(tasks);
      follow(table, rate / (tasks * full), full, seconds, inSystem, tally);
      tally.busy *= work;
      return tally;
    },
    steady: (tasks, rate) => {
      const { table, full } = crewOf(tasks);
      const utilization = Math.min(rate / (tasks * full), HIGHEST);
      const cell = cellOf(utilization);
      const share = shareOf(cell, utilization);
      return {
        refused: mix(table.refused, cell, share),
        late: table.late.map((values) => mix(values, cell, share)),
      };
    },
  };
}

/** So many tasks: their table, the rate that fills one of them, and the work that is, as a share of what slots do as declared. */
interface Crew {
  readonly table: Table;
  readonly full: number;
  readonly work: number;
}

function crew(table: Table, full: number, slotRate: number): Crew {
  return { table, full, work: full / slotRate };
}

/** Service times slowed by what tasks share are told apart, beyond REGULAR tasks, by this step of their logarithm. */
const SLOWER = 0.01;

/** The table for a number of tasks: those of large fleets that are slowed alike share one. */
function tables(profile: TaskProfile, thresholds: readonly number[], pace: Pace): (tasks: number) => Table {
  const made = new Map<string, Table>();
  const profiles = new Map<number, readonly Loaded[]>();
  return (tasks) => {
    const regular = Math.min(tasks, REGULAR);
    const exact = pace.shared?.(tasks) ?? 1;
    const shared = tasks <= REGULAR ? exact : Math.exp(SLOWER * Math.round(Math.log(exact) / SLOWER));
    const key = `${regular} ${shared}`;
    const alike = { ...pace, shared: pace.shared && (() => shared) };
    const loaded = profiles.get(shared) ?? profilesByLoad(profile, alike);
    const found = made.get(key) ?? table(loaded, regular, thresholds, fullRate(profile, pace, tasks));
    profiles.set(shared, loaded);
    made.set(key, found);
    return found;
  };
}

/** A task as it is at one utilization of the grid. */
interface Loaded {
  readonly profile: TaskProfile;
  /** Offered load ÷ slots at the service times there. */
  readonly utilization: number;
}

function profilesByLoad(profile: TaskProfile, pace: Pace): readonly Loaded[] {
  if (pace.shared === undefined && pace.cpu === undefined)
    return Array.from(GRID, (utilization) => ({ profile, utilization }));
  const full = fullRate(profile, pace, 1);
  const at = (rate: number): TaskProfile => {
    const factor = (pace.shared?.(1) ?? 1) * (pace.cpu?.(rate) ?? 1);
    return { ...profile, serviceTime: slowed(profile.serviceTime, factor) };
  };
  const [idle, busiest] = [at(0), at(full)];
  return Array.from(GRID, (share): Loaded => {
    if (share >= 1) return { profile: busiest, utilization: share };
    const loaded = pace.cpu === undefined ? idle : at(share * full);
    const load = (share * full * loaded.serviceTime.mean) / loaded.concurrency;
    return { profile: loaded, utilization: Math.min(share, load) };
  });
}

/** The highest utilization that the tables tell apart. */
const HIGHEST = GRID.at(-1)! * 0.999;

/** The grid's cell that holds a utilization of at most HIGHEST. */
function cellOf(utilization: number): number {
  if (utilization < GRID[FINE_CELLS]!) return Math.floor(utilization / FINE);
  const guess = FINE_CELLS + Math.floor(Math.log(utilization / GRID[FINE_CELLS]!) / Math.log(COARSE));
  return Math.min(guess, GRID.length - 2);
}

function shareOf(cell: number, utilization: number): number {
  return (utilization - GRID[cell]!) / (GRID[cell + 1]! - GRID[cell]!);
}

interface Tally extends Served {
  readonly late: number[];
  refused: number;
  busy: number;
  inSystem: number;
}

interface Table {
  readonly inSystem: Float64Array;
  readonly refused: Float64Array;
  readonly late: readonly Float64Array[];
  /** Seconds in which the distance to the steady state falls to 1/e, by cell. */
  readonly relaxation: Float64Array;
}

function table(loaded: readonly Loaded[], tasks: number, thresholds: readonly number[], full: number): Table {
  const states = loaded.map(
    ({ profile, utilization }): SteadyState => steadyState(profile, tasks, thresholds, utilization),
  );
  const rising = (values: readonly number[]) => {
    let highest = 0;
    return Float64Array.from(values, (value) => (highest = Math.max(highest, value)));
  };
  const inSystem = rising(states.map((state) => state.inSystem));
  const refused = rising(states.map((state) => state.refused));
  const late = thresholds.map((_, i) => rising(states.map((state) => state.late[i]!)));
  const relaxation = refused.map((share, cell) => {
    if (cell === GRID.length - 1) return Number.POSITIVE_INFINITY;
    const slope = (inSystem[cell + 1]! - inSystem[cell]!) / (GRID[cell + 1]! - GRID[cell]!);
    return slope / (full * (1 - share));
  });
  return { inSystem, refused, late, relaxation };
}

function follow(
  table: Table,
  target: number,
  full: number,
  seconds: number,
  inSystem: number,
  into: Tally,
): void {
  const goal = Math.min(target, HIGHEST);
  const end = cellOf(goal);
  // Below a utilization of 1 queues are the slower the fuller they are, so the fullest of the way bounds the rest.
  if (
    end < SATURATED &&
    table.relaxation[end]! < seconds * NEGLIGIBLE &&
    inSystem <= table.inSystem[end + 1]!
  ) {
    settle(table, goal, end, into);
    return;
  }
  let cell = located(table, inSystem, end);
  const width = table.inSystem[cell + 1]! - table.inSystem[cell]!;
  const within = width > 0 ? Math.min(1, (inSystem - table.inSystem[cell]!) / width) : 0;
  let at = GRID[cell]! + within * (GRID[cell + 1]! - GRID[cell]!);
  if (cell > end && cell < SATURATED && table.relaxation[cell]! < seconds * NEGLIGIBLE) {
    settle(table, goal, end, into);
    return;
  }
  for (let i = 0; i < into.late.length; i++) into.late[i] = 0;
  into.refused = 0;
  into.busy = 0;
  const rises = goal > at;
  let left = seconds;
  while (left > 1e-9 && (goal < GRID[cell]! || goal > GRID[cell + 1]!)) {
    const cells = stride(cell, end);
    const [low, high] = rises ? [cell, cell + cells] : [cell + 1 - cells, cell + 1];
    const border = GRID[rises ? high : low]!;
    const timeConstant = timeConstantAt(table, low, high, (at + border) / 2, full);
    const crossing = timeConstant * Math.log((goal - at) / (goal - border));
    const spent = Math.min(left, crossing);
    const next = spent < crossing ? goal - (goal - at) * Math.exp(-spent / timeConstant) : border;
    pass(table, cellOf((at + next) / 2), (at + next) / 2, spent / seconds, into);
    left -= spent;
    at = next;
    if (spent === crossing) cell = rises ? high : low - 1;
    else cell = cellOf(next);
  }
  if (left > 1e-9) {
    // Inside the goal's cell the state closes in exponentially: its mean over the time is not the middle of the way.
    const timeConstant = timeConstantAt(table, cell, cell + 1, at, full);
    const fading = Math.exp(-left / timeConstant);
    const mean = goal - ((goal - at) * timeConstant * (1 - fading)) / left;
    pass(table, cell, mean, left / seconds, into);
    at = goal - (goal - at) * fading;
  }
  // Weights add up to 1 but for rounding.
  for (let i = 0; i < into.late.length; i++) into.late[i] = Math.min(1, into.late[i]!);
  into.refused = Math.min(1, into.refused);
  into.busy = Math.min(1, into.busy);
  into.inSystem = mix(table.inSystem, cell, shareOf(cell, at));
}

/** Cells of the way are taken this many steps from its ends, or from where queues saturate, at once: there alone they bend. */
const STEPS = 4;

/** Cells that are crossed at once on the way to cell `end`. */
function stride(cell: number, end: number): number {
  return Math.max(1, Math.floor(Math.min(Math.abs(end - cell), Math.abs(SATURATED - cell)) / STEPS));
}

/** Seconds in which the distance to the goal falls to 1/e at a utilization between two lines of the grid. */
function timeConstantAt(table: Table, low: number, high: number, at: number, full: number): number {
  const slope = (table.inSystem[high]! - table.inSystem[low]!) / (GRID[high]! - GRID[low]!);
  const cell = cellOf(at);
  return Math.max(1e-9, slope) / (full * (1 - mix(table.refused, cell, shareOf(cell, at))));
}

/** Adds what a share `weight` of the time at the cell's utilization `mean` serves. */
function pass(table: Table, cell: number, mean: number, weight: number, into: Tally): void {
  const share = Math.min(1, Math.max(0, shareOf(cell, mean)));
  const refused = mix(table.refused, cell, share);
  into.refused += weight * refused;
  into.busy += weight * Math.min(1, mean * (1 - refused));
  for (let i = 0; i < into.late.length; i++) into.late[i]! += weight * mix(table.late[i]!, cell, share);
}

/** A queue that reaches its new steady state within this share of the time is taken to be there from the start. */
const NEGLIGIBLE = 0.02;

/** The first cell that reaches a utilization of 1. */
const SATURATED = GRID.findIndex((utilization) => utilization >= 1 - 1e-9) - 1;

function settle(table: Table, utilization: number, cell: number, into: Tally): void {
  const share = shareOf(cell, utilization);
  for (let i = 0; i < into.late.length; i++) into.late[i] = mix(table.late[i]!, cell, share);
  into.refused = mix(table.refused, cell, share);
  into.busy = Math.min(1, utilization * (1 - into.refused));
  into.inSystem = mix(table.inSystem, cell, share);
}

/** Cells around the goal's that are looked at one by one: from one minute to the next little changes. */
const NEAR = 6;

/** The grid's cell whose steady states hold `inSystem` requests, likely near the cell `guess`. */
function located({ inSystem: table }: Table, inSystem: number, guess: number): number {
  let [low, high] = [0, GRID.length - 1];
  for (let cell = guess, steps = 0; steps < NEAR; steps++) {
    if (table[cell]! > inSystem && cell > 0) cell--;
    else if (cell + 1 < high && table[cell + 1]! < inSystem) cell++;
    else return cell;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (table[middle]! <= inSystem) low = middle;
    else high = middle;
  }
  return low;
}

function mix(values: Float64Array, cell: number, share: number): number {
  return values[cell]! + share * (values[cell + 1]! - values[cell]!);
}
