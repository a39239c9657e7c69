import { byMinute } from "../policy/minutes.ts";
import type { Trace } from "../policy/trace.ts";
import { isoMinute } from "../policy/words.ts";

/** Rows of a recording, in the order of their times; a `NaN` rate is a gap. */
export interface Recording {
  readonly times: readonly number[];
  readonly rates: readonly number[];
}

/** A recording at a constant step, gaps filled, with a note on everything that was done to it. */
export interface Regular {
  readonly trace: Trace;
  readonly notes: readonly string[];
}

/** Seconds that are left out of what a trace teaches. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const WEEK = 7 * DAY;

/** Gaps of up to this many steps are bridged by a straight line. */
const BRIDGED = 5;

/** Largest share of a trace that may be missing. */
const MISSING = 0.1;

/** How far a row may be off its step, and which share of the rows may be further off. */
const JITTER = 0.1;
const STRAYS = 0.01;

/** Of a step: less than it drifts apart from whole seconds in two hundred rows. */
const NEARLY = 0.005;

/**
 * The usual distance between rows, in seconds: the mean of those near the median, which with uneven times is off, and would leave gaps where no
 * row is missing. In whole seconds, where it nearly is.
 */
export function usualStep(times: readonly number[]): number {
  const steps = Float64Array.from(distances(times)).sort();
  const median = steps[Math.floor(steps.length / 2)] ?? Number.NaN;
  const near = steps.filter((step) => Math.abs(step / median - 1) <= JITTER);
  if (near.at(0) === near.at(-1)) return median;
  const mean = near.reduce((sum, step) => sum + step, 0) / near.length;
  return Math.abs(mean - Math.round(mean)) < NEARLY * mean ? Math.round(mean) : mean;
}

/** Puts rows onto a constant step and fills what is missing; in words, why that cannot be done honestly. */
export function regular(recording: Recording, given: number, exclude: readonly Interval[]): Regular | string {
  const step = given > HOUR && given <= HOUR * (1 + JITTER) ? HOUR : given; // a recorder that sleeps for an hour between rows
  if (step > HOUR) return `the step is ${step} s; at most one hour, as autoscaling reacts in minutes`;
  const strays = distances(recording.times).filter((distance) => astray(distance / step));
  if (strays.length > STRAYS * recording.times.length) return unevenly(recording.times, step);
  const start = recording.times[0]!;
  const size = Math.round((recording.times.at(-1)! - start) / step) + 1;
  if (size > 2 * recording.times.length) return tooSparse(recording, step, 1 - recording.times.length / size);
  const { rates, jittered } = placed(recording, start, step, size);
  const missing = rates.filter(Number.isNaN).length / size;
  if (missing > MISSING) return tooSparse(recording, step, missing);
  const excluded = rates.map((rate, i) => (within(start + i * step, exclude) ? Number.NaN : rate));
  const left = excluded.filter((rate) => !Number.isNaN(rate)).length;
  if (left === 0) return "nothing is left of it after `exclude`; leave at least one row";
  const filled = withoutGaps(excluded, start, step);
  const notes = [
    ...(jittered ? [`its rows come at uneven times; resampled to every ${step} s`] : []),
    ...(left < size - rates.filter(Number.isNaN).length
      ? [`${exclude.length} interval(s) excluded as declared`]
      : []),
    ...filled.notes,
  ];
  return { trace: { start, step, rates: filled.rates }, notes };
}

/** A finer step averaged over minutes, the resolution of CloudWatch's metrics, with what it shows within them. */
export function inMinutes(recorded: Trace): Regular {
  const { step, rates } = recorded;
  const trace = byMinute(recorded);
  const highest = rates.reduce((worst, rate, i) => {
    const mean = trace.rates[Math.floor((i * step) / MINUTE + 1e-9)] ?? 0;
    return mean > 0 ? Math.max(worst, rate / mean) : worst;
  }, 1);
  const shaped = trace.shapes?.length ?? 0;
  const note = `its step of ${step} s is averaged to 60 s, the resolution of the metrics; within a minute the rate reaches ${highest.toFixed(1)} × the minute's mean, ${shaped === 0 ? "in none by more than chance" : `in ${shaped} of ${trace.rates.length} minutes by more than chance: so they are rehearsed`}`;
  return { trace, notes: [note] };
}

function distances(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, i) => time - times[i]!);
}

/** After an outage a recorder may start at another second; only rows about one step apart can be astray. */
function astray(steps: number): boolean {
  return steps < 1 - JITTER || (steps > 1 + JITTER && steps < 1.5);
}

function unevenly(times: readonly number[], step: number): string {
  return `its rows are not at a constant step: ${histogram(times)}; at least 99 % must be within 10 % of the usual one, ${step} s. Resample it first`;
}

/** Rows that are missing, or that came at a coarser step for some of the time. */
function tooSparse({ times }: Recording, step: number, share: number): string {
  return `${(100 * share).toFixed(1)} % of its rows are missing at a step of ${step} s: ${histogram(times)}; at most 10 % can be filled. Use a recording with fewer gaps, or resample it where its step changes`;
}

/** The most frequent distances between rows. */
function histogram(times: readonly number[]): string {
  const counts = new Map<number, number>();
  for (const distance of distances(times)) counts.set(distance, (counts.get(distance) ?? 0) + 1);
  const most = [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, 6);
  return most.map(([distance, count]) => `${distance} s × ${count}`).join(", ");
}

function placed({ times, rates }: Recording, start: number, step: number, size: number) {
  const sums = new Float64Array(size);
  const counts = new Uint32Array(size);
  let jittered = false;
  times.forEach((time, i) => {
    const slot = Math.round((time - start) / step);
    jittered ||= Math.abs(time - start - slot * step) > 1e-6 * step;
    if (Number.isNaN(rates[i]!)) return;
    sums[slot]! += rates[i]!;
    counts[slot]! += 1;
  });
  return { rates: Array.from(sums, (sum, i) => (counts[i]! > 0 ? sum / counts[i]! : Number.NaN)), jittered };
}

function within(time: number, intervals: readonly Interval[]): boolean {
  return intervals.some(({ from, to }) => time >= from && time < to);
}

interface Gap {
  readonly first: number;
  readonly length: number;
}

/** Short gaps, and what no other week tells of, as a straight line; up to an hour from the week before; longer, the whole day from another week. */
function withoutGaps(rates: readonly number[], start: number, step: number) {
  const filled = [...rates];
  const gaps = gapsOf(rates);
  const short = gaps.filter(({ length }) => length <= BRIDGED);
  const long = gaps.filter(({ length }) => length > BRIDGED);
  const untold = long.filter((gap) => !toldElsewhere(rates, gap, step));
  const told = long.filter((gap) => !untold.includes(gap));
  const hours = told.filter(({ length }) => length * step <= HOUR);
  const days = told.filter(({ length }) => length * step > HOUR);
  for (const gap of [...untold, ...hours, ...days.map((gap) => wholeDays(gap, start, step, rates.length))])
    for (let i = gap.first; i < gap.first + gap.length; i++)
      filled[i] = sameTimeOtherWeek(rates, i, step) ?? rates[i]!;
  for (const { first, length } of gapsOf(filled)) bridge(filled, first, length);
  const note = (some: readonly Gap[], size: string, done: string) =>
    some.length === 0
      ? []
      : [
          `${some.length} gap(s) of ${size}${done}: ${listing(some.map((gap) => moment(start + gap.first * step, gap.length * step)))}`,
        ];
  const drawn =
    ", which no other week tells all of: drawn as a straight line where none does, whatever came then";
  const [upToAnHour, more] = ["up to an hour", "more than an hour"];
  const notes = [
    ...note(short, `up to ${BRIDGED} steps`, " bridged by a straight line"),
    ...note(hours, upToAnHour, " filled from the same time a week before or after"),
    ...note(days, more, ": those days are excluded, their place filled from another week"),
    ...note(
      untold.filter(({ length }) => length * step <= HOUR),
      upToAnHour,
      drawn,
    ),
    ...note(
      untold.filter(({ length }) => length * step > HOUR),
      more,
      drawn,
    ),
  ];
  return { rates: filled, notes };
}

function gapsOf(rates: readonly number[]): readonly Gap[] {
  const gaps: Gap[] = [];
  let first = -1;
  for (let i = 0; i <= rates.length; i++) {
    const missing = i < rates.length && Number.isNaN(rates[i]!);
    if (missing && first < 0) first = i;
    if (missing || first < 0) continue;
    gaps.push({ first, length: i - first });
    first = -1;
  }
  return gaps;
}

/** The gap widened to the whole UTC days it touches, within the trace. */
function wholeDays({ first, length }: Gap, start: number, step: number, size: number): Gap {
  const from = Math.floor((start + first * step) / DAY) * DAY;
  const to = Math.ceil((start + (first + length) * step) / DAY) * DAY;
  const begin = Math.max(0, Math.ceil((from - start) / step));
  return { first: begin, length: Math.min(size, Math.ceil((to - start) / step)) - begin };
}

function toldElsewhere(rates: readonly number[], { first, length }: Gap, step: number): boolean {
  for (let i = first; i < first + length; i++)
    if (sameTimeOtherWeek(rates, i, step) === undefined) return false;
  return true;
}

function sameTimeOtherWeek(rates: readonly number[], i: number, step: number): number | undefined {
  const week = Math.round(WEEK / step);
  return [i - week, i + week, i - 2 * week, i + 2 * week]
    .map((j) => rates[j])
    .find((rate) => rate !== undefined && !Number.isNaN(rate));
}

function bridge(rates: number[], first: number, length: number): void {
  const before = rates[first - 1] ?? rates[first + length]!;
  const after = rates[first + length] ?? before;
  for (let i = 0; i < length; i++) rates[first + i] = before + ((after - before) * (i + 1)) / (length + 1);
}

function moment(time: number, length: number): string {
  return `${isoMinute(time)} (${Math.round(length / MINUTE)} min)`;
}

function listing(moments: readonly string[]): string {
  return moments.length <= 3
    ? moments.join(", ")
    : `${moments.slice(0, 3).join(", ")} and ${moments.length - 3} more`;
}
