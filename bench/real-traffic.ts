/** Recorded traffic by the minute, as the benches judge it. */
import { join } from "node:path";
import { readTrace } from "../adapters/trace-csv.ts";
import { byMinute } from "../policy/minutes.ts";
import type { Trace } from "../policy/trace.ts";

export function realTraffic(directory: string, file: string): Trace {
  return smoothed(byMinute(readTrace(join(directory, file)).trace), file);
}

/** Counts of a quiet server carry shot noise, which scaling up would scale too: five minutes are averaged. */
function smoothed(trace: Trace, file: string): Trace {
  if (!file.includes("nasa")) return trace;
  const rates = trace.rates.map((_, i) => {
    const part = trace.rates.slice(Math.max(0, i - 2), i + 3);
    return part.reduce((a, b) => a + b, 0) / part.length;
  });
  return { ...trace, rates };
}
