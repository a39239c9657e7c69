import { straightLine } from "./straight-line.ts";
import { figure } from "./words.ts";

/** Memory of a task while it is under test. */
export interface MemorySample {
  /** Seconds since some start. */
  readonly time: number;
  /** Requests per second a task. */
  readonly rate: number;
  /** MB. */
  readonly memory: number;
}

/** Growth below this, MB an hour, does not end any task soon. */
const NEGLIGIBLE = 1;

/**
 * MB an hour by which memory surely grows at constant load, or 0: the lower end of the slope's confidence interval, after
 * what the rate explains is taken out of memory and time alike (Frisch & Waugh, Econometrica 1(4), 1933).
 */
export function memoryGrowth(samples: readonly MemorySample[]): number {
  if (samples.length < 4) return 0;
  const rates = samples.map(({ rate }) => rate);
  const times = withoutLine(
    rates,
    samples.map(({ time }) => time),
  );
  const memory = withoutLine(
    rates,
    samples.map(({ memory }) => memory),
  );
  const moved = Math.max(...times) - Math.min(...times);
  const whole = Math.max(...samples.map(({ time }) => time)) - Math.min(...samples.map(({ time }) => time));
  if (moved < 0.05 * whole) return 0; // load and time rise together: one cannot be told from the other
  const hourly = 3600 * straightLine(times, memory).slope.low;
  return hourly > NEGLIGIBLE ? hourly : 0;
}

/** A leak in words; nothing where memory holds. */
export function memoryRemarks(samples: readonly MemorySample[]): readonly string[] {
  const growth = memoryGrowth(samples);
  if (growth === 0) return [];
  return [`memory grows ${figure(growth)} MB/h at constant load; instance lifetime bounds it`];
}

function withoutLine(x: readonly number[], y: readonly number[]): readonly number[] {
  const { slope, intercept } = straightLine(x, y);
  return y.map((value, i) => value - intercept.value - slope.value * x[i]!);
}
