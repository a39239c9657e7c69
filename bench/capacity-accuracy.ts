/**
 * One ratio: the share of late requests that the capacity model predicts ÷ that of a simulation that serves every request,
 * where the SLO's edge lies: 0.1 to 5 % late. `npm run bench:capacity` prints the tables of docs/capacity-accuracy.md (three minutes).
 */
import type { TaskProfile } from "../policy/service.ts";
import { shareServedWithin } from "../policy/service-time.ts";
import { type SteadyState, steadyState } from "../policy/steady-state.ts";
import { requestPlant, seededRandom } from "../test/support/simulate.ts";

const CONCURRENCIES = [1, 2, 4, 16];
const VARIATIONS = [0.3, 0.7, 1, 1.5, 2];
const FLEETS = [1, 4, 20];
const UTILIZATIONS = [0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.02, 1.1];

/** In mean service times, as is the patience. */
const THRESHOLDS = [1.5, 2.5, 4, 6, 10, 15, 20];
const PATIENCE = 15;

/** Late shares of interest, and an error that is too large. */
const [RARE, COMMON, TOLERATED] = [0.001, 0.05, 1.25];

/** Requests served for each cell at least. */
const REQUESTS = 1e6;

/** Mean service times that queues take to forget their start, about (1 − ρ)⁻²; in overload patience makes them forget sooner. */
function memory(utilization: number): number {
  return Math.min(400, (1 - utilization) ** -2);
}

/** Of a simulation's time, in those: what passes before it counts, and what counts at least. */
const [WARMUP, COUNTED] = [10, 100];

interface Cell {
  readonly utilization: number;
  readonly threshold: number;
  readonly simulated: number;
  readonly ratio: number;
  /** What idle tasks miss, as a share of the late. */
  readonly idle: number;
  /** The ratio without what idle tasks miss. */
  readonly avoidable: number;
  /** By how many percent what is late beyond that grows with each percent of load, by the model. */
  readonly steepness: number;
}

/** Of the load, by which it is changed to see how fast lateness grows. */
const NEAR = 0.01;

/** Where idle tasks miss more of what is late than this, an SLO leaves too little to plan with. */
const MOSTLY_IDLE = 0.7;

/** The bounds of the second table's rows. */
const STEEPNESS = [0, 2, 3, 4, 6, 9, 14, 20, 40, Number.POSITIVE_INFINITY];

console.log("| slots | cv | tasks | cells | mean error | beyond 25 % | worst: model ÷ simulation |");
console.log("| --- | --- | --- | --- | --- | --- | --- |");
const all: Cell[] = [];
for (const concurrency of CONCURRENCIES)
  for (const cv of VARIATIONS)
    for (const tasks of FLEETS) {
      const cells = UTILIZATIONS.flatMap((utilization) => compared(concurrency, cv, tasks, utilization));
      all.push(...cells);
      console.log(`| ${concurrency} | ${cv} | ${tasks} | ${row(cells)} |`);
    }
console.log(`| all | | | ${row(all)} |`);
console.log("\n| steepness | cells | error of what capacity decides | 0.03 × √steepness |");
console.log("| --- | --: | --: | --: |");
for (const [i, from] of STEEPNESS.slice(0, -1).entries()) {
  const to = STEEPNESS[i + 1]!;
  const cells = all.filter(
    ({ idle, avoidable, steepness }) =>
      idle <= MOSTLY_IDLE && avoidable > 0 && steepness >= from && steepness < to,
  );
  if (cells.length === 0) continue;
  const meanOf = (of: (cell: Cell) => number) =>
    cells.reduce((sum, cell) => sum + of(cell), 0) / cells.length;
  const error = Math.sqrt(meanOf(({ avoidable }) => Math.log(avoidable) ** 2));
  const expected = 0.03 * Math.sqrt(meanOf(({ steepness }) => steepness));
  const percent = (ratio: number) => `${(100 * ratio).toFixed(1)} %`;
  const range = Number.isFinite(to) ? `${from} to ${to}` : `${from} and more`;
  console.log(`| ${range} | ${cells.length} | ${percent(error)} | ${percent(expected)} |`);
}

function compared(concurrency: number, cv: number, tasks: number, utilization: number): readonly Cell[] {
  const profile: TaskProfile = { serviceTime: { mean: 1, cv }, concurrency, maxWait: PATIENCE, startup: 60 };
  const rate = utilization * tasks * concurrency;
  const plant = requestPlant(profile, THRESHOLDS, seededRandom(7));
  plant(tasks, rate, WARMUP * memory(utilization));
  const counted = Math.max(REQUESTS / rate, COUNTED * memory(utilization));
  const { arrived, late } = plant(tasks, rate, counted);
  const [below, model, above] = [1 - NEAR, 1, 1 + NEAR].map((times) =>
    steadyState(profile, tasks, THRESHOLDS, times * utilization),
  ) as [SteadyState, SteadyState, SteadyState];
  return THRESHOLDS.flatMap((threshold, i): Cell[] => {
    const simulated = late[i]! / arrived;
    if (simulated < RARE || simulated > COMMON) return [];
    const idle = 1 - shareServedWithin(profile.serviceTime, threshold);
    const beyond = ({ late }: SteadyState) => late[i]! - idle;
    return [
      {
        utilization,
        threshold,
        simulated,
        ratio: model.late[i]! / simulated,
        idle: idle / simulated,
        avoidable: beyond(model) / (simulated - idle),
        steepness: Math.log(beyond(above) / beyond(below)) / Math.log((1 + NEAR) / (1 - NEAR)),
      },
    ];
  });
}

function row(cells: readonly Cell[]): string {
  if (cells.length === 0) return "0 | | |";
  const off = ({ ratio }: Cell) => Math.abs(Math.log(ratio));
  const mean = Math.exp(Math.sqrt(cells.reduce((sum, cell) => sum + off(cell) ** 2, 0) / cells.length)) - 1;
  const beyond = cells.filter((cell) => off(cell) > Math.log(TOLERATED)).length;
  const worst = cells.reduce((a, b) => (off(b) > off(a) ? b : a));
  const where = `at ${worst.utilization}, ${worst.threshold} × the mean, ${(100 * worst.simulated).toFixed(2)} % late`;
  return `${cells.length} | ${(100 * mean).toFixed(0)} % | ${beyond} | ${worst.ratio.toFixed(2)} ${where}`;
}
