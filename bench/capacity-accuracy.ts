/**
 * One ratio: the share of late requests that the capacity model predicts ÷ that of a simulation that serves every request,
 * where the SLO's edge lies: 0.1 to 5 % late. `npm run bench:capacity` prints the table of docs/capacity-accuracy.md (three minutes).
 */
import type { TaskProfile } from "../policy/service.ts";
import { steadyState } from "../policy/steady-state.ts";
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
}

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

function compared(concurrency: number, cv: number, tasks: number, utilization: number): readonly Cell[] {
  const profile: TaskProfile = { serviceTime: { mean: 1, cv }, concurrency, maxWait: PATIENCE, startup: 60 };
  const rate = utilization * tasks * concurrency;
  const plant = requestPlant(profile, THRESHOLDS, seededRandom(7));
  plant(tasks, rate, WARMUP * memory(utilization));
  const counted = Math.max(REQUESTS / rate, COUNTED * memory(utilization));
  const { arrived, late } = plant(tasks, rate, counted);
  const model = steadyState(profile, tasks, THRESHOLDS, utilization);
  return THRESHOLDS.flatMap((threshold, i): Cell[] => {
    const simulated = late[i]! / arrived;
    if (simulated < RARE || simulated > COMMON) return [];
    return [{ utilization, threshold, simulated, ratio: model.late[i]! / simulated }];
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
