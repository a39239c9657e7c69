import { AS_DECLARED, fullRate, type Pace } from "./pace.ts";
import type { TaskProfile } from "./service.ts";
import { slowed } from "./service-time.ts";
import { type SteadyState, steadyState } from "./steady-state.ts";

/** What a pool of equal tasks did over a while; shares are ratios of the requests that arrived. */
export interface Served {
  /** Share refused or later than each threshold. */
  readonly late: Float64Array;
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
    const found = crews[key];
    if (found !== undefined) return found;
    const made = crew(tableFor(key), fullRate(profile, pace, key), slotRate);
    crews[key] = made;
    return made;
  };
  const tally: Tally = { late: new Float64Array(thresholds.length), refused: 0, busy: 0, inSystem: 0 };
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
      const share = shareOf(table, cell, utilization);
      const { rows, width } = table;
      return {
        refused: mix(rows, cell * width + REFUSED, width, share),
        late: thresholds.map((_, i) => mix(rows, cell * width + LATE + i, width, share)),
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

/** Cells of the grid, and where the fine ones end. */
const [CELLS, FINE_END] = [GRID.length - 1, GRID[FINE_CELLS]!];

/** The grid's cell that holds a utilization of at most HIGHEST. */
function cellOf(utilization: number): number {
  if (utilization < FINE_END) return (utilization / FINE) | 0;
  const guess = FINE_CELLS + ((Math.log(utilization / FINE_END) / Math.log(COARSE)) | 0);
  return Math.min(guess, CELLS - 1);
}

interface Tally extends Served {
  refused: number;
  busy: number;
  inSystem: number;
}

/** The steady states of a number of tasks, one row for each utilization of the grid. */
interface Table {
  /** Numbers in a row. */
  readonly width: number;
  /** Row by row: the utilization, then at the places below what is in a task, the share refused, the relaxation, and the shares late. */
  readonly rows: Float64Array;
  /** By whole seconds up to a minute: the cell up to which, from an idle queue on, all settle within so long a slice; −1 if none. */
  readonly settling: Int16Array;
}

/** Places in a row. The relaxation is the seconds in which the distance to the steady state falls to 1/e. */
const [IN_SYSTEM, REFUSED, RELAXATION, LATE] = [1, 2, 3, 4];

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
  const columns = [GRID, inSystem, refused, relaxation, ...late];
  const width = columns.length;
  const rows = new Float64Array(width * GRID.length);
  columns.forEach((column, place) => {
    for (let cell = 0; cell < GRID.length; cell++) rows[cell * width + place] = column[cell]!;
  });
  return { width, rows, settling: settlingCells(relaxation) };
}

/** Seconds up to which slices are tabulated: a replay's are no longer. */
const MINUTE = 60;

function settlingCells(relaxation: Float64Array): Int16Array {
  let cell = -1;
  return Int16Array.from({ length: MINUTE + 1 }, (_, seconds) => {
    while (cell + 1 < SATURATED && relaxation[cell + 1]! < seconds * NEGLIGIBLE) cell++;
    return cell;
  });
}

/** Serves a slice of time: most leave the queue settled, as the table says without a look at where it is. */
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
  const settling = table.settling[Math.min(MINUTE, seconds) | 0]!;
  if (end <= settling && inSystem < table.rows[(settling + 1) * table.width + IN_SYSTEM]!)
    settle(table, goal, end, into);
  else pursue(table, goal, end, full, seconds, inSystem, into);
}

/** Follows a queue of `inSystem` requests on its way to the utilization `goal`, which lies in cell `end`. */
function pursue(
  table: Table,
  goal: number,
  end: number,
  full: number,
  seconds: number,
  inSystem: number,
  into: Tally,
): void {
  const { rows, width } = table;
  let cell = located(table, inSystem, end);
  // Below a utilization of 1 queues are the slower the fuller they are, so the fullest of the way bounds the rest.
  const fullest = Math.max(cell, end);
  if (fullest < SATURATED && rows[fullest * width + RELAXATION]! < seconds * NEGLIGIBLE) {
    settle(table, goal, end, into);
    return;
  }
  const row = cell * width;
  const gap = rows[row + width + IN_SYSTEM]! - rows[row + IN_SYSTEM]!;
  const within = gap > 0 ? Math.min(1, (inSystem - rows[row + IN_SYSTEM]!) / gap) : 0;
  let at = rows[row]! + within * (rows[row + width]! - rows[row]!);
  const late = into.late;
  for (let i = 0; i < late.length; i++) late[i] = 0;
  into.refused = 0;
  into.busy = 0;
  const rises = goal > at;
  let left = seconds;
  while (left > 1e-9 && (goal < rows[cell * width]! || goal > rows[(cell + 1) * width]!)) {
    const cells = stride(cell, end);
    const low = rises ? cell : cell + 1 - cells;
    const high = rises ? cell + cells : cell + 1;
    const border = rises ? rows[high * width]! : rows[low * width]!;
    const timeConstant = timeConstantAt(table, low, high, (at + border) / 2, full);
    const crossing = timeConstant * Math.log((goal - at) / (goal - border));
    const spent = Math.min(left, crossing);
    const next = spent < crossing ? goal - (goal - at) * Math.exp(-spent / timeConstant) : border;
    const mean = (at + next) / 2;
    pass(table, cellBetween(low, high, mean), mean, spent / seconds, into);
    left -= spent;
    at = next;
    if (spent === crossing) cell = rises ? high : low - 1;
    else cell = cellBetween(low, high, next);
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
  for (let i = 0; i < late.length; i++) late[i] = Math.min(1, late[i]!);
  into.refused = Math.min(1, into.refused);
  into.busy = Math.min(1, into.busy);
  into.inSystem = mix(rows, cell * width + IN_SYSTEM, width, shareOf(table, cell, at));
}

/** Cells of the way are taken this many steps from its ends, or from where queues saturate, at once: there alone they bend. */
const STEPS = 4;

/** Cells that are crossed at once on the way to cell `end`. */
function stride(cell: number, end: number): number {
  return Math.max(1, (Math.min(Math.abs(end - cell), Math.abs(SATURATED - cell)) / STEPS) | 0);
}

/** The grid's cell that holds a utilization between two of its lines. */
function cellBetween(low: number, high: number, utilization: number): number {
  return high - low === 1 ? low : cellOf(utilization);
}

/** Seconds in which the distance to the goal falls to 1/e at a utilization between two lines of the grid. */
function timeConstantAt(table: Table, low: number, high: number, at: number, full: number): number {
  const { rows, width } = table;
  const slope =
    (rows[high * width + IN_SYSTEM]! - rows[low * width + IN_SYSTEM]!) /
    (rows[high * width]! - rows[low * width]!);
  const cell = cellBetween(low, high, at);
  const refused = mix(rows, cell * width + REFUSED, width, shareOf(table, cell, at));
  return Math.max(1e-9, slope) / (full * (1 - refused));
}

/** Adds what a share `weight` of the time at the cell's utilization `mean` serves. */
function pass(table: Table, cell: number, mean: number, weight: number, into: Tally): void {
  const { rows, width } = table;
  const row = cell * width;
  const share = Math.min(1, Math.max(0, shareOf(table, cell, mean)));
  const refused = mix(rows, row + REFUSED, width, share);
  into.refused += weight * refused;
  into.busy += weight * Math.min(1, mean * (1 - refused));
  const { late } = into;
  for (let i = 0; i < late.length; i++) late[i]! += weight * mix(rows, row + LATE + i, width, share);
}

/** A queue that reaches its new steady state within this share of the time is taken to be there from the start. */
const NEGLIGIBLE = 0.02;

/** The first cell that reaches a utilization of 1. */
const SATURATED = GRID.findIndex((utilization) => utilization >= 1 - 1e-9) - 1;

function settle(table: Table, utilization: number, cell: number, into: Tally): void {
  const { rows, width } = table;
  const row = cell * width;
  const share = (utilization - rows[row]!) / (rows[row + width]! - rows[row]!);
  const { late } = into;
  for (let i = 0; i < late.length; i++) late[i] = mix(rows, row + LATE + i, width, share);
  const refused = mix(rows, row + REFUSED, width, share);
  into.refused = refused;
  into.busy = Math.min(1, utilization * (1 - refused));
  into.inSystem = mix(rows, row + IN_SYSTEM, width, share);
}

/** Cells around the goal's that are looked at one by one: from one minute to the next little changes. */
const NEAR = 6;

/** The grid's cell whose steady states hold `inSystem` requests, likely near the cell `guess`. */
function located({ rows, width }: Table, inSystem: number, guess: number): number {
  let low = 0;
  let high = CELLS;
  for (let cell = guess, steps = 0; steps < NEAR; steps++) {
    if (rows[cell * width + IN_SYSTEM]! > inSystem && cell > 0) cell--;
    else if (cell + 1 < high && rows[(cell + 1) * width + IN_SYSTEM]! < inSystem) cell++;
    else return cell;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (rows[middle * width + IN_SYSTEM]! <= inSystem) low = middle;
    else high = middle;
  }
  return low;
}

function mix(rows: Float64Array, place: number, width: number, share: number): number {
  return rows[place]! + share * (rows[place + width]! - rows[place]!);
}

function shareOf({ rows, width }: Table, cell: number, utilization: number): number {
  const row = cell * width;
  return (utilization - rows[row]!) / (rows[row + width]! - rows[row]!);
}
