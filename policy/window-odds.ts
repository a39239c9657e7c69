import { budgetParts } from "./budget-parts.ts";
import { normalShare } from "./normal.ts";
import { power } from "./power.ts";
import type { ReplayMinutes } from "./replay.ts";
import type { Service } from "./service.ts";
import type { SteadyDoubt } from "./steady-doubt.ts";
import type { Trace } from "./trace.ts";
import { STRIDE, WINDOW, windowStarts } from "./window.ts";

/** Days in which what a part of a day shows weighs half: incidents come in spells, so that the newest days say most of the next. */
const HALF_LIFE = 4;

/** Parts of a window, six hours of two days each: what one of them uses of the budget is taken to be independent of the others. */
const PARTS = 8;

/** Parts of a day: each is as likely to be like any of the same hours before. */
const PARTS_OF_A_DAY = (PARTS * 1440) / WINDOW;

/** Requests of a window without any, as a weekend may be: what is used of none of them is a number, 0. */
const NOBODY = Number.EPSILON;

/** How likely the windows of a trace are missed, as one replay of it, or of one stretch after the other, shows. */
export interface WindowOdds {
  /** Takes the minutes `from` to `to` of a replay; the first of them is the trace's minute `at`. Each minute comes once. */
  readonly add: (minutes: ReplayMinutes, from: number, to: number, at: number) => void;
  /** The probability that a window like those of the trace is missed, if the minutes that have not come use no budget. */
  readonly missed: () => number;
  /** Error budget used in the worst window, as a ratio; over all SLOs. */
  readonly worstUse: () => number;
  /** Error budget of the whole trace used so far, as a ratio; over all SLOs. */
  readonly wholeUse: () => number;
}

/** Begins anew for each replay of the trace: what its windows have in common is found once. */
export function windowOdds(service: Service, trace: Trace, doubts: readonly SteadyDoubt[]): () => WindowOdds {
  const count = trace.rates.length;
  const length = Math.min(WINDOW, count);
  const starts = windowStarts(count);
  const minutesOfPart = length / PARTS;
  const partsApart = STRIDE / minutesOfPart;
  const arrived = Float64Array.from(starts, (from) => {
    let sum = 0;
    for (let i = from; i < from + length; i++) sum += trace.rates[i]! * 60;
    return Math.max(NOBODY, sum);
  });
  const oldest = starts[0]!;
  const parts = Math.round((count - oldest) / minutesOfPart);
  const draws = drawsOf(parts, length);
  /** Requests of the window around each part. */
  const around = Float64Array.from({ length: parts }, (_, part) => {
    const window = Math.round((part + 0.5 - PARTS / 2) / partsApart);
    return arrived[Math.max(0, Math.min(starts.length - 1, window))]!;
  });
  const slos = service.slos.map((slo, i) => ({
    ...budgetParts(service, slo),
    ...doubts[i]!,
    budget: 1 - slo.objective,
    /** Which of the latency thresholds it is; none counts refusals. */
    latency: slo.kind === "latency" ? service.slos.slice(0, i).filter(isLatency).length : undefined,
  }));

  const arrivedInAll = 60 * trace.rates.reduce((sum, rate) => sum + rate, 0);

  return () => {
    const tallies = slos.map(() => ({ bad: new Float64Array(parts), avoidable: new Float64Array(parts) }));
    const bad = new Float64Array(slos.length);

    const add = (minutes: ReplayMinutes, begin: number, to: number, at: number) => {
      const from = begin + Math.max(0, oldest - at); // what is older belongs to no window
      const since = at - begin - oldest;
      for (let slo = 0; slo < slos.length; slo++) {
        const { idle, latency } = slos[slo]!;
        const tally = tallies[slo]!;
        const wrong = latency === undefined ? minutes.refused : minutes.late[latency]!;
        for (let minute = begin; minute < to; minute++) bad[slo]! += wrong[minute]!;
        for (let minute = from; minute < to; minute++) {
          const part = Math.floor((minute + since) / minutesOfPart);
          tally.bad[part]! += wrong[minute]!;
          tally.avoidable[part]! += Math.max(0, wrong[minute]! - idle * minutes.arrived[minute]!);
        }
      }
    };
    const missedFor = (slo: number) => {
      const { rest, evenOdds, deviation } = slos[slo]!;
      const { avoidable } = tallies[slo]!;
      let [mean, variance] = [0, 0];
      for (const { from, apart, weights, samples, times } of draws) {
        let [sum, squares] = [0, 0];
        for (let i = 0; i < weights.length; i++) {
          const part = from + i * apart;
          const used = avoidable[part]! / (rest * around[part]!);
          sum += weights[i]! * used;
          squares += weights[i]! * used * used;
        }
        mean += times * sum;
        const spread = (Math.max(0, squares - sum * sum) * samples) / (samples - 1);
        variance += times * spread * (1 + times / samples); // what is drawn, and the error of the mean it is drawn about
      }
      return gammaTail(mean, variance + (deviation * mean) ** 2, evenOdds);
    };
    const used = (slo: number, window: number) => {
      let sum = 0;
      for (let part = 0; part < PARTS; part++) sum += tallies[slo]!.bad[window * partsApart + part]!;
      return sum / arrived[window]! / slos[slo]!.budget;
    };
    return {
      add,
      missed: () => slos.reduce((most, _, slo) => Math.max(most, missedFor(slo)), 0),
      worstUse: () => Math.max(...slos.flatMap((_, slo) => starts.map((_, window) => used(slo, window)))),
      wholeUse: () =>
        slos.reduce(
          (most, { budget }, slo) => Math.max(most, bad[slo]! / budget / Math.max(NOBODY, arrivedInAll)),
          0,
        ),
    };
  };
}

function isLatency({ kind }: Service["slos"][number]): boolean {
  return kind === "latency";
}

/** Parts of a history that one part of a window is drawn from, every `apart`-th from `from` on, and how many are drawn. */
interface Draw {
  readonly from: number;
  readonly apart: number;
  /** Add up to 1. */
  readonly weights: Float64Array;
  /** Of equal weight that would say as much: Kish's effective sample size. */
  readonly samples: number;
  readonly times: number;
}

/** From two days on the same hours of other days; a shorter history is too short to tell hours apart. */
function drawsOf(parts: number, length: number): readonly Draw[] {
  const apart = length === WINDOW ? PARTS_OF_A_DAY : 1;
  return Array.from({ length: apart }, (_, from): Draw => {
    const count = Math.ceil((parts - from) / apart);
    const age = (i: number) => ((parts - 1 - from - i * apart) * length) / PARTS / 1440;
    const raw = Float64Array.from({ length: count }, (_, i) => power(0.5, age(i) / HALF_LIFE));
    const sum = raw.reduce((a, b) => a + b, 0);
    const weights = raw.map((weight) => weight / sum);
    const samples = 1 / weights.reduce((squares, weight) => squares + weight * weight, 0);
    return { from, apart, weights, samples, times: PARTS / apart };
  });
}

/** Shares of a budget below this are none: squares of much smaller ones are no numbers. */
const NOTHING = 1e-100;

/**
 * Probability that a gamma variate of this mean and variance is above `at`: budgets used are positive, and the more skewed the
 * rarer the incidents. Its cube root is nearly normal (Wilson & Hilferty, PNAS 17, 1931).
 */
function gammaTail(mean: number, variance: number, at: number): number {
  if (mean < NOTHING) return 0;
  const ninth = variance / (mean * mean) / 9; // 1 ÷ 9k, k being the shape
  return normalShare((1 - ninth - Math.cbrt(at / mean)) / Math.sqrt(ninth));
}
