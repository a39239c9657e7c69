import { type Followed, follow, type SteadyStates } from "./backlog.ts";
import { AS_DECLARED, fullRate, type Pace } from "./pace.ts";
import { power } from "./power.ts";
import type { TaskProfile } from "./service.ts";
import { type ServiceTime, stretched } from "./service-time.ts";
import { type SteadyState, steadyState } from "./steady-state.ts";
import { lateForms, waitForms } from "./wait-forms.ts";

/** What a pool of equal tasks did over a while; shares are ratios of the requests that arrived. */
export interface Served {
  /** Share refused or later than each threshold. */
  readonly late: Float64Array;
  readonly refused: number;
  /** Work done ÷ what all slots do at the declared service times: the share of busy slots where nothing slows them. */
  readonly busy: number;
  /** Share of slots that were idle. */
  readonly idle: number;
  /** Requests in each task at the end. */
  readonly inSystem: number;
  /** The variance of waits at the end ÷ that of the steady state with as many requests in each task; at most 1. */
  readonly spread: number;
}

export interface TaskPool {
  /**
   * Serves `rate` requests a second on `tasks` tasks for `seconds`, from `inSystem` requests in each, whose waits have
   * `spread`: those of a steady state unless it is said. What it returns holds until the next call: a replay calls it a million times.
   */
  readonly serve: (tasks: number, rate: number, seconds: number, inSystem: number, spread?: number) => Served;
  /** Requests in each task up to which it makes no difference worth following whether a task has them or none, as those that join do. */
  readonly calm: (tasks: number) => number;
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
  ...Array.from({ length: COARSE_CELLS }, (_, i) => FINE_CELLS * FINE * power(COARSE, i)),
]);

/**
 * The pool follows its steady states as they move: the pointwise stationary fluid flow approximation of
 * Wang, Tipper & Banerjee, "A new approximation for modeling nonstationary queues", IEEE INFOCOM 1996.
 * The number in a task, L, changes by (accepted share) × (rate at which all slots are busy) × (ρ − ρ(L)), ρ being rates as
 * multiples of that one and ρ(L) the one whose steady state holds L; shares late and refused are those of the states passed.
 * Near saturation and beyond, where that is too coarse, the variance of waits is followed, too (backlog.ts).
 */
export function taskPool(
  profile: TaskProfile,
  thresholds: readonly number[],
  pace: Pace = AS_DECLARED,
): TaskPool {
  return new SteadyPool(profile, thresholds, pace);
}

/**
 * A class, for V8 makes of methods, which there are once, less code than of closures, which there are many of. The tables stand in this file for
 * the same reason: with them in another one a replay took 5 % longer (2026-11-27).
 */
class SteadyPool implements TaskPool {
  private readonly profile: TaskProfile;
  private readonly pace: Pace;
  private readonly thresholds: readonly number[];
  private readonly tableFor: (tasks: number) => Table;
  /** Fewest tasks from which all are served alike. */
  private readonly different: number;
  private readonly tally: Tally;
  /** By the number of tasks. */
  private readonly crews: (Crew | undefined)[] = [];

  constructor(profile: TaskProfile, thresholds: readonly number[], pace: Pace) {
    this.profile = profile;
    this.pace = pace;
    this.thresholds = thresholds;
    this.tableFor = tables(profile, thresholds, pace);
    this.different = pace.shared === undefined ? REGULAR : Number.POSITIVE_INFINITY;
    this.tally = {
      late: new Float64Array(thresholds.length),
      refused: 0,
      busy: 0,
      idle: 1,
      inSystem: 0,
      spread: 1,
      cell: 0,
    };
  }

  serve(tasks: number, rate: number, seconds: number, inSystem: number, spread = 1): Served {
    const { tally } = this;
    const { table, full, work } = this.crews[tasks] ?? this.crew(tasks);
    const utilization = rate / (tasks * full);
    const goal = utilization < HIGHEST ? utilization : HIGHEST;
    const cell = cellOf(goal);
    if (settles(table, cell, seconds, inSystem)) settle(table, goal, cell, tally);
    else pursue(table, goal, cell, seconds, inSystem, spread, tally);
    tally.idle = 1 - tally.busy;
    tally.busy *= work;
    return tally;
  }

  calm(tasks: number): number {
    const { rows, width } = (this.crews[tasks] ?? this.crew(tasks)).table;
    return rows[CALM * width + IN_SYSTEM]!;
  }

  steady(tasks: number, rate: number) {
    const { table, full } = this.crews[tasks] ?? this.crew(tasks);
    const utilization = Math.min(rate / (tasks * full), HIGHEST);
    const cell = cellOf(utilization);
    const share = shareOf(table, cell, utilization);
    const { rows, width } = table;
    return {
      refused: mix(rows, cell * width + REFUSED, width, share),
      late: this.thresholds.map((_, i) => mix(rows, cell * width + LATE + i, width, share)),
    };
  }

  private crew(tasks: number): Crew {
    const { crews } = this;
    const alike = Math.min(tasks, this.different);
    const crew = crews[alike] ?? this.made(alike);
    while (crews.length <= Math.min(tasks, KNOWN)) crews.push(undefined);
    crews[alike] = crew;
    if (tasks <= KNOWN) crews[tasks] = crew;
    return crew;
  }

  private made(tasks: number): Crew {
    const { profile, pace } = this;
    const full = fullRate(profile, pace, tasks);
    const work = full / (profile.concurrency / profile.serviceTime.mean);
    return { table: this.tableFor(tasks), full, work };
  }
}

/** Tasks up to which numbers of them are told apart without a search. */
const KNOWN = 4096;

/** So many tasks: their table, the rate that fills one of them, and the work that is, as a share of what slots do as declared. */
interface Crew {
  readonly table: Table;
  readonly full: number;
  readonly work: number;
}

/** Service times slowed by what tasks share are told apart, beyond REGULAR tasks, by this step of their logarithm. */
const SLOWER = 0.01;

/** The table for a number of tasks: those of large fleets that are slowed alike share one. */
function tables(profile: TaskProfile, thresholds: readonly number[], pace: Pace): (tasks: number) => Table {
  const made = new Map<string, Table>();
  const forms = new Map<ServiceTime, Float64Array>();
  const formsOf = (serviceTime: ServiceTime) => {
    const found = forms.get(serviceTime) ?? lateForms(serviceTime, profile.maxWait, thresholds);
    forms.set(serviceTime, found);
    return found;
  };
  const profiles = new Map<string, readonly Loaded[]>();
  return (tasks) => {
    const regular = Math.min(tasks, REGULAR);
    const exact = pace.shared?.(tasks) ?? 1;
    const shared = tasks <= REGULAR ? exact : Math.exp(SLOWER * Math.round(Math.log(exact) / SLOWER));
    const key = `${regular} ${shared}`;
    const alike = { ...pace, shared: pace.shared && (() => shared) };
    const like = pace.cpu === undefined ? `${shared}` : key;
    const loaded = profiles.get(like) ?? profilesByLoad(profile, alike, regular);
    const found =
      made.get(key) ?? table(loaded, regular, thresholds, fullRate(profile, pace, tasks), formsOf);
    profiles.set(like, loaded);
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

function profilesByLoad(profile: TaskProfile, pace: Pace, tasks: number): readonly Loaded[] {
  if (pace.shared === undefined && pace.cpu === undefined)
    return Array.from(GRID, (utilization) => ({ profile, utilization }));
  const full = fullRate(profile, pace, tasks);
  const at = (rate: number): TaskProfile => {
    const { mean, scv } = pace.cpu?.(tasks, rate) ?? { mean: 1, scv: 0 };
    const stretch = { mean: (pace.shared?.(tasks) ?? 1) * mean, scv };
    return { ...profile, serviceTime: stretched(profile.serviceTime, stretch) };
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

/** One ÷ the width of each cell in utilization. */
const PER_WIDTH = GRID.map((low, cell) => 1 / (GRID[cell + 1]! - low));

/** Cells of the grid, and where the fine ones end. */
const [CELLS, FINE_END] = [GRID.length - 1, GRID[FINE_CELLS]!];

/** The grid's cell that holds a utilization of at most HIGHEST. */
function cellOf(utilization: number): number {
  if (utilization < FINE_END) return (utilization * (1 / FINE)) | 0;
  const guess = (FINE_CELLS + Math.log(utilization / FINE_END) / Math.log(COARSE)) | 0;
  return guess < CELLS ? guess : (CELLS - 1) | 0;
}

/** The cell is the one that held the queue at the end. */
interface Tally extends Served, Followed {
  readonly late: Float64Array;
  refused: number;
  busy: number;
  idle: number;
  inSystem: number;
  spread: number;
}

/**
 * Service times of patience up to which backlogs are followed: the least mean of a form (wait-forms.ts) is a 4,600th of the patience, and where
 * that is many service times, who is late is read off between forms that are too far apart. From twice as many on the steady states alone are nearer.
 */
const LONGEST = 30_000;

/** The steady states of a number of tasks, one row for each utilization of the grid. */
interface Table {
  /** Numbers in a row. */
  readonly width: number;
  /** Row by row: the utilization, then what stands at the places below, and the shares late. */
  readonly rows: readonly number[];
  /** By whole seconds up to a minute: the cell up to which, from an idle queue on, all settle within so long a slice; −1 if none. */
  readonly settling: readonly number[];
  /** Whether tasks with a backlog are followed as such: requests may wait, and not for so long that the forms of waits are too coarse. */
  readonly followed: boolean;
  /** The same states for tasks with a backlog. */
  readonly states: () => SteadyStates;
}

/**
 * Places in a row. The relaxation is the seconds in which the distance to the steady state falls to 1/e, at mid-cell; the way its
 * integral over the utilization from 0 on: over several cells the mean relaxation is the way ÷ the utilization passed.
 */
const [PER_UTILIZATION, IN_SYSTEM, REFUSED, RELAXATION, WAY, LATE] = [1, 2, 3, 4, 5, 6];

function table(
  loaded: readonly Loaded[],
  tasks: number,
  thresholds: readonly number[],
  full: number,
  formsOf: (serviceTime: ServiceTime) => Float64Array,
): Table {
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
  let slowest = 0;
  const relaxation = refused.map((share, cell) => {
    if (cell === GRID.length - 1) return Number.POSITIVE_INFINITY;
    const slope = (inSystem[cell + 1]! - inSystem[cell]!) / (GRID[cell + 1]! - GRID[cell]!);
    const seconds = Math.max(1e-9, slope) / (full * (1 - (share + refused[cell + 1]!) / 2));
    // Below a utilization of 1 queues are the slower the fuller they are, also where the model has as many in them at the next one.
    slowest = Math.max(slowest, seconds);
    return cell <= SATURATED ? slowest : seconds;
  });
  let sum = 0;
  const way = relaxation.map((seconds, cell) => {
    const before = sum;
    sum += seconds * (GRID[cell + 1]! - GRID[cell]!);
    return before;
  });
  const columns = [GRID, PER_WIDTH, inSystem, refused, relaxation, way, ...late];
  const width = columns.length;
  const rows = new Float64Array(width * GRID.length);
  columns.forEach((column, place) => {
    for (let cell = 0; cell < GRID.length; cell++) rows[cell * width + place] = column[cell]!;
  });
  const wait = rising(
    loaded.map(({ profile, utilization }, cell) => {
      const accepted = utilization * profile.concurrency * (1 - refused[cell]!);
      return accepted > 0 ? profile.serviceTime.mean * (inSystem[cell]! / accepted - 1) : 0; // Little's law
    }),
  );
  const { serviceTime, maxWait } = loaded.at(-1)!.profile;
  let known: SteadyStates | undefined;
  return {
    width,
    rows: Array.from(rows),
    settling: settlingCells(relaxation),
    followed: maxWait > 0 && maxWait <= LONGEST * serviceTime.mean,
    states: () =>
      (known ??= {
        utilization: GRID,
        inSystem,
        refused,
        wait,
        late,
        full,
        serviceTime: serviceTime.mean,
        maxWait,
        forms: waitForms(),
        lateForms: formsOf(serviceTime),
      }),
  };
}

/** Seconds up to which slices are tabulated: a replay's are no longer. */
const MINUTE = 60;

function settlingCells(relaxation: Float64Array): readonly number[] {
  let cell = -1;
  return Array.from({ length: MINUTE + 1 }, (_, seconds) => {
    while (cell + 1 < SATURATED && relaxation[cell + 1]! < seconds * NEGLIGIBLE) cell++;
    return cell;
  });
}

/** Whether a slice leaves a queue settled that is on its way to cell `end`, as the table says without a look at where it is: most do. */
function settles({ settling, rows, width }: Table, end: number, seconds: number, inSystem: number): boolean {
  const last = settling[seconds < MINUTE ? seconds | 0 : MINUTE]!;
  return end <= last && inSystem < rows[(last + 1) * width + IN_SYSTEM]!;
}

/**
 * Tasks are followed as ones with a backlog (backlog.ts) from this cell on, a utilization of 0.95, where queues do not relax within the second
 * number's share of the time: what settles sooner is told well enough by the steady states that it passes.
 */
const [BACKLOG, AT_LENGTH] = [190, 0.2];

function isBacklog({ rows, width }: Table, fullest: number, seconds: number): boolean {
  if (fullest < BACKLOG) return false;
  return fullest >= SATURATED || rows[fullest * width + RELAXATION]! > seconds * AT_LENGTH;
}

/** The cell below which queues are calm: a utilization of 0.8. */
const CALM = 160;

/** Follows a queue of `inSystem` requests on its way to the utilization `goal`, which lies in cell `end`. */
function pursue(
  table: Table,
  goal: number,
  end: number,
  seconds: number,
  inSystem: number,
  spread: number,
  into: Tally,
): void {
  const { rows, width } = table;
  let cell = located(table, inSystem, into.cell);
  // Below a utilization of 1 queues are the slower the fuller they are, so the fullest of the way bounds the rest.
  const fullest = Math.max(cell, end);
  if (fullest < SATURATED && rows[fullest * width + RELAXATION]! < seconds * NEGLIGIBLE) {
    settle(table, goal, end, into);
    return;
  }
  if (table.followed && (spread < 1 || isBacklog(table, fullest, seconds))) {
    into.cell = cell;
    follow(table.states(), goal, seconds, inSystem, spread, into);
    return;
  }
  const row = cell * width;
  const gap = rows[row + width + IN_SYSTEM]! - rows[row + IN_SYSTEM]!;
  const within = gap > 0 ? Math.min(1, (inSystem - rows[row + IN_SYSTEM]!) / gap) : 0;
  let at = rows[row]! + within * (rows[row + width]! - rows[row]!);
  const { late } = into;
  for (let i = 0; i < late.length; i++) late[i] = 0;
  into.refused = 0;
  into.busy = 0;
  const rises = goal > at;
  let left = seconds;
  while (left > MOMENT && !isNear(table, cell, goal, end)) {
    const cells = stride(cell, end);
    const low = rises ? cell : cell + 1 - cells;
    const high = rises ? cell + cells : cell + 1;
    const border = rises ? rows[high * width]! : rows[low * width]!;
    const timeConstant = meanRelaxation(table, low, high);
    const crossing = timeConstant * Math.log((goal - at) / (goal - border));
    const crosses = crossing <= left;
    const spent = crosses ? crossing : left;
    const next = crosses ? border : goal - (goal - at) * Math.exp(-spent / timeConstant);
    const mean = (at + next) / 2;
    pass(table, cells === 1 ? low : cellOf(mean), mean, spent, into);
    left -= spent;
    at = next;
    if (crosses) cell = rises ? high : low - 1;
    else if (cells > 1) cell = cellOf(next);
  }
  if (left > MOMENT) {
    // Near the goal the state closes in exponentially: its mean over the time is not the middle of the way.
    const timeConstant = meanRelaxation(table, Math.min(cell, end), Math.max(cell, end) + 1);
    const fading = Math.exp(-left / timeConstant);
    const covered = (goal - at) * (1 - fading);
    const mean = goal - (covered * timeConstant) / left;
    pass(table, cellOf(mean), mean, left, into);
    at += covered;
    cell = cellOf(at);
  }
  // Weights add up to 1 but for rounding.
  const each = 1 / seconds;
  for (let i = 0; i < late.length; i++) late[i] = Math.min(1, late[i]! * each);
  into.refused = Math.min(1, into.refused * each);
  into.busy = Math.min(1, into.busy * each);
  into.inSystem = mix(rows, cell * width + IN_SYSTEM, width, shareOf(table, cell, at));
  into.spread = 1;
  into.cell = cell;
}

/** Seconds that are too few to follow. */
const MOMENT = 1e-9;

/**
 * Cells of the way are taken this many steps from its ends, or from where queues saturate, at once: there alone they bend. Smaller steps
 * where slots are all busy: an overload is rare, and what it leaves decides who is late.
 */
const [STEPS, STEPS_BUSY] = [2, 8];

/**
 * Cells from the goal from which the rest of the way is taken at once, where it is straight: STRAIGHT times as far from where queues
 * saturate. With the steps, late requests of long random sequences differ by 0.04 % from those of one step a cell; in one slice on the
 * way out of an overload their share was up to 0.03 off (2026-11-27).
 */
const [NEAR_GOAL, STRAIGHT] = [6, 4];

/** Whether the rest of the way from a cell to the utilization `goal` in cell `end` is taken at once. */
function isNear({ rows, width }: Table, cell: number, goal: number, end: number): boolean {
  const apart = Math.abs(end - cell);
  if (apart <= NEAR_GOAL && apart * STRAIGHT <= SATURATED - Math.max(cell, end)) return true;
  return goal >= rows[cell * width]! && goal <= rows[(cell + 1) * width]!;
}

/** Seconds, from the lower border of one cell to that of another above it. */
function meanRelaxation({ rows, width }: Table, low: number, high: number): number {
  return (rows[high * width + WAY]! - rows[low * width + WAY]!) / (rows[high * width]! - rows[low * width]!);
}

/** Cells that are crossed at once on the way to cell `end`. */
function stride(cell: number, end: number): number {
  const steps = cell < SATURATED ? STEPS : STEPS_BUSY;
  return Math.max(1, (Math.min(Math.abs(end - cell), Math.abs(SATURATED - cell)) / steps) | 0);
}

/** Adds what `seconds` at the cell's utilization `mean` serve. */
function pass(table: Table, cell: number, mean: number, seconds: number, into: Tally): void {
  const { rows, width } = table;
  const row = cell * width;
  const share = Math.min(1, Math.max(0, shareOf(table, cell, mean)));
  const refused = mix(rows, row + REFUSED, width, share);
  into.refused += seconds * refused;
  into.busy += seconds * Math.min(1, mean * (1 - refused));
  const { late } = into;
  for (let i = LATE; i < width; i++) late[i - LATE]! += seconds * mix(rows, row + i, width, share);
}

/** A queue that reaches its new steady state within this share of the time is taken to be there from the start. */
const NEGLIGIBLE = 0.02;

/** The first cell that reaches a utilization of 1. */
const SATURATED = GRID.findIndex((utilization) => utilization >= 1 - 1e-9) - 1;

function settle(table: Table, utilization: number, cell: number, into: Tally): void {
  const { rows, width } = table;
  const row = cell * width;
  const share = (utilization - rows[row]!) * rows[row + PER_UTILIZATION]!;
  const { late } = into;
  for (let i = LATE; i < width; i++) late[i - LATE] = mix(rows, row + i, width, share);
  const refused = mix(rows, row + REFUSED, width, share);
  into.refused = refused;
  const busy = utilization * (1 - refused);
  into.busy = busy < 1 ? busy : 1;
  into.inSystem = mix(rows, row + IN_SYSTEM, width, share);
  into.spread = 1;
  into.cell = cell;
}

/** Cells around where the queue was that are looked at one by one: from one slice to the next little changes. */
const NEAR = 6;

/**
 * The grid's cell whose steady states hold `inSystem` requests, likely near the cell `guess`; of several that hold as many, as full
 * tasks without a queue do, the last, whatever the guess: what was served before must not show.
 */
function located({ rows, width }: Table, inSystem: number, guess: number): number {
  let low = 0;
  let high = CELLS;
  for (let cell = guess, steps = 0; steps < NEAR; steps++) {
    if (rows[cell * width + IN_SYSTEM]! > inSystem && cell > 0) cell--;
    else if (cell + 1 < high && rows[(cell + 1) * width + IN_SYSTEM]! <= inSystem) cell++;
    else return cell;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (rows[middle * width + IN_SYSTEM]! <= inSystem) low = middle;
    else high = middle;
  }
  return low;
}

function mix(rows: readonly number[], place: number, width: number, share: number): number {
  return rows[place]! + share * (rows[place + width]! - rows[place]!);
}

function shareOf({ rows, width }: Table, cell: number, utilization: number): number {
  const row = cell * width;
  return (utilization - rows[row]!) * rows[row + PER_UTILIZATION]!;
}
