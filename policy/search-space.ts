import type { Surge } from "./candidate.ts";
import { mostCarried, tasksNeeded } from "./demand-curve.ts";
import { highestWithin } from "./minute-shape.ts";
import { BUSIER, DAYS_FOR_DAILY, forecast } from "./season.ts";
import type { Service } from "./service.ts";
import { constantStanding, type Standing, seasonalStanding } from "./standing.ts";
import type { Trace } from "./trace.ts";

/** What the search may choose from. */
export interface Scope {
  readonly floors: Floors;
  readonly reactions: Reactions;
  /** From the cheapest on. */
  readonly utilizations: readonly number[];
  /** The utilization above which the SLOs break. */
  readonly ceiling: number;
  /** Whether busier tasks never miss less. They may where tasks slow each other: the idler they are, the more of them there are, and the slower each is. */
  readonly monotone: boolean;
}

/** Counts between which the search may choose, and the utilization above which the SLOs break in the long run. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly ceiling: number;
}

export type Reactions = readonly (Surge | undefined)[];

/**
 * Ways to react, from the plainest on: a step policy pays where surges last, a jump at the first sign of one where they grow to
 * several times the level within minutes.
 */
export const REACTIONS: Reactions = [
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
export const UNSEEN_SURGES: Reactions = [REACTIONS[1]];

/** Utilizations that target tracking is asked to hold, from the cheapest; the best is refined to the hundredth. */
const UTILIZATIONS: readonly number[] = [
  0.96, 0.93, 0.9, 0.88, 0.86, 0.84, 0.82, 0.8, 0.77, 0.74, 0.71, 0.67, 0.62, 0.56, 0.5, 0.44, 0.38, 0.33,
  0.28, 0.23, 0.19, 0.15, 0.11, 0.08, 0.05,
];

/** Constant floors grow by this factor from one to the next. */
const FLOOR_STEP = 1.4;

/** The winning floor is tried this much lower and higher, and a task lower and higher. */
const BESIDE: readonly number[] = [0.7, 0.85, 0.92, 1.09, 1.18];

/** Floors that follow the forecast, as multiples of what it needs at full utilization. */
const MULTIPLES: readonly number[] = [1.1, 1.3, 1.6, 2.2, 3.2];

export function utilizationsUpTo(ceiling: number): readonly number[] {
  const row = UTILIZATIONS.filter((utilization) => utilization <= ceiling);
  return row.length > 0 ? row : [ceiling];
}

/** The floors to choose from, from the lowest constant on, and those just below and above one of them. */
export interface Floors {
  readonly all: readonly Standing[];
  readonly beside: (standing: Standing) => readonly Standing[];
  /** One that follows the forecast, with floors for busier weekends than are foretold where the history has seen none. */
  readonly busierWeekends: (standing: Standing) => readonly Standing[];
}

/** Constant floors, and, where the history is long enough to show a pattern, floors that follow it. */
export function floorsFor(service: Service, history: Trace, newest: Trace, range: Range): Floors {
  const most = Math.min(range.max, tasksNeeded(service, highestWithin(newest)) * FLOOR_STEP);
  const counts = new Set([range.min]);
  const lowest = Math.max(range.min * FLOOR_STEP, quietTasks(service, newest));
  for (let tasks = lowest; tasks < most; tasks = Math.max(tasks + 1, tasks * FLOOR_STEP))
    counts.add(Math.round(tasks));
  if (most === range.max) counts.add(strongest(service, range));
  const constants = [...counts].map(constantStanding);
  const days = history.rates.length / 1440;
  const expected = days >= DAYS_FOR_DAILY ? forecast(history) : undefined;
  const seasonal = (multiple: number, by = expected!) =>
    seasonalStanding(by, multiple, service.capacity, range, newest);
  return {
    all: expected ? [...constants, ...MULTIPLES.map((multiple) => seasonal(multiple))] : constants,
    beside: ({ kind, multiple, min }) => {
      if (kind === "seasonal") return BESIDE.map((factor) => seasonal(multiple * factor));
      const counts = new Set([...BESIDE.map((factor) => Math.round(min * factor)), min - 1, min + 1]);
      return [...counts]
        .filter((tasks) => tasks !== min && tasks >= range.min && tasks <= range.max)
        .map(constantStanding);
    },
    busierWeekends: ({ multiple }) => BUSIER.map((level) => seasonal(multiple, forecast(history, level))),
  };
}

/** All that may run; where tasks slow each other, those that carry most. */
export function strongest(service: Service, { min, max }: Range): number {
  if (service.capacity.contention === undefined) return max;
  return Math.max(min, Math.min(max, mostCarried(service).tasks));
}

/** Tasks that the quietest tenth of the minutes keep fully busy: a lower floor holds nothing. */
function quietTasks({ capacity }: Service, { rates }: Trace): number {
  const quiet = rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 10)]!;
  return (quiet * capacity.serviceTime.mean) / capacity.concurrency;
}
