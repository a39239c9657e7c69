import type { Plant, Slice } from "./replay.ts";
import { highestRate, type MinuteShape, type Trace } from "./trace.ts";

/** Parts of a minute that are told apart at most: ten seconds are the finest resolution of a history. */
const PARTS = 6;

/** Minutes without a part of this many times the mean have no shape. */
const A_SHAPE = 1.1;

/** Standard deviations above its mean at which Pearson's statistic is no chance: one minute in 100 of two parts, in 300 of six. */
const NO_CHANCE = 4;

/**
 * The minutes within which the rate varies by more than the chance of a Poisson process, by Pearson's χ² of the counts of equal parts: what
 * is chance the queueing model knows by itself. `rateBetween` tells the mean rate between two moments, seconds from the start, requests
 * per second; `step` is what it is known by, seconds.
 */
export function shapesOf(
  rates: readonly number[],
  step: number,
  rateBetween: (from: number, to: number) => number,
): readonly MinuteShape[] {
  const parts = Math.min(PARTS, Math.floor(60 / step));
  const shapes: MinuteShape[] = [];
  if (parts < 2) return shapes;
  const length = 60 / parts;
  const chance = parts - 1 + NO_CHANCE * Math.sqrt(2 * (parts - 1));
  rates.forEach((rate, minute) => {
    if (rate === 0) return;
    const shape = Array.from({ length: parts }, (_, part) => {
      const from = minute * 60 + part * length;
      return rateBetween(from, from + length) / rate;
    });
    const statistic = shape.reduce((sum, factor) => sum + (factor - 1) ** 2 * rate * length, 0);
    if (statistic > chance && Math.max(...shape) >= A_SHAPE) shapes.push({ minute, shape });
  });
  return shapes;
}

/** The highest rate of a trace of minutes, of any part of one or of all of it, requests per second. */
export function highestWithin({ rates, shapes = [] }: Trace): number {
  return shapes.reduce(
    (highest, { minute, shape }) => Math.max(highest, rates[minute]! * Math.max(...shape)),
    highestRate(rates),
  );
}

/** What a plant does in a minute of this shape and mean rate, from `from` on for `seconds`. */
export function servedInShape(
  plant: Plant,
  tasks: number,
  rate: number,
  shape: readonly number[],
  from: number,
  seconds: number,
): Slice {
  const length = 60 / shape.length;
  const to = from + seconds;
  const all = {
    arrived: 0,
    late: [] as number[],
    refused: 0,
    busy: 0,
    idle: 0,
    responseTime: 0,
    charged: 0,
    outOfMemory: 0,
  };
  for (let part = Math.floor(from / length); part * length < to; part++) {
    const span = Math.min(to, (part + 1) * length) - Math.max(from, part * length);
    const served = plant(tasks, rate * shape[part]!, span);
    all.arrived += served.arrived;
    for (let i = 0; i < served.late.length; i++) all.late[i] = (all.late[i] ?? 0) + served.late[i]!;
    all.refused += served.refused;
    all.busy += (served.busy * span) / seconds;
    all.idle += ((served.idle ?? 1 - served.busy) * span) / seconds;
    all.responseTime += (served.responseTime * span) / seconds;
    all.charged += served.charged ?? 0;
    all.outOfMemory += served.outOfMemory ?? 0;
  }
  return all;
}
