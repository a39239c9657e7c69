import { shapesOf } from "./minute-shape.ts";
import type { Trace } from "./trace.ts";

/**
 * The trace in steps of one minute: finer steps averaged, with what they show within a minute, coarser ones joined by straight
 * lines between their starts.
 */
export function byMinute(trace: Trace): Trace {
  if (trace.step === 60) return trace;
  const { start, step } = trace;
  const count = Math.max(1, Math.floor((trace.rates.length * step) / 60));
  if (step > 60) return { start, step: 60, rates: interpolated(trace, count) };
  const rates = Array.from({ length: count }, (_, minute) => meanRate(trace, minute * 60, minute * 60 + 60));
  const shapes = shapesOf(rates, step, (from, to) => meanRate(trace, from, to));
  return { start, step: 60, rates, ...(shapes.length > 0 ? { shapes } : {}) };
}

/** Between two moments, seconds from the start of the trace; its last rate holds from then on. */
function meanRate({ step, rates }: Trace, from: number, to: number): number {
  const [first, end] = [from / step, to / step];
  const known = Math.max(first, Math.min(end, rates.length));
  let sum = (end - known) * rates.at(-1)!;
  for (let i = Math.floor(first); i < known; i++)
    sum += (Math.min(i + 1, known) - Math.max(i, first)) * rates[i]!;
  return sum / (end - first);
}

function interpolated({ step, rates }: Trace, count: number): number[] {
  return Array.from({ length: count }, (_, minute) => {
    const position = (minute * 60) / step;
    const before = Math.floor(position);
    const [left, right] = [rates[before]!, rates[Math.min(before + 1, rates.length - 1)]!];
    return left + (position - before) * (right - left);
  });
}

/** The part of a trace from its step `from` on, `length` steps long. */
export function section({ start, step, rates, shapes }: Trace, from: number, length: number): Trace {
  const part = { start: start + from * step, step, rates: rates.slice(from, from + length) };
  if (shapes === undefined) return part;
  const to = from + part.rates.length;
  const within = shapes
    .filter(({ minute }) => minute >= from && minute < to)
    .map(({ minute, shape }) => ({ minute: minute - from, shape }));
  return within.length > 0 ? { ...part, shapes: within } : part;
}

/** The trace with other rates: minutes that differ are no longer known within. */
export function withRates(trace: Trace, rates: readonly number[]): Trace {
  const { shapes, ...known } = trace;
  const left = shapes?.filter(({ minute }) => rates[minute] === trace.rates[minute]) ?? [];
  return { ...known, rates, ...(left.length > 0 ? { shapes: left } : {}) };
}

/** The newest minutes of a trace, so many or all. */
export function newestOf(trace: Trace, minutes: number): Trace {
  const length = Math.min(minutes, trace.rates.length);
  return section(trace, trace.rates.length - length, length);
}
