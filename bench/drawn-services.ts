/**
 * As walk-forward.ts, for services drawn at random: each on one window of real or made-up traffic, whose place or seed is drawn, too. What
 * the engine makes of services that nobody had in mind when its constants were chosen. Prints a row for each traffic.
 * `npm run bench:drawn-services [-- DIRECTORY [--services N] [--seed N] [--verbose]]`; the autoscaler sees requests as counting finds them.
 */
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { section } from "../policy/minutes.ts";
import type { Trace } from "../policy/trace.ts";
import { seededRandom } from "../test/support/simulate.ts";
import { header, type Kind, row, type Score, scaledTo, score, serviceOf } from "./hindsight.ts";
import { made, TRAFFIC, WINDOW } from "./made-traffic.ts";
import { realTraffic } from "./real-traffic.ts";

/** Real traffic with days enough, without the event streams: a window is drawn from each. */
const REAL = ["nab_elb", "nasa", "wikipedia", "worldcup"];

/** Minutes of the least history, and of the most. */
const [LEAST_HISTORY, MOST_HISTORY] = [3 * 1440, 28 * 1440];

/** Objectives, and how many deviations of its logarithm a service time may lie above the median for an idle task to be late a fifth as often as allowed. */
const OBJECTIVES: readonly (readonly [number, number])[] = [
  [0.95, 2.33],
  [0.98, 2.65],
  [0.985, 2.75],
  [0.99, 2.88],
  [0.995, 3.09],
  [0.999, 3.54],
];

type Draw = () => number;

/** Between two values, evenly on a logarithmic scale. */
function between(draw: Draw, least: number, most: number): number {
  return least * (most / least) ** draw();
}

function oneOf<T>(draw: Draw, values: readonly T[]): T {
  return values[Math.floor(draw() * values.length)]!;
}

/** A service that an idle task keeps the SLO of. */
function drawnKind(draw: Draw): Kind {
  const [mean, cv] = [between(draw, 0.02, 1), between(draw, 0.3, 2)];
  const [objective, deviations] = oneOf(draw, OBJECTIVES);
  const variance = Math.log(1 + cv * cv);
  const idle = mean * Math.exp(deviations * Math.sqrt(variance) - variance / 2);
  const threshold = idle * between(draw, 1.05, 3);
  return {
    capacity: {
      serviceTime: { mean, cv },
      concurrency: oneOf(draw, [1, 1, 2, 4, 8, 16]),
      maxWait: threshold * between(draw, 0.5, 4),
      startup: oneOf(draw, [30, 45, 75, 120, 180, 240, 300]),
    },
    threshold,
    objective,
    meanTasks: between(draw, 4, 60),
  };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    services: { type: "string", default: "208" },
    seed: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
  },
});
const [directory = "traces"] = positionals;
const recorded = readdirSync(directory)
  .filter((file) => file.endsWith(".csv") && REAL.some((name) => file.startsWith(name)))
  .map((file): readonly [string, Trace] => [file.replace(/\.csv$/, ""), realTraffic(directory, file)]);
const draw = seededRandom(Number(values.seed));
const scores = new Map<string, Score[]>();

/** History and window; the window of real traffic is anywhere after the least history. */
function drawnTraffic(n: number): readonly [string, Trace, number] {
  const names = Object.keys(TRAFFIC);
  const i = n % (recorded.length + names.length);
  if (i >= recorded.length) {
    const name = names[i - recorded.length]!;
    const trace = made(TRAFFIC[name]!, Math.floor(draw() * 2 ** 31));
    return [name, trace, trace.rates.length - WINDOW];
  }
  const [name, trace] = recorded[i]!;
  return [name, trace, LEAST_HISTORY + Math.floor(draw() * (trace.rates.length - WINDOW - LEAST_HISTORY))];
}

for (let n = 0; n < Number(values.services); n++) {
  const kind = drawnKind(draw);
  const [name, traffic, cut] = drawnTraffic(n);
  const trace = scaledTo(kind, traffic);
  const past = Math.min(cut, MOST_HISTORY);
  const service = serviceOf("drawn", kind, section(trace, cut - past, past));
  const judging = { requests: false, noise: true, verbose: values.verbose, afterwards: false };
  scores.set(name, [...(scores.get(name) ?? []), score(service, section(trace, cut, WINDOW), judging)]);
}
console.log(header({ afterwards: false }));
for (const [name, ofName] of scores) console.log(row(name, "drawn", ofName));
console.log(row("all", "drawn", [...scores.values()].flat()));
