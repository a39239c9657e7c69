import type { Trace } from "../../policy/trace.ts";
import { MONDAY } from "./services.ts";
import { seededRandom } from "./simulate.ts";

/** What a made-up history is like. */
export interface Habits {
  readonly days: number;
  /** Requests a second, the middle of the day's swing. */
  readonly level: number;
  /** Share of the level that the day swings by either way. */
  readonly swing: number;
  /** Surges a day, and how many times the level they reach. */
  readonly bursts: number;
  readonly height: number;
  readonly seed: number;
}

/** Minutes that a surge takes to its height; it leaves four times as slowly. */
const RISE = 5;

/** Days that swing as a sine, with surges at no fixed hour and a twentieth of noise either way. */
export function habitual({ days, level, swing, bursts, height, seed }: Habits): Trace {
  const random = seededRandom(seed);
  const starts = Array.from({ length: Math.round(bursts * days) }, () => random() * days * 1440);
  const rates = Array.from({ length: days * 1440 }, (_, minute) => {
    const surge = starts.reduce((most, start) => Math.max(most, shape(minute - start)), 0);
    const ofDay = 1 + swing * Math.sin((2 * Math.PI * minute) / 1440 - Math.PI / 2);
    return level * ofDay * (1 + (height - 1) * surge) * (0.95 + 0.1 * random());
  });
  return { start: MONDAY, step: 60, rates };
}

/** From 0 to 1 within the rise and back, by the minutes since it began. */
function shape(since: number): number {
  if (since < 0) return 0;
  return Math.max(0, Math.min(since / RISE, 1 - (since - RISE) / (4 * RISE)));
}
