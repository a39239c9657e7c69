import type { Trace } from "./trace.ts";

/** The trace in steps of one minute: finer steps averaged, coarser ones joined by straight lines between their starts. */
export function byMinute(trace: Trace): Trace {
  if (trace.step === 60) return trace;
  const count = Math.max(1, Math.floor((trace.rates.length * trace.step) / 60));
  const rates = trace.step < 60 ? averaged(trace, count) : interpolated(trace, count);
  return { start: trace.start, step: 60, rates };
}

function averaged({ step, rates }: Trace, count: number): number[] {
  return Array.from({ length: count }, (_, minute) => {
    const [from, to] = [minute * 60, Math.min(rates.length * step, (minute + 1) * 60)];
    let sum = 0;
    for (let i = Math.floor(from / step); i * step < to; i++) {
      const seconds = Math.min((i + 1) * step, to) - Math.max(i * step, from);
      sum += seconds * rates[i]!;
    }
    return sum / (to - from);
  });
}

function interpolated({ step, rates }: Trace, count: number): number[] {
  return Array.from({ length: count }, (_, minute) => {
    const position = (minute * 60) / step;
    const before = Math.floor(position);
    const [left, right] = [rates[before]!, rates[Math.min(before + 1, rates.length - 1)]!];
    return left + (position - before) * (right - left);
  });
}

/** The part of a trace from minute `from` on, `length` minutes long. */
export function section({ start, step, rates }: Trace, from: number, length: number): Trace {
  return { start: start + from * step, step, rates: rates.slice(from, from + length) };
}

/** The newest minutes of a trace, so many or all. */
export function newestOf(trace: Trace, minutes: number): Trace {
  const length = Math.min(minutes, trace.rates.length);
  return section(trace, trace.rates.length - length, length);
}
