import { budgetParts } from "./budget-parts.ts";
import { normalShare } from "./normal.ts";
import type { ReplayMinutes } from "./replay.ts";
import type { Service } from "./service.ts";
import type { Trace } from "./trace.ts";
import { STRIDE, WINDOW, windowStarts } from "./window.ts";

/** Days in which a window's weight halves: incidents come in spells, so that the newest days say most of the next. */
const HALF_LIFE = 4;

/** Of what capacity decides of the error budget, the share at which a window is as likely missed as kept: the model errs a little. */
const EVEN_ODDS = 0.85;

/**
 * Standard deviation of the logarithm of what a window uses: in traffic as steady as the model's, and more where it is used in
 * one incident, as the next is as likely half or twice as bad.
 */
const [STEADY_DOUBT, INCIDENT_DOUBT] = [0.12, 1];

/** Parts of a window, six hours of two days each, by which it is told whether its budget is used steadily or at once. */
const PARTS = 8;

/** How likely the windows of a trace are missed, as one replay of it, or of one stretch after the other, shows. */
export interface WindowOdds {
  /** Takes the minutes `from` to `to` of a replay; the first of them is the trace's minute `at`. Each minute comes once. */
  readonly add: (minutes: ReplayMinutes, from: number, to: number, at: number) => void;
  /** What `missed` will be at least, whatever is still to come. */
  readonly surelyMissed: () => number;
  /** Once every minute has come: the probability that a window like those of the trace is missed. */
  readonly missed: () => number;
  /** Error budget used in the worst window, as a ratio; over all SLOs. */
  readonly worstUse: () => number;
}

/** Begins anew for each replay of the trace: what its windows have in common is found once. */
export function windowOdds(service: Service, trace: Trace): () => WindowOdds {
  const count = trace.rates.length;
  const length = Math.min(WINDOW, count);
  const starts = windowStarts(count);
  const oldest = starts[0]!;
  const minutesOfPart = length / PARTS;
  const partsApart = STRIDE / minutesOfPart;
  const arrived = Float64Array.from(starts, (from) => {
    let sum = 0;
    for (let i = from; i < from + length; i++) sum += trace.rates[i]! * 60;
    return Math.max(Number.MIN_VALUE, sum);
  });
  const weights = Float64Array.from(starts, (from) => 0.5 ** ((starts.at(-1)! - from) / 1440 / HALF_LIFE));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const slos = service.slos.map((slo, i) => ({
    ...budgetParts(service, slo),
    budget: 1 - slo.objective,
    /** Which of the latency thresholds it is; none counts refusals. */
    latency: slo.kind === "latency" ? service.slos.slice(0, i).filter(isLatency).length : undefined,
  }));
  const parts = Math.ceil((count - oldest) / minutesOfPart);

  return () => {
    const tallies = slos.map(() => ({ bad: new Float64Array(parts), avoidable: new Float64Array(parts) }));
    const seen = new Float64Array(parts);
    const [odds, least] = [new Float64Array(starts.length), new Float64Array(starts.length)];

    const add = (minutes: ReplayMinutes, begin: number, to: number, at: number) => {
      const from = begin + Math.max(0, oldest - at); // what is older belongs to no window
      const since = at - begin - oldest;
      for (let minute = from; minute < to; minute++) seen[Math.floor((minute + since) / minutesOfPart)]!++;
      for (let slo = 0; slo < slos.length; slo++) {
        const { idle, latency } = slos[slo]!;
        const { bad, avoidable } = tallies[slo]!;
        const wrong = latency === undefined ? minutes.refused : minutes.late[latency]!;
        for (let minute = from; minute < to; minute++) {
          const part = Math.floor((minute + since) / minutesOfPart);
          bad[part]! += wrong[minute]!;
          avoidable[part]! += Math.max(0, wrong[minute]! - idle * minutes.arrived[minute]!);
        }
      }
      const first = Math.max(0, Math.floor((from + since - length) / STRIDE) + 1);
      const last = Math.min(starts.length - 1, Math.floor((to + since - 1) / STRIDE));
      for (let window = first; window <= last; window++) judge(window);
    };
    const judge = (window: number) => {
      const begin = window * partsApart;
      odds[window] = 0;
      least[window] = 0;
      for (let slo = 0; slo < slos.length; slo++) {
        const { idle, rest } = slos[slo]!;
        const { bad, avoidable } = tallies[slo]!;
        const used = (sumOf(bad, begin) / arrived[window]! - idle) / rest;
        if (used <= 0) continue;
        const beyond = Math.log(used / EVEN_ODDS);
        const likely = normalShare(beyond / doubtOf(concentration(avoidable, begin)));
        odds[window] = Math.max(odds[window]!, likely);
        least[window] = Math.max(least[window]!, normalShare(beyond / doubtOf(beyond < 0 ? 0 : 1)));
      }
      if (sumOf(seen, begin) >= length) least[window] = odds[window]!;
    };
    const mean = (values: Float64Array) => {
      let sum = 0;
      for (let window = 0; window < values.length; window++) sum += values[window]! * weights[window]!;
      return sum / whole;
    };
    const used = (slo: number, window: number) =>
      sumOf(tallies[slo]!.bad, window * partsApart) / arrived[window]! / slos[slo]!.budget;
    return {
      add,
      surelyMissed: () => mean(least),
      missed: () => mean(odds),
      worstUse: () => Math.max(...slos.flatMap((_, slo) => starts.map((_, window) => used(slo, window)))),
    };
  };
}

function isLatency({ kind }: Service["slos"][number]): boolean {
  return kind === "latency";
}

function doubtOf(concentrated: number): number {
  return Math.hypot(STEADY_DOUBT, INCIDENT_DOUBT * Math.sqrt(concentrated));
}

/** Over the parts of the window that begins with part `begin`. */
function sumOf(parts: Float64Array, begin: number): number {
  let sum = 0;
  for (let part = begin; part < begin + PARTS; part++) sum += parts[part]!;
  return sum;
}

/** The normalized Herfindahl–Hirschman index of a window's parts: 0 where all are equal, 1 where one is all there is. */
function concentration(parts: Float64Array, begin: number): number {
  const sum = sumOf(parts, begin);
  if (sum === 0) return 0;
  let squares = 0;
  // The square of a share is a number even where that of the part is too small to be one.
  for (let part = begin; part < begin + PARTS; part++) squares += (parts[part]! / sum) ** 2;
  return Math.max(0, (squares - 1 / PARTS) / (1 - 1 / PARTS));
}
