import { withRates } from "./minutes.ts";
import { ascending, quantile } from "./quantile.ts";
import type { Trace } from "./trace.ts";
import { usualRates } from "./usual-rates.ts";

/** Requests a minute: a silence in traffic of fewer is no outage, as none may come by chance (e^−9 is 1 in 8,000). */
export const SURELY_SOME = 9;

/**
 * Requests that a silence must lack to be an outage: one that comes by chance, in traffic of ten a minute, is in every second history of two
 * weeks, which have 20,160 minutes. Of as many as these lack e^−14 come by chance: one in sixty histories.
 */
const LACKING = 14;

/** Days before and after whose same minute tells what a silent one should have had. */
const NEIGHBORS = 3;

const [DAY, WEEK] = [1440, 7 * 1440];

/** A silence of so many minutes may be a day that is always silent, unless another week tells that it is not. */
const HALF_A_DAY = 720;

/** Minutes before and after an outage that tell at what level the traffic was. */
const BESIDE = 60;

/** Minutes without a request that other days have at that time; `usual` is the rate of the hours around. */
export function silentMinutes(rates: readonly number[], usual: (minute: number) => number): number {
  return outages(rates, usual).reduce((sum, { from, to }) => sum + to - from, 0);
}

interface Stretch {
  readonly from: number;
  /** The first minute after it. */
  readonly to: number;
}

/** Without another day to compare with, the end of a longer silence, such as a night's, is none; nor is one that traffic moved out of. */
function outages(rates: readonly number[], usual: (minute: number) => number): readonly Stretch[] {
  const found: { from: number; to: number; lacking: number }[] = [];
  for (let i = 0; i < rates.length; i++) {
    const lacking = rates[i] === 0 ? expected(rates, i, usual) * 60 : 0;
    if (lacking < SURELY_SOME) continue;
    const last = found.at(-1);
    if (last?.to === i) {
      last.to++;
      last.lacking += lacking;
    } else found.push({ from: i, to: i + 1, lacking });
  }
  const moved = found.length === 0 ? () => false : movedTraffic(rates);
  return found.filter(
    ({ from, to, lacking }) =>
      lacking >= LACKING &&
      !moved(from, to) &&
      (haveNeighbors(rates, from, to) || (rates[from - 1] !== 0 && rates[to] !== 0)),
  );
}

/** Tells whether as many minutes of a day as were silent had traffic that other days do not have then, as when a batch starts late. */
function movedTraffic(rates: readonly number[]): (from: number, to: number) => boolean {
  const before = [0]; // such minutes before each: stretches may be many
  for (let i = 0; i < rates.length; i++)
    before.push(before[i]! + Number(rates[i]! * 60 >= SURELY_SOME && usualOfNeighbors(rates, i) === 0));
  return (from, to) => {
    const [first, end] = [Math.max(0, from - HALF_A_DAY), Math.min(rates.length, to + HALF_A_DAY)];
    return before[end]! - before[first]! >= to - from;
  };
}

/**
 * The rate that a silent minute should have had: what most of the days around had in the same minute at least, 0 where a week before
 * or after is silent then, too, as a shop that shuts on Sundays is; of less than two days, the usual rate of the hours around.
 */
function expected(rates: readonly number[], minute: number, usual: (minute: number) => number): number {
  if (rates[minute - WEEK] === 0 || rates[minute + WEEK] === 0) return 0;
  return usualOfNeighbors(rates, minute) ?? usual(minute);
}

/** Whether some minutes all have others to compare with: of less than two days not all do. */
function haveNeighbors({ length }: readonly number[], from: number, to: number): boolean {
  for (let i = Math.max(0, from); i < Math.min(length, to); i++)
    if (i < DAY && i + DAY >= length) return false;
  return true;
}

/** The lower median: when clocks change, half of the days around had nothing yet, and that is no habit. */
function usualOfNeighbors(rates: readonly number[], minute: number): number | undefined {
  const others = neighbors(rates, minute);
  return others[Math.ceil(others.length / 2) - 1];
}

function ofNeighbors(rates: readonly number[], minute: number): number | undefined {
  const others = neighbors(rates, minute);
  return others.length === 0 ? undefined : quantile(others, 0.5);
}

function neighbors(rates: readonly number[], minute: number): Float64Array {
  const others: number[] = [];
  for (let day = 1; day <= NEIGHBORS; day++)
    for (const other of [rates[minute - day * DAY], rates[minute + day * DAY]])
      if (other !== undefined) others.push(other);
  return ascending(others);
}

/** A history as it would have been without its outages. */
export interface Mended {
  readonly trace: Trace;
  /** Minutes that were silent, and so many of them that are filled. */
  readonly silent: number;
  readonly filled: number;
}

/**
 * Fills outages, which are no pattern of the traffic, as the return from one is no surge of it: with the same minutes of the days
 * around, at the level before and after. So are `edge` minutes beside a silence where they have less: a coarser recording joins them
 * to it, or it began or ended in them. A silence of half a day without another week beside it stays.
 */
export function withoutOutages(trace: Trace, edge: number): Mended {
  if (!trace.rates.includes(0)) return { trace, silent: 0, filled: 0 };
  const rates = [...trace.rates];
  let [silent, filled] = [0, 0];
  for (const outage of outages(trace.rates, usualRates(trace.rates))) {
    const length = outage.to - outage.from;
    silent += length;
    if (length >= HALF_A_DAY && !otherWeeks(trace.rates, outage)) continue;
    filled += length;
    fill(trace.rates, rates, outage, edge);
  }
  return { trace: withRates(trace, rates), silent, filled };
}

/** Whether the same time of the week before or after had traffic. */
function otherWeeks(rates: readonly number[], { from, to }: Stretch): boolean {
  for (let i = from; i < to; i++) if ((rates[i - WEEK] ?? 0) > 0 || (rates[i + WEEK] ?? 0) > 0) return true;
  return false;
}

function fill(given: readonly number[], rates: number[], { from, to }: Stretch, edge: number): void {
  const [first, last] = [Math.max(0, from - edge), Math.min(given.length, to + edge)];
  // A rate of other days and the 1 of none are no shape together.
  const shaped = haveNeighbors(given, first - BESIDE, last + BESIDE);
  const shape = (minute: number) => (shaped ? ofNeighbors(given, minute)! : 1);
  const before = levelOf(given, shape, first - BESIDE, first);
  const after = levelOf(given, shape, last, last + BESIDE);
  const usual = shaped ? 1 : levelOf(given, shape, 0, given.length)!; // what is expected amid silence comes from some traffic
  const [start, end] = [before ?? after ?? usual, after ?? before ?? usual];
  for (let i = first; i < last; i++) {
    const level = start + ((end - start) * (i - first + 0.5)) / (last - first);
    rates[i] = Math.max(given[i]!, level * shape(i));
  }
}

/** The rate of some minutes as a multiple of what the days around had then. */
function levelOf(
  rates: readonly number[],
  shape: (minute: number) => number,
  from: number,
  to: number,
): number | undefined {
  let [sum, usual] = [0, 0];
  for (let i = Math.max(0, from); i < Math.min(rates.length, to); i++) {
    const expected = shape(i);
    if (rates[i] === 0 || expected === 0) continue; // what other days lack tells no level
    sum += rates[i]!;
    usual += expected;
  }
  return usual > 0 ? sum / usual : undefined;
}
