import type { Trace } from "./trace.ts";

/** How traffic repeats: not at all, every day, or every day with weekends apart. */
export type Seasonality = "none" | "daily" | "workweek";

/** The week cut into slots that recur; times are UTC. */
export interface Season {
  readonly seasonality: Seasonality;
  readonly slots: number;
  /** The slot that a moment (Unix seconds) falls in. */
  readonly slotAt: (time: number) => number;
}

/** Seconds in a slot: half an hour keeps a workweek season at 96 actions, within the 125 of an Auto Scaling group. */
export const SLOT = 1800;
const SLOTS_A_DAY = 86_400 / SLOT;

export function season(seasonality: Seasonality): Season {
  const slotOfDay = (time: number) => Math.floor((time % 86_400) / SLOT);
  const isWeekend = (time: number) => [2, 3].includes(Math.floor(time / 86_400) % 7); // day 0 was a Thursday
  switch (seasonality) {
    case "none":
      return { seasonality, slots: 1, slotAt: () => 0 };
    case "daily":
      return { seasonality, slots: SLOTS_A_DAY, slotAt: slotOfDay };
    case "workweek":
      return {
        seasonality,
        slots: 2 * SLOTS_A_DAY,
        slotAt: (time) => slotOfDay(time) + (isWeekend(time) ? SLOTS_A_DAY : 0),
      };
  }
}

/** The mean rate of each slot, and how far single minutes lie from it. */
export interface SeasonalProfile {
  readonly season: Season;
  /** Requests per second, by slot. */
  readonly levels: readonly number[];
  /** Share of the week's minutes that each slot holds. */
  readonly weights: readonly number[];
  /** For each slot, minute rate ÷ level with the share of minutes it stands for. */
  readonly deviations: readonly (readonly (readonly [factor: number, share: number])[])[];
}

/** Slots are pooled by level, as quiet hours are relatively noisier than busy ones: shot noise falls with the root of the rate. */
const POOLS = 3;

export function seasonalProfile(trace: Trace, seasonality: Seasonality): SeasonalProfile {
  const shape = season(seasonality);
  const sums = new Array<number>(shape.slots).fill(0);
  const counts = new Array<number>(shape.slots).fill(0);
  const slotOf = trace.rates.map((_, i) => shape.slotAt(trace.start + i * trace.step));
  trace.rates.forEach((rate, i) => {
    sums[slotOf[i]!]! += rate;
    counts[slotOf[i]!]! += 1;
  });
  const overall = sums.reduce((a, b) => a + b, 0) / trace.rates.length;
  const levels = sums.map((sum, i) => (counts[i]! > 0 ? sum / counts[i]! : overall));
  const rank = levels.map((_, i) => i).toSorted((a, b) => levels[a]! - levels[b]!);
  const poolOf = new Array<number>(shape.slots);
  rank.forEach((slot, position) => {
    poolOf[slot] = Math.floor((position * POOLS) / shape.slots);
  });
  const factors: number[][] = Array.from({ length: POOLS }, () => []);
  trace.rates.forEach((rate, i) => {
    const level = levels[slotOf[i]!]!;
    if (level > 0) factors[poolOf[slotOf[i]!]!]!.push(rate / level);
  });
  const pooled = factors.map(condensed);
  return {
    season: shape,
    levels,
    weights: counts.map((count) => count / trace.rates.length),
    deviations: poolOf.map((pool) => pooled[pool]!),
  };
}

/** Many values as few with their shares; finer toward the top, where requests are lost. */
function condensed(values: readonly number[]): (readonly [number, number])[] {
  const sorted = values.toSorted((a, b) => a - b);
  const cuts = [
    0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.84, 0.88, 0.91, 0.935, 0.955, 0.97, 0.98, 0.987, 0.992,
    0.995, 0.997, 0.9985, 0.9993, 0.9997, 1,
  ];
  const points: (readonly [number, number])[] = [];
  for (let i = 0; i + 1 < cuts.length; i++) {
    const part = sorted.slice(Math.round(cuts[i]! * sorted.length), Math.round(cuts[i + 1]! * sorted.length));
    if (part.length > 0)
      points.push([part.reduce((a, b) => a + b, 0) / part.length, part.length / sorted.length]);
  }
  return points;
}
