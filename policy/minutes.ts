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
  const rates = Array.from({ length: count }, (_, minute) =>
    meanBetween(trace, minute * 60, minute * 60 + 60),
  );
  const whole = count * 60 <= trace.rates.length * step;
  const shapes = whole ? shapesOf(rates, step, (from, to) => meanBetween(trace, from, to)) : [];
  return { start, step: 60, rates, ...(shapes.length > 0 ? { shapes } : {}) };
}

/** The mean rate between two moments, seconds from the start of the trace, the first of which is recorded; of what is recorded between them. */
function meanBetween({ step, rates }: Trace, from: number, to: number): number {
  const end = Math.min(to, rates.length * step);
  let sum = 0;
  for (let i = Math.floor(from / step); i < rates.length && i * step < end; i++) {
    const seconds = Math.min((i + 1) * step, end) - Math.max(i * step, from);
    sum += seconds * rates[i]!;
  }
  return sum / (end - from);
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
export function section(trace: Trace, from: number, length: number): Trace {
  const { start, step, rates, shapes, counts, work } = trace;
  const part = {
    start: start + from * step,
    step,
    rates: rates.slice(from, from + length),
    ...(counts === undefined ? {} : { counts: counts.slice(from, from + length) }),
    ...(work === undefined ? {} : { work: work.slice(from, from + length) }),
  };
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
