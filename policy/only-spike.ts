import { withRates } from "./minutes.ts";
import type { Trace } from "./trace.ts";
import { usualRates } from "./usual-rates.ts";
import type { Workload } from "./workload.ts";

/** A spike that a history shows once. */
export interface OnlySpike {
  /** Its rise and fall included: Unix seconds, UTC, the end excluded. */
  readonly from: number;
  readonly to: number;
  /** The history with the usual rate of the hours around in its place. */
  readonly without: Trace;
}

/** Where a spike begins and ends, the rate is this many times the usual rate of the hours around. */
const EDGE = 1.5;

/** The one spike of a trace of minutes; undefined where it shows none or several. */
export function onlySpike(trace: Trace, { spikes }: Workload): OnlySpike | undefined {
  const [spike, ...others] = spikes;
  if (spike === undefined || others.length > 0) return undefined;
  const { start, step, rates } = trace;
  const usual = usualRates(rates);
  const isAbove = (minute: number) => (rates[minute] ?? 0) > EDGE * usual(minute);
  const first = Math.round((spike.time - start) / step);
  let [from, to] = [first, first + spike.minutes];
  while (isAbove(from - 1)) from--;
  while (isAbove(to)) to++;
  const at = (minute: number) => start + minute * step;
  const calm = rates.map((rate, minute) => (minute >= from && minute < to ? usual(minute) : rate));
  return { from: at(from), to: at(to), without: withRates(trace, calm) };
}
