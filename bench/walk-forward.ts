/**
 * One ratio: a plan's task-hours ÷ those of the cheapest usual setting that met the objective, picked afterwards.
 * Walk-forward: for each window of a trace the plan is made on what came before it. Prints a Markdown table.
 * `npm run bench:walk-forward [-- DIRECTORY [--requests] [--noise] [--afterwards] [--size RATIO] [--history DAYS] [--windows N] [--traces NAME,…] [--kinds NAME,…]]`;
 * `--requests` serves every single request, one by one (test/support/simulate.ts), instead of the queueing model; `--noise` lets the autoscaler
 * see requests as counting finds them; `--afterwards` also tells what the search could have chosen, had it known the window; `--size`
 * makes fleets so many times as large.
 */
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { section } from "../policy/minutes.ts";
import type { Trace } from "../policy/trace.ts";
import { header, KINDS, row, type Score, scaledTo, score, serviceOf, USUAL_KINDS } from "./hindsight.ts";
import { realTraffic } from "./real-traffic.ts";

/** Minutes in a window that is judged, and of the least history before the first one. */
const [WINDOW, LEAST_HISTORY] = [2 * 1440, 3 * 1440];

/** Of a shorter trace, the share that a window is, and that is the least history before the first one. */
const [SHORT_WINDOW, SHORT_HISTORY] = [1 / 6, 1 / 2];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    requests: { type: "boolean", default: false },
    noise: { type: "boolean", default: false },
    history: { type: "string", default: "28" },
    windows: { type: "string", default: "8" },
    traces: { type: "string" },
    kinds: { type: "string", default: USUAL_KINDS },
    size: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
    afterwards: { type: "boolean", default: false },
  },
});
const [directory = "traces"] = positionals;
const judged: { readonly isLong: boolean; readonly scores: readonly Score[] }[] = [];
console.log(header(values));
for (const file of readdirSync(directory).filter((name) => name.endsWith(".csv"))) {
  if (values.traces && !values.traces.split(",").some((name) => file.includes(name))) continue;
  const trace = realTraffic(directory, file);
  for (const kind of values.kinds.split(",").filter((name) => name in KINDS)) {
    const scores = walk(kind, trace);
    judged.push({ isLong: isLong(trace), scores });
    console.log(row(file.replace(/\.csv$/, ""), kind, scores));
  }
}
for (const [name, long] of [
  ["all", true],
  ["all of less than five days", false],
] as const) {
  const all = judged.filter(({ isLong }) => isLong === long).flatMap(({ scores }) => scores);
  if (all.length > 0) console.log(row(name, "", all));
}
if (judged.length === 0) {
  console.error(
    `no trace of ${directory} was judged: it takes a name that --traces names and a kind of ${Object.keys(KINDS).join(", ")}`,
  );
  process.exitCode = 1;
}

function walk(name: string, trace: Trace): readonly Score[] {
  const kind = KINDS[name]!;
  const scaled = scaledTo(kind, trace, Number(values.size));
  const scores: Score[] = [];
  const { length } = scaled.rates;
  const window = isLong(trace) ? WINDOW : Math.floor(SHORT_WINDOW * length);
  const least = isLong(trace) ? LEAST_HISTORY : SHORT_HISTORY * length;
  const windows = Math.min(Number(values.windows), Math.floor((length - least) / window));
  for (let n = windows; n > 0; n--) {
    const cut = length - n * window;
    const past = Math.min(cut, Math.round(Number(values.history) * 1440));
    const service = serviceOf(name, kind, section(scaled, cut - past, past));
    scores.push(score(service, section(scaled, cut, window), values));
  }
  return scores;
}

function isLong({ rates }: Trace): boolean {
  return rates.length >= LEAST_HISTORY + WINDOW;
}
