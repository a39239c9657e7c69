import type { Trace } from "./trace.ts";

/** The same traffic with `factor` times the volume. */
export function scaled(trace: Trace, factor: number): Trace {
  return factor === 1 ? trace : { ...trace, rates: trace.rates.map((rate) => rate * factor) };
}
