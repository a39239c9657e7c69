import type { Trace } from "../policy/trace.ts";
import { span } from "../policy/words.ts";
import { textChunks } from "./input-file.ts";
import { inMinutes, regular, usualStep } from "./trace-grid.ts";
import { asRates, iso, refused, rowsOf, tidy } from "./trace-rows.ts";

/** How a recording is to be read where its file leaves that open. */
export interface TraceOptions {
  /** Unix seconds; a history cannot end after it. */
  readonly now: number;
  /** Unit of plain numbers in the time column. */
  readonly unit: "s" | "ms";
  /** A counter only grows, and its differences are the rate. */
  readonly kind: "detect" | "rate" | "counter";
  /** Seconds; only needed when there is a single row. */
  readonly step: number | null;
}

export interface TraceReading {
  readonly trace: Trace;
  readonly notes: readonly string[];
}

/** Reads a recorded request rate from a CSV file, plain or gzipped. */
export function readTrace(file: string, options: Partial<TraceOptions> = {}): TraceReading {
  return traceOf(textChunks(file), file, options);
}

/** Reads a recorded request rate from CSV text. */
export function parseTrace(text: string, file: string, options: Partial<TraceOptions> = {}): TraceReading {
  return traceOf([text], file, options);
}

function traceOf(chunks: Iterable<string>, file: string, given: Partial<TraceOptions>): TraceReading {
  const options = { now: Date.now() / 1000, unit: "s", kind: "detect", step: null, ...given } as const;
  const rows = tidy(rowsOf(chunks, file, options.unit), file);
  const counted = asRates(rows, file, options.kind);
  const step = rows.times.length > 1 ? usualStep(counted.times) : options.step;
  if (counted.times.length === 0 || step === null || (rows.times.length > 1 && counted.times.length < 2))
    throw refused(
      file,
      `it has ${counted.times.length} row(s) with a rate; at least two rows are needed to know its step, or \`step: 60 s\``,
    );
  if (options.step !== null && Math.abs(options.step / step - 1) > STEP_ROUNDING)
    throw refused(
      file,
      `\`step\` is ${options.step} s, and its rows are ${step} s apart; it is for a recording of a single row. Remove it`,
    );
  const grid = regular(counted, step, []);
  if (typeof grid === "string") throw refused(file, grid);
  const minutes = step < 60 ? inMinutes(grid.trace) : { trace: grid.trace, notes: [] };
  const { trace } = minutes;
  if (trace.rates.every((rate) => rate === 0))
    throw refused(file, "every rate is 0; there is nothing to size for. Use a recording with traffic");
  const end = trace.start + trace.rates.length * trace.step;
  if (end > options.now + 60)
    throw refused(
      file,
      `it ends at ${iso(end)}, in the future; now is ${iso(options.now)}. Check its unit and time zone`,
    );
  return {
    trace,
    notes: [...counted.notes, ...grid.notes, ...minutes.notes, ...remarks(trace, options.now)].map(
      (note) => `${file}: ${note}`,
    ),
  };
}

/** How far a step that is declared may be off the median of the rows. */
const STEP_ROUNDING = 0.1;

const DAY = 86_400;

/** What the reader of a plan should know about the recording it rests on. */
function remarks({ start, step, rates }: Trace, now: number): readonly string[] {
  const end = start + rates.length * step;
  const median = Float64Array.from(rates).sort()[Math.floor(rates.length / 2)]!;
  const peak = rates.reduce((most, rate, i) => (rate > rates[most]! ? i : most), 0);
  const days = (end - start) / DAY;
  const fromStart = start < DAY;
  return [
    ...(fromStart
      ? [
          "its times count from its own start, not from 1970; it is read as if it began on Thursday, 00:00 UTC",
        ]
      : []),
    ...(!fromStart && now - end > 3 * 365 * DAY
      ? [
          `it ends on ${iso(end).slice(0, 10)}, ${Math.floor((now - end) / (365.25 * DAY))} years ago; traffic may have changed since`,
        ]
      : []),
    ...(rates.every((rate) => rate === rates[0])
      ? ["its rate is constant; no schedule can be drawn from it"]
      : []),
    ...(median > 0 && rates[peak]! >= 1000 * median
      ? [
          `at ${iso(start + peak * step)} the rate is ${Math.round(rates[peak]! / median)} × the median; kept as it is, \`exclude:\` takes intervals`,
        ]
      : []),
    ...(days < 1 ? [`it spans ${span(end - start)}, less than a day; a weekly pattern needs 14 d`] : []),
  ];
}
