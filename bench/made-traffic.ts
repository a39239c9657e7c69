/** Made-up traffic of the kinds that are hard to plan for. */
import type { Trace } from "../policy/trace.ts";
import { MONDAY } from "../test/support/services.ts";
import { seededRandom } from "../test/support/simulate.ts";

const DAY = 1440;
/** Minutes that are judged, after the history. */
export const WINDOW = 2 * DAY;

interface Traffic {
  /** Days of history, from a Monday on; the window follows. */
  readonly days: number;
  /** Share of the level that the day swings by either way; the level of a weekend day in that of a workday. */
  readonly swing: number;
  readonly weekend: number;
  /** Growth a day, as a ratio. */
  readonly growth: number;
  /** Bursts a day; the least and the most of their height, in levels; minutes of their rise, stay and fall. */
  readonly bursts: number;
  readonly height: readonly [number, number];
  readonly rise: readonly [number, number];
  readonly stay: readonly [number, number];
  /** Of the logarithm of the level: its spread, and the hours in which it forgets. */
  readonly wander: number;
  readonly memory: number;
}

const PLAIN: Traffic = {
  days: 7,
  swing: 0.4,
  weekend: 0.8,
  growth: 0,
  bursts: 0,
  height: [1, 1],
  rise: [2, 8],
  stay: [5, 40],
  wander: 0.06,
  memory: 0.5,
};

export const TRAFFIC: Readonly<Record<string, Traffic>> = {
  weekendUnseen: { ...PLAIN, days: 5, swing: 0.7, weekend: 0.45 },
  weekendBusy: { ...PLAIN, days: 5, swing: 0.6, weekend: 1.5 },
  weekly: { ...PLAIN, days: 18, swing: 0.7, weekend: 0.5 },
  bursts: { ...PLAIN, bursts: 1.5, height: [3, 5] },
  rareBursts: { ...PLAIN, days: 10, bursts: 0.4, height: [3, 5] },
  shortBursts: { ...PLAIN, bursts: 6, height: [2, 4], rise: [1, 4], stay: [1, 10] },
  trend: { ...PLAIN, days: 14, growth: 0.06 },
  steps: { ...PLAIN, bursts: 3, height: [1.5, 2.5], rise: [2, 15], stay: [60, 300] },
  wander: { ...PLAIN, wander: 0.4, memory: 3 },
};

/** The history and, after it, the window. */
export function made(traffic: Traffic, seed: number): Trace {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const between = ([least, most]: readonly [number, number]) => least + (most - least) * random();
  const minutes = traffic.days * DAY + WINDOW;
  const bursts = Array.from({ length: Math.round((traffic.bursts * minutes) / DAY) }, () => {
    const [rise, stay] = [between(traffic.rise), between(traffic.stay)];
    return {
      from: random() * minutes,
      rise,
      stay,
      fall: 3 * between(traffic.rise),
      height: between(traffic.height),
    };
  });
  const kept = Math.exp(-1 / (60 * traffic.memory));
  let drift = traffic.wander * normal();
  const rates = Array.from({ length: minutes }, (_, minute) => {
    drift = kept * drift + Math.sqrt(1 - kept * kept) * traffic.wander * normal();
    const day = Math.floor(minute / DAY);
    const surge = bursts.reduce(
      (most, burst) => Math.max(most, 1 + (burst.height - 1) * shape(burst, minute)),
      1,
    );
    const ofDay = 1 - traffic.swing * Math.cos((2 * Math.PI * (minute - 120)) / DAY);
    const level = ofDay * (day % 7 >= 5 ? traffic.weekend : 1) * (1 + traffic.growth) ** (minute / DAY);
    return level * surge * Math.exp(drift + 0.02 * normal());
  });
  return { start: MONDAY, step: 60, rates };
}

function shape(
  { from, rise, stay, fall }: Record<"from" | "rise" | "stay" | "fall", number>,
  minute: number,
): number {
  const since = minute - from;
  if (since < 0) return 0;
  if (since < rise) return since / rise;
  return since < rise + stay ? 1 : Math.exp(-(since - rise - stay) / fall);
}
