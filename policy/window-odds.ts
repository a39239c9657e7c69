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

/** How likely the windows of a trace are missed, as a replay passes through them. */
export function windowOdds(service: Service, trace: Trace) {
  const count = trace.rates.length;
  const length = Math.min(WINDOW, count);
  const starts = windowStarts(count);
  const arrived = starts.map((from) => {
    let sum = 0;
    for (let i = from; i < from + length; i++) sum += trace.rates[i]! * 60;
    return Math.max(Number.MIN_VALUE, sum);
  });
  const shares = service.slos.map((slo) => budgetParts(service, slo));
  const weights = starts.map((from) => 0.5 ** ((starts.at(-1)! - from) / 1440 / HALF_LIFE));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const bad = service.slos.map(() => new Float64Array(starts.length));
  const parts = service.slos.map(() => new Float64Array(starts.length * PARTS));
  const [odds, least] = [new Float64Array(starts.length), new Float64Array(starts.length)];
  let seen = 0;

  const follow = (minutes: ReplayMinutes) => {
    let latency = 0;
    const columns = service.slos.map((slo) =>
      slo.kind === "latency" ? minutes.late[latency++]! : minutes.refused,
    );
    const first = Math.max(0, Math.floor((seen - length) / STRIDE) + 1);
    for (; seen < minutes.count; seen++) {
      const oldest = Math.max(0, Math.floor((seen - length) / STRIDE) + 1);
      const newest = Math.min(starts.length - 1, Math.floor(seen / STRIDE));
      for (let slo = 0; slo < columns.length; slo++) {
        const wrong = columns[slo]![seen]!;
        const avoidable = Math.max(0, wrong - shares[slo]!.idle * minutes.arrived[seen]!);
        for (let window = oldest; window <= newest; window++) {
          bad[slo]![window]! += wrong;
          const part = Math.floor(((seen - starts[window]!) * PARTS) / length);
          parts[slo]![window * PARTS + part]! += avoidable;
        }
      }
    }
    const last = Math.min(starts.length - 1, Math.floor((seen - 1) / STRIDE));
    for (let window = first; window <= last; window++) judge(window);
  };
  const judge = (window: number) => {
    odds[window] = 0;
    least[window] = 0;
    for (let slo = 0; slo < shares.length; slo++) {
      const { idle, rest } = shares[slo]!;
      const used = (bad[slo]![window]! / arrived[window]! - idle) / rest;
      if (used <= 0) continue;
      const beyond = Math.log(used / EVEN_ODDS);
      const doubt = doubtOf(concentration(parts[slo]!.subarray(window * PARTS, (window + 1) * PARTS)));
      odds[window] = Math.max(odds[window]!, normalShare(beyond / doubt));
      least[window] = Math.max(least[window]!, normalShare(beyond / doubtOf(beyond < 0 ? 0 : 1)));
    }
    if (seen >= starts[window]! + length) least[window] = odds[window]!;
  };
  const mean = (values: Float64Array) =>
    values.reduce((sum, each, window) => sum + each * weights[window]!, 0) / whole;
  return {
    missed: (minutes: ReplayMinutes) => {
      follow(minutes);
      return mean(odds);
    },
    /** What `missed` will be at least, whatever is still to come. */
    surelyMissed: (minutes: ReplayMinutes) => {
      follow(minutes);
      return mean(least);
    },
    worstUse: () =>
      Math.max(
        ...service.slos.flatMap((slo, i) =>
          starts.map((_, window) => bad[i]![window]! / arrived[window]! / (1 - slo.objective)),
        ),
      ),
  };
}

function doubtOf(concentrated: number): number {
  return Math.hypot(STEADY_DOUBT, INCIDENT_DOUBT * Math.sqrt(concentrated));
}

/** The normalized Herfindahl–Hirschman index of the parts: 0 where all are equal, 1 where one is all there is. */
function concentration(parts: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (const part of parts) {
    sum += part;
    squares += part * part;
  }
  if (sum === 0) return 0;
  return Math.max(0, (squares / (sum * sum) - 1 / parts.length) / (1 - 1 / parts.length));
}
