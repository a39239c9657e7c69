/**
 * One difference: the share of requests late by the model − that of a simulation that serves every request, percentage points, where
 * rates differ every ten seconds. A day each of three kinds of service, 3 and 10 tasks that are 60 % busy on average. `npm run bench:within-minutes`
 * prints the table that docs/capacity-accuracy.md sums up (a minute).
 */
import type { TaskProfile } from "../policy/service.ts";
import { taskPool } from "../policy/task-pool.ts";
import { requestPlant, seededRandom } from "../test/support/simulate.ts";

interface Kind {
  readonly name: string;
  readonly profile: TaskProfile;
  /** Seconds. */
  readonly thresholds: readonly number[];
}

const KINDS: readonly Kind[] = [
  {
    name: "2 × 200 ms",
    profile: { serviceTime: { mean: 0.2, cv: 0.7 }, concurrency: 2, maxWait: 5, startup: 75 },
    thresholds: [0.6, 1, 2],
  },
  {
    name: "8 × 500 ms",
    profile: { serviceTime: { mean: 0.5, cv: 1 }, concurrency: 8, maxWait: 5, startup: 240 },
    thresholds: [1.5, 2.5, 4],
  },
  {
    name: "1 × 50 ms",
    profile: { serviceTime: { mean: 0.05, cv: 0.5 }, concurrency: 1, maxWait: 1, startup: 45 },
    thresholds: [0.15, 0.3, 0.6],
  },
];
const FLEETS = [3, 10];
const BUSY = 0.6;

/** Standard deviations of the logarithm of the rate, which every part of ten seconds draws anew. */
const SPREADS = [0, 0.1, 0.3, 0.5];
const PART = 10;
const PARTS = 8640;

/** Seeds of the rates and of the requests. */
const [RATES, REQUESTS] = [5, 9];

console.log("| service | tasks | σ | late, simulated: % | off by, points |");
console.log("| --- | --: | --: | --- | --- |");
for (const { name, profile, thresholds } of KINDS)
  for (const tasks of FLEETS)
    for (const spread of SPREADS) {
      const rates = drawn(spread, (BUSY * tasks * profile.concurrency) / profile.serviceTime.mean);
      const simulated = served(profile, thresholds, tasks, rates);
      const modelled = expected(profile, thresholds, tasks, rates);
      const shares = simulated.map((share) => (100 * share).toFixed(2)).join(", ");
      const off = modelled.map((share, i) => signed(100 * (share - simulated[i]!))).join(", ");
      console.log(`| ${name} | ${tasks} | ${spread} | ${shares} | ${off} |`);
    }

/** Rates of parts, log-normal with this mean. */
function drawn(spread: number, mean: number): readonly number[] {
  const random = seededRandom(RATES);
  return Array.from({ length: PARTS }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return mean * Math.exp(spread * normal - spread ** 2 / 2);
  });
}

function served(
  profile: TaskProfile,
  thresholds: readonly number[],
  tasks: number,
  rates: readonly number[],
): readonly number[] {
  const plant = requestPlant(profile, thresholds, seededRandom(REQUESTS));
  const late = thresholds.map(() => 0);
  let arrived = 0;
  for (const rate of rates) {
    const slice = plant(tasks, rate, PART);
    arrived += slice.arrived;
    for (let i = 0; i < late.length; i++) late[i]! += slice.late[i]!;
  }
  return late.map((count) => count / arrived);
}

function expected(
  profile: TaskProfile,
  thresholds: readonly number[],
  tasks: number,
  rates: readonly number[],
): readonly number[] {
  const pool = taskPool(profile, thresholds);
  const late = thresholds.map(() => 0);
  let [arrived, inSystem, spread] = [0, 0, 1];
  for (const rate of rates) {
    const part = pool.serve(tasks, rate, PART, inSystem, spread);
    ({ inSystem, spread } = part);
    arrived += rate;
    for (let i = 0; i < late.length; i++) late[i]! += rate * part.late[i]!;
  }
  return late.map((sum) => sum / arrived);
}

function signed(points: number): string {
  return `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(2)}`;
}
