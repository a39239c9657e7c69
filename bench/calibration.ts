import { parseArgs } from "node:util";
import { readLoadTest } from "../adapters/load-test-csv.ts";
import { type Calibration, calibration } from "../policy/calibration.ts";
import { cpuDemand } from "../policy/cpu-demand.ts";
import type { Observation } from "../policy/observation.ts";
import { responseTimes } from "../policy/response-time.ts";
import { scalability } from "../policy/scalability.ts";
import type { TaskProfile } from "../policy/service.ts";
import { serviceTimeQuantile } from "../policy/service-time.ts";
import { steadyState } from "../policy/steady-state.ts";
import { simulated } from "../test/support/measurements.ts";
import { requestPlant, seededRandom } from "../test/support/simulate.ts";

// How far calibration is off: against published measurements, and against tasks that serve every request. Prints Markdown.
const { values } = parseArgs({ options: { data: { type: "string", default: "test/fixtures/latency" } } });
const percent = (ratio: number) => `${(100 * ratio).toFixed(1)} %`;
const figures = (value: number) => String(Number(value.toPrecision(4)));

/** Tasks that served the published tests of the Node service. */
const TASKS = 3;

/** Requests at a time that the fits of the Node service are given: its data shows no limit. */
const SLOTS = 50;

/** Offered past saturation, in units of it. */
const PAST = 1.2;

console.log(
  "| simulated: tasks, slots, mean, cv | limit | fitted mean | cv | slots | capacity off by | residual | 1 % late by the fit, really |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
for (const [tasks, concurrency, mean, cv] of [
  [1, 2, 0.2, 0.7],
  [4, 2, 0.2, 0.7],
  [3, 8, 0.05, 1.2],
  [2, 32, 0.1, 1],
  [2, 1, 0.02, 0.5],
  [1, 1, 0.02, 1.5],
] as const)
  for (const past of [false, true]) {
    const profile = { serviceTime: { mean, cv }, concurrency, maxWait: 60, startup: 0 };
    const below = simulated(profile, tasks, [0.2, 0.4, 0.6, 0.7, 0.8, 0.9], 60_000);
    const [beyond] = simulated(profile, tasks, [PAST], 60_000);
    const throughput = (beyond!.cpu! * tasks * concurrency) / mean;
    const found = fitOf(past ? [...below, { ...beyond!, throughput }] : below, null);
    const cells = [
      `${tasks}, ${concurrency}, ${mean} s, ${cv}`,
      past ? "measured" : "–",
      ...[`${figures(found.mean.value)} s`, figures(found.cv.value), found.concurrency.value],
      percent(found.saturation / (concurrency / mean) - 1),
      percent(found.residual),
      `${(100 * lateAtTheLimit(found, profile, tasks)).toFixed(2)} %`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }

console.log(
  "\n| published: wrk2 on Node | rates fitted | held-out rates: p50, p90, p95, p99, p99.9 off by (rms) | verdict |",
);
console.log("| --- | --- | --- | --- |");
for (const file of ["node-mysql2-rc13", "node-mysql2-rc12", "node-mysql-2.11.1"]) {
  const { observations } = readLoadTest(`${values.data}/${file}.csv`, { tasks: TASKS });
  const [fitted, heldOut] = [observations.slice(0, 20), observations.slice(20)];
  const result = calibration(fitted, { maxWait: 60, concurrency: SLOTS });
  const found = fitOf(fitted, SLOTS);
  const verdict = result.kind === "refused" ? `refused: ${result.reasons[0]}` : "calibrated";
  console.log(
    `| ${file} | ${fitted.length} | ${misses(found, heldOut).map(percent).join(", ")} | ${verdict} |`,
  );
}

console.log("\n| published: Universal Scalability Law | λ | α | β | residual |");
console.log("| --- | --- | --- | --- | --- |");
for (const file of ["specsdm91", "raytracer"]) {
  const { lambda, alpha, beta, residual } = scalability(readLoadTest(`${values.data}/${file}.csv`).scaling)
    .scalability!;
  const cells = [lambda, alpha, beta].map(
    ({ value, low, high }) => `${figures(value)} (${figures(low)} to ${figures(high)})`,
  );
  console.log(`| ${file} | ${cells.join(" | ")} | ${percent(residual)} |`);
}

const { work, idle, explained } = cpuDemand(
  readLoadTest(`${values.data}/oracle-oltp-2min.csv`).observations,
)!;
console.log(
  `\nOracle OLTP, CPU against transactions: ${figures(work.value)} (${figures(work.low)} to ${figures(work.high)}) of the host's CPU for one a second, ${percent(idle.value)} without any, R² ${explained.toFixed(3)}`,
);

/** Share of simulated requests late at the rate where the fit says that 1 % take longer than 1.5 times an idle task's p99. */
function lateAtTheLimit(found: Calibration, truth: TaskProfile, tasks: number): number {
  const fitted = {
    ...truth,
    serviceTime: { mean: found.mean.value, cv: found.cv.value },
    concurrency: found.concurrency.value,
  };
  const threshold = 1.5 * serviceTimeQuantile(truth.serviceTime, 0.99);
  let [kept, broken] = [0, 1];
  for (let i = 0; i < 40; i++) {
    const utilization = (kept + broken) / 2;
    if (steadyState(fitted, tasks, [threshold], utilization).late[0]! <= 0.01) kept = utilization;
    else broken = utilization;
  }
  const rate = kept * found.saturation * tasks;
  const plant = requestPlant(truth, [threshold], seededRandom(99));
  plant(tasks, rate, 5000 / rate);
  const { late, arrived } = plant(tasks, rate, 400_000 / rate);
  return late[0]! / arrived;
}

function fitOf(rows: readonly Observation[], concurrency: number | null): Calibration {
  const result = calibration(rows, { maxWait: 60, concurrency });
  if (result.calibration === null)
    throw new Error(result.kind === "refused" ? result.reasons.join("; ") : "");
  return result.calibration;
}

/** Root mean square of model ÷ measured − 1 at each percentile, over rows that the fit has not seen. */
function misses({ mean, cv, concurrency }: Calibration, rows: readonly Observation[]): readonly number[] {
  const serviceTime = { mean: mean.value, cv: cv.value };
  const profile = { serviceTime, concurrency: concurrency.value, maxWait: 60, startup: 0 };
  const kept = rows.filter(({ throughput, arrivalRate }) => throughput > 0.97 * arrivalRate);
  return kept[0]!.responses.map(({ of }, i) => {
    const squares = kept.map(({ arrivalRate, tasks, responses }) => {
      const [expected] = responseTimes(profile, tasks, arrivalRate / tasks, [of]);
      return (expected! / responses[i]!.time - 1) ** 2;
    });
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
  });
}
