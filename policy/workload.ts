import { AWS_LOOP } from "./aws-loop.ts";
import { SURELY_SOME, silentMinutes } from "./outages.ts";
import { ascending, quantile } from "./quantile.ts";
import { forecast, SLOT, SLOTS_A_DAY, slotMeans } from "./season.ts";
import type { Trace } from "./trace.ts";
import { usualRates } from "./usual-rates.ts";

/** What a history shows of the traffic, and how sure that is. Rates in requests per second, times in seconds. */
export interface Workload {
  readonly days: number;
  /** Mean rate of the newest day, or of all there is. */
  readonly level: number;
  /** Growth of the level a week, as a ratio, with the interval that half of the pairs of weekdays lie in; undefined under TREND_DAYS. */
  readonly trend: { readonly weekly: number; readonly low: number; readonly high: number } | undefined;
  /** Share of the variance of half hours that the days before foretold; undefined where no day has one before it. */
  readonly foretold: number | undefined;
  /** How many times the rate of one reaction time earlier a minute's rate is. */
  readonly growth: {
    /** Seconds; see `reactionTime`. */
    readonly reaction: number;
    readonly median: number;
    /** What one minute in a hundred exceeds. */
    readonly rare: number;
    readonly most: number;
    /** What one minute in twenty exceeds in each hour of the day, UTC; undefined in hours that were not seen. */
    readonly byHour: readonly (number | undefined)[];
    /** The hour in which that is most. */
    readonly steepestHour: number;
    /** Minutes of traffic that had none one reaction time earlier, which is growth by no factor. */
    readonly fromNone: number;
  };
  /** Standard deviation of single minutes about the mean of their half hour, as a ratio. */
  readonly burstiness: number;
  /** Share of the minutes within which the rate varies by more than chance, and the highest rate of a part of one ÷ that minute's mean. */
  readonly within: { readonly share: number; readonly most: number };
  /** Surges to SPIKE times the half hours around, newest last. */
  readonly spikes: readonly { readonly time: number; readonly factor: number; readonly minutes: number }[];
  /** Minutes without a request that other days have at that time: an outage of the service, or of the recording. */
  readonly silentMinutes: number;
}

/** A spike is this many times the usual rate of the hours around it. */
const SPIKE = 3;

/** Days that a trend takes to be told from a week's shape: three weekdays are there twice. */
export const TREND_DAYS = 10;

/** Describes a trace of minutes for tasks that take `startup` seconds to start. */
export function workload(trace: Trace, startup: number): Workload {
  const { rates } = trace;
  const newest = rates.slice(-1440);
  const usual = usualRates(rates);
  return {
    days: rates.length / 1440,
    level: mean(newest),
    trend: trendOf(trace),
    foretold: foretoldShare(trace),
    growth: growthOver(trace, reactionTime(startup)),
    burstiness: burstiness(trace),
    within: withinMinutes(trace),
    spikes: spikes(trace, usual),
    silentMinutes: silentMinutes(rates, usual),
  };
}

/**
 * Seconds from a change of load to the first request that a task started for it serves, at the soonest: by a step policy, which needs one
 * minute to measure; its publication; the start.
 */
export function reactionTime(startup: number): number {
  return 60 + AWS_LOOP.publicationDelay + startup;
}

/**
 * The median growth between all pairs of days whole weeks apart (Theil 1950, Sen 1968; by season: Hirsch, Slack & Smith, Water Resources
 * Research 18(1), 1982): of a Friday and a Saturday the week's shape is all that is told. By ratio, as no level falls by more than all of it.
 */
function trendOf({ rates }: Trace): Workload["trend"] {
  const days = Math.floor(rates.length / 1440);
  if (days < TREND_DAYS) return undefined;
  const offset = rates.length - days * 1440;
  const levels = Array.from({ length: days }, (_, day) =>
    mean(rates.slice(offset + day * 1440, offset + (day + 1) * 1440)),
  );
  const slopes: number[] = [];
  for (let i = 0; i < days; i++)
    for (let j = i + 7; j < days; j += 7)
      if (levels[i]! > 0 && levels[j]! > 0) slopes.push((7 * Math.log(levels[j]! / levels[i]!)) / (j - i));
  if (slopes.length === 0) return undefined;
  const sorted = ascending(slopes);
  const [weekly, low, high] = [0.5, 0.25, 0.75].map((share) => Math.expm1(quantile(sorted, share)));
  return { weekly: weekly!, low: low!, high: high! };
}

function foretoldShare(trace: Trace): number | undefined {
  const days = trace.rates.length / 1440;
  if (days < 2) return undefined;
  const { foretold } = forecast(trace);
  const later = Array.from(slotMeans(trace).means.slice(SLOTS_A_DAY));
  const usual = mean(later);
  let [unexplained, whole] = [0, 0];
  later.forEach((rate, i) => {
    unexplained += (rate - foretold[i + SLOTS_A_DAY]!) ** 2;
    whole += (rate - usual) ** 2;
  });
  return whole === 0 ? 1 : Math.max(0, 1 - unexplained / whole);
}

function growthOver({ start, rates }: Trace, reaction: number): Workload["growth"] {
  const lag = Math.ceil(reaction / 60);
  const ratios: number[] = [];
  let fromNone = 0;
  const ofHour: number[][] = Array.from({ length: 24 }, () => []);
  for (let i = lag; i < rates.length; i++) {
    if (rates[i - lag] === 0 && rates[i]! * 60 >= SURELY_SOME) fromNone++;
    if (!(rates[i - lag]! > 0)) continue;
    const ratio = rates[i]! / rates[i - lag]!;
    ratios.push(ratio);
    ofHour[Math.floor((start + i * 60) / 3600) % 24]!.push(ratio);
  }
  const sorted = ascending(ratios);
  const byHour = ofHour.map((hour) => (hour.length === 0 ? undefined : quantile(ascending(hour), 0.95)));
  const steep = byHour.map((ratio) => ratio ?? Number.NEGATIVE_INFINITY);
  return {
    reaction,
    median: quantile(sorted, 0.5),
    rare: quantile(sorted, 0.99),
    most: quantile(sorted, 1),
    byHour,
    steepestHour: steep.indexOf(Math.max(...steep)),
    fromNone,
  };
}

function burstiness({ rates }: Trace): number {
  let [squares, count] = [0, 0];
  for (let from = 0; from < rates.length; from += SLOT / 60) {
    const part = rates.slice(from, from + SLOT / 60);
    const usual = mean(part);
    if (usual === 0) continue;
    for (const rate of part) squares += (rate / usual - 1) ** 2;
    count += part.length;
  }
  return Math.sqrt(squares / Math.max(1, count));
}

function withinMinutes({ rates, shapes = [] }: Trace): Workload["within"] {
  const most = shapes.reduce((highest, { shape }) => Math.max(highest, ...shape), 1);
  return { share: shapes.length / Math.max(1, rates.length), most };
}

function spikes(trace: Trace, usualAt: (minute: number) => number): Workload["spikes"] {
  const found: { time: number; factor: number; minutes: number }[] = [];
  let open: { time: number; factor: number; minutes: number } | undefined;
  trace.rates.forEach((rate, i) => {
    const usual = usualAt(i);
    const factor = usual > 0 ? rate / usual : 0;
    if (factor < SPIKE) open = undefined;
    else if (open) {
      open.minutes++;
      open.factor = Math.max(open.factor, factor);
    } else {
      open = { time: trace.start + i * trace.step, factor, minutes: 1 };
      found.push(open);
    }
  });
  return found;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
