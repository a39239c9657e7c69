import { withRates } from "../policy/minutes.ts";
import { movingMean } from "../policy/moving-mean.ts";
import { scaled } from "../policy/scaled.ts";
import type { Demand } from "../policy/service.ts";
import { highestRate, type Trace } from "../policy/trace.ts";
import { isBadInput, shown } from "./bad-input.ts";
import type { ServiceDeclaration } from "./declaration-schema.ts";
import { sixDigits } from "./six-digits.ts";
import { eachSound, unsound } from "./sound.ts";
import type { TraceOptions, TraceReading } from "./trace-csv.ts";
import { type Interval, regular } from "./trace-grid.ts";
import { iso } from "./trace-rows.ts";

export type TraceSource = (path: string, options: Partial<TraceOptions>) => TraceReading;

/** Reports a fault of the member at `field` of the service. */
export type Say = (field: readonly PropertyKey[], message: string) => void;

interface Judging {
  readonly read: TraceSource;
  readonly say: Say;
  readonly notes: string[];
}

/** The traffic to size for: the declared peak, or the recording shaped as declared and held against it. */
export function demandOf({ demand }: ServiceDeclaration, judging: Judging): Demand {
  const growth = () => demand.growth;
  return demand.history === undefined
    ? eachSound<Demand & { kind: "peak" }>({ kind: () => "peak", peak: () => demand.peak, growth })
    : eachSound<Demand & { kind: "history" }>({
        kind: () => "history",
        trace: () => traceOf(historyOf(demand.history!, judging), demand, judging),
        growth,
      });
}

/** The recording held against the declared peak. */
function traceOf(trace: Trace, { history, peak }: ServiceDeclaration["demand"], judging: Judging): Trace {
  const most = highestRate(trace.rates);
  if (peak === undefined || peak === most) return trace;
  if (peak > most) {
    judging.notes.push(
      `the declared peak of ${sixDigits(peak)} /s is above the history's ${sixDigits(most)} /s: the history is scaled by ${sixDigits(peak / most)} to reach it`,
    );
    return scaled(trace, peak / most);
  }
  if (history?.clip === true) {
    judging.notes.push(
      `the history is clipped at the declared peak of ${sixDigits(peak)} /s; it reached ${sixDigits(most)} /s`,
    );
    const clipped = trace.rates.map((rate) => Math.min(rate, peak));
    return withRates(trace, clipped);
  }
  judging.say(
    ["demand", "peak"],
    `peak is ${sixDigits(peak)} /s; the history reaches ${sixDigits(most)} /s. Remove \`peak\`, or write \`history: { file: …, clip: true }\`.`,
  );
  return unsound();
}

type History = NonNullable<ServiceDeclaration["demand"]["history"]>;

/** The recording without what is excluded, then smoothed, then at the volume wanted. */
function historyOf(history: History, { read, say, notes }: Judging): Trace {
  const { unit, kind, step } = history;
  const options = {
    ...(unit === undefined ? {} : { unit }),
    ...(kind === undefined ? {} : { kind }),
    ...(step === undefined ? {} : { step }),
  };
  try {
    const reading = read(history.file, options);
    notes.push(...reading.notes);
    const { exclude = [], smooth, scale } = history;
    const kept = without(reading.trace, exclude);
    if (typeof kept === "string") {
      say(["demand", "history", "exclude"], `exclude leaves too little; ${kept}.`);
      return unsound();
    }
    notes.push(...kept.notes);
    const { step: apart } = kept.trace;
    if (smooth !== undefined && reach(smooth, apart) === 0) {
      say(
        ["demand", "history", "smooth"],
        `smooth is ${smooth} s, and the history has one rate every ${apart} s, so that it changes nothing. Write at least \`${2 * apart} s\`, or remove it.`,
      );
      return unsound();
    }
    const smoothed = smooth === undefined ? kept.trace : movingAverage(kept.trace, smooth);
    return scale === undefined ? smoothed : scaled(smoothed, scale);
  } catch (error) {
    if (!isBadInput(error)) throw error;
    for (const { where, message } of error.faults)
      say(["demand", "history"], `history is ${shown("history", history.file)}; ${where}: ${message}`);
    return unsound();
  }
}

/** The recording with a gap filled in the place of each interval; one that holds none of its rates is told. */
function without(trace: Trace, exclude: NonNullable<History["exclude"]>) {
  const { start, step, rates } = trace;
  const times = rates.map((_, i) => start + i * step);
  const holds = ({ from, to }: Interval) => times.some((time) => time >= from && time < to);
  const notes = exclude
    .filter((interval) => !holds(interval))
    .map(
      ({ from, to }) =>
        `exclude has ${iso(from)}/${iso(to)}, and the history goes from ${iso(start)} to ${iso(start + rates.length * step)}: it leaves nothing out`,
    );
  const inside = exclude.filter(holds);
  if (inside.length === 0) return { trace, notes };
  const left = regular({ times, rates }, step, inside);
  if (typeof left === "string") return left;
  return { trace: withRates(trace, left.trace.rates), notes: [...notes, ...left.notes] };
}

/** Rates on either side of one whose mean takes its place. */
function reach(window: number, step: number): number {
  return Math.floor(Math.round(window / step) / 2);
}

/** Each rate as the mean of the `window` seconds around it; at the ends, of what there is. Within a minute it is even. */
function movingAverage({ start, step, rates }: Trace, window: number): Trace {
  const means = movingMean(rates, 2 * reach(window, step) + 1);
  return { start, step, rates: means.map((mean) => Math.max(0, mean)) }; // rounding may leave less than nothing
}
