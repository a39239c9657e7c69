import { withRates } from "../policy/minutes.ts";
import { scaled } from "../policy/scaled.ts";
import type { Demand } from "../policy/service.ts";
import type { Trace } from "../policy/trace.ts";
import { isBadInput, shown } from "./bad-input.ts";
import type { ServiceDeclaration } from "./declaration-schema.ts";
import type { TraceOptions, TraceReading } from "./trace-csv.ts";
import { regular } from "./trace-grid.ts";

export type TraceSource = (path: string, options: Partial<TraceOptions>) => TraceReading;

/** Reports a fault of the member at `field` of the service. */
export type Say = (field: readonly PropertyKey[], message: string) => void;

interface Judging {
  readonly read: TraceSource;
  readonly say: Say;
  readonly notes: string[];
}

/** The traffic to size for: the declared peak, or the recording shaped as declared and held against it. */
export function demandOf(
  { demand: { history, peak, growth } }: ServiceDeclaration,
  judging: Judging,
): Demand | undefined {
  if (history === undefined) return { kind: "peak", peak: peak!, growth };
  const trace = historyOf(history, judging);
  if (trace === undefined) return undefined;
  const most = trace.rates.reduce((a, b) => Math.max(a, b), 0);
  if (peak === undefined || peak === most) return { kind: "history", trace, growth };
  if (peak > most) {
    judging.notes.push(
      `the declared peak of ${rounded(peak)} /s is above the history's ${rounded(most)} /s: the history is scaled by ${rounded(peak / most)} to reach it`,
    );
    return { kind: "history", trace: scaled(trace, peak / most), growth };
  }
  if (history.clip === true) {
    judging.notes.push(
      `the history is clipped at the declared peak of ${rounded(peak)} /s; it reached ${rounded(most)} /s`,
    );
    return {
      kind: "history",
      trace: { ...trace, rates: trace.rates.map((rate) => Math.min(rate, peak)) },
      growth,
    };
  }
  judging.say(
    ["demand", "peak"],
    `peak is ${rounded(peak)} /s; the history reaches ${rounded(most)} /s. Remove \`peak\`, or write \`history: { file: …, clip: true }\`.`,
  );
  return undefined;
}

type History = NonNullable<ServiceDeclaration["demand"]["history"]>;

/** The recording without what is excluded, then smoothed, then at the volume wanted. */
function historyOf(history: History, { read, say, notes }: Judging): Trace | undefined {
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
    const kept = exclude.length === 0 ? { trace: reading.trace, notes: [] } : without(reading.trace, exclude);
    if (typeof kept === "string")
      return void say(["demand", "history", "exclude"], `exclude leaves too little; ${kept}.`);
    notes.push(...kept.notes);
    const smoothed = smooth === undefined ? kept.trace : movingAverage(kept.trace, smooth);
    return scale === undefined ? smoothed : scaled(smoothed, scale);
  } catch (error) {
    if (!isBadInput(error)) throw error;
    for (const { where, message } of error.faults)
      say(["demand", "history"], `history is ${shown("history", history.file)}; ${where}: ${message}`);
    return undefined;
  }
}

function without(trace: Trace, exclude: NonNullable<History["exclude"]>) {
  const { start, step, rates } = trace;
  const left = regular({ times: rates.map((_, i) => start + i * step), rates }, step, exclude);
  return typeof left === "string" ? left : { ...left, trace: withRates(trace, left.trace.rates) };
}

/** Each rate as the mean of the `window` seconds around it; at the ends, of what there is. Within a minute it is even. */
function movingAverage(trace: Trace, window: number): Trace {
  const reach = Math.floor(Math.round(window / trace.step) / 2);
  const sums = [0];
  for (const rate of trace.rates) sums.push(sums.at(-1)! + rate);
  const rates = trace.rates.map((_, i) => {
    const [from, to] = [Math.max(0, i - reach), Math.min(trace.rates.length, i + reach + 1)];
    return Math.max(0, (sums[to]! - sums[from]!) / (to - from));
  });
  return { start: trace.start, step: trace.step, rates };
}

/** Six digits are enough to read. */
export function rounded(value: number): string {
  return String(Number(value.toPrecision(6)));
}
