import { withRates } from "./minutes.ts";
import type { Trace } from "./trace.ts";

/** Days of history that show a pattern of the day. */
export const DAYS_FOR_DAILY = 3;

/** Seconds in a slot: half an hour keeps a workweek at 96 actions, within the 125 of an Auto Scaling group. */
export const SLOT = 1800;
export const SLOTS_A_DAY = 86_400 / SLOT;

/** Days that a level is the mean of: two weeks hold ten workdays and four days of weekend. */
const REMEMBERED = 14;

/** A kind of day is known from its second day on: one Saturday is an event, two are a habit. */
const KNOWN = 2;

/** Share of an ordinary day's level that is foretold for a weekend, or a workday, when the history never saw one, unless another one is asked for. */
export const UNSEEN_LEVEL = 0.5;

/** Least and highest level of such a day ÷ ordinary level that it is rehearsed at: at which one so many tasks are too busy is chance. */
export const QUIET: readonly [number, number] = [0.3, 0.5];

/** The level, in requests per second, that each half hour is expected to have from the days before it. */
export interface Forecast {
  /** The half hour, counted from 1970, that `foretold` begins with; what no other day foretold is 0. */
  readonly first: number;
  readonly foretold: Float64Array;
  /** By half hour of the day, for the days that follow the history. */
  readonly workday: Float64Array;
  readonly weekend: Float64Array;
  /** What is foretold for a kind of day never seen ÷ ordinary level. */
  readonly unseen: number;
}

/**
 * Walk-forward forecast of days that repeat: the mean of the same half hour over the two weeks before, of days of
 * the same kind (workday, weekend) where two of them are known.
 */
export function forecast(trace: Trace, unseen = UNSEEN_LEVEL): Forecast {
  const history = slotMeans(trace);
  const after = Math.ceil((history.first + history.means.length) / SLOTS_A_DAY);
  const next = (weekend: boolean) => {
    const day = [0, 1, 2, 3, 4, 5, 6].find((ahead) => isWeekend(after + ahead) === weekend)! + after;
    return Float64Array.from({ length: SLOTS_A_DAY }, (_, slot) =>
      levelFrom(history, day * SLOTS_A_DAY + slot, unseen),
    );
  };
  return {
    first: history.first,
    foretold: history.means.map((_, i) => levelFrom(history, history.first + i, unseen)),
    workday: next(false),
    weekend: next(true),
    unseen,
  };
}

/** Mean rates by half hour, the first counted from 1970. */
export interface SlotMeans {
  readonly first: number;
  readonly means: Float64Array;
}

export function slotMeans({ start, step, rates }: Trace): SlotMeans {
  const first = Math.floor(start / SLOT);
  const slots = Math.floor((start + (rates.length - 1) * step) / SLOT) - first + 1;
  const [sums, counts] = [new Float64Array(slots), new Float64Array(slots)];
  rates.forEach((rate, i) => {
    const slot = Math.floor((start + i * step) / SLOT) - first;
    sums[slot]! += rate;
    counts[slot]!++;
  });
  return { first, means: sums.map((sum, i) => sum / Math.max(1, counts[i]!)) };
}

/** From the days before; the first days, which have none, from those after them: never from the day itself. */
function levelFrom(history: SlotMeans, slot: number, unseen: number): number {
  return (
    levelTowards(history, slot, unseen, -SLOTS_A_DAY) ?? levelTowards(history, slot, unseen, SLOTS_A_DAY) ?? 0
  );
}

function levelTowards(
  { first, means }: SlotMeans,
  slot: number,
  unseen: number,
  step: number,
): number | undefined {
  const weekend = isWeekend(Math.floor(slot / SLOTS_A_DAY));
  const last = first + means.length - 1;
  let [sum, days, sumSame, daysSame] = [0, 0, 0, 0];
  for (let at = slot + step; step < 0 ? at >= first : at <= last; at += step) {
    if (at < first || at > last || days === REMEMBERED) continue;
    const mean = means[at - first]!;
    sum += mean;
    days++;
    if (isWeekend(Math.floor(at / SLOTS_A_DAY)) !== weekend) continue;
    sumSame += mean;
    daysSame++;
  }
  if (days === 0) return undefined;
  if (daysSame === 0) return (unseen * sum) / days;
  return daysSame >= KNOWN ? sumSame / daysSame : sum / days;
}

/**
 * Level of an unseen weekend ÷ ordinary level that floors are held against, too: of 49 days of weekend in the real traces 47 have at most 0.9 of
 * the mean of the workdays in the week before, and 23 more than 0.55.
 */
export const BUSY = 0.9;

/** Shares of the ordinary level that floors may be for on an unseen weekend, instead of `UNSEEN_LEVEL`. */
export const BUSIER: readonly number[] = [0.6, 0.7, 0.8, 0.9, 1];

/** The days of a trace of minutes as quiet ones: the oldest at the least level, the newest at the highest. */
export function quietDays(trace: Trace): Trace {
  const [least, highest] = QUIET;
  const days = Math.max(1, Math.ceil(trace.rates.length / 1440) - 1);
  const levelOf = (minute: number) => least + ((highest - least) * Math.floor(minute / 1440)) / days;
  return withRates(
    trace,
    trace.rates.map((rate, minute) => rate * levelOf(minute)),
  );
}

/** Whether a history of one-minute steps holds a day's worth of Saturday and Sunday, UTC. */
export function hasSeenWeekend(history: Trace): boolean {
  return weekendMinutes(history) >= 1440;
}

/** Whether it holds as many days' worth of workdays and of Saturday and Sunday as a kind of day is known from. */
export function tellsWeekendsApart(history: Trace): boolean {
  const weekend = weekendMinutes(history);
  return Math.min(weekend, history.rates.length - weekend) >= KNOWN * 1440;
}

function weekendMinutes({ start, rates }: Trace): number {
  return rates.reduce((count, _, i) => count + Number(isWeekend(Math.floor((start + i * 60) / 86_400))), 0);
}

/** Whether a day counted from 1970-01-01, a Thursday, is a Saturday or a Sunday. */
function isWeekend(day: number): boolean {
  return day % 7 === 2 || day % 7 === 3;
}
