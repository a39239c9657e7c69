/**
 * One ratio: a plan's task-hours ÷ those of the cheapest usual setting that met the objective, picked afterwards.
 * Walk-forward: for each window of a trace the plan is made on what came before it. Prints a Markdown table.
 * `npm run bench:walk-forward [-- DIRECTORY [--requests] [--noise] [--afterwards] [--size RATIO] [--history DAYS] [--windows N] [--traces NAME,…] [--kinds NAME,…]]`;
 * `--requests` serves every single request, as shared/scoring.md says, instead of the queueing model; `--noise` lets the autoscaler
 * see requests as counting finds them; `--afterwards` also tells what the search could have chosen, had it known the window; `--size`
 * makes fleets so many times as large.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readTrace } from "../adapters/trace-csv.ts";
import { byMinute, section } from "../policy/minutes.ts";
import type { Trace } from "../policy/trace.ts";
import { header, KINDS, row, type Score, scaledTo, score, serviceOf } from "./hindsight.ts";

/** Minutes in a window that is judged, and of the least history before the first one. */
const [WINDOW, LEAST_HISTORY] = [2 * 1440, 3 * 1440];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    requests: { type: "boolean", default: false },
    noise: { type: "boolean", default: false },
    history: { type: "string", default: "28" },
    windows: { type: "string", default: "8" },
    traces: { type: "string" },
    kinds: { type: "string", default: Object.keys(KINDS).join() },
    size: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
    afterwards: { type: "boolean", default: false },
  },
});
const [directory = "traces"] = positionals;
const overall: Score[] = [];
console.log(header(values));
for (const file of readdirSync(directory).filter((name) => name.endsWith(".csv"))) {
  if (values.traces && !values.traces.split(",").some((name) => file.includes(name))) continue;
  const trace = smoothed(byMinute(readTrace(join(directory, file)).trace), file);
  if (trace.rates.length < LEAST_HISTORY + WINDOW) continue;
  for (const kind of values.kinds.split(",").filter((name) => name in KINDS)) {
    const scores = walk(kind, trace);
    overall.push(...scores);
    console.log(row(file.replace(/\.csv$/, ""), kind, scores));
  }
}
if (overall.length > 0) console.log(row("all", "", overall));
else {
  console.error(
    `no trace of ${directory} was judged: it takes five days of one, a name that --traces names and a kind of ${Object.keys(KINDS).join(", ")}`,
  );
  process.exitCode = 1;
}

function walk(name: string, trace: Trace): readonly Score[] {
  const kind = KINDS[name]!;
  const scaled = scaledTo(kind, trace, Number(values.size));
  const scores: Score[] = [];
  const windows = Math.min(
    Number(values.windows),
    Math.floor((scaled.rates.length - LEAST_HISTORY) / WINDOW),
  );
  for (let n = windows; n > 0; n--) {
    const cut = scaled.rates.length - n * WINDOW;
    const past = Math.min(cut, Math.round(Number(values.history) * 1440));
    const service = serviceOf(name, kind, section(scaled, cut - past, past));
    scores.push(score(service, section(scaled, cut, WINDOW), values));
  }
  return scores;
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
