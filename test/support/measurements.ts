import { scaleUp } from "../../policy/contention.ts";
import type { Arrivals } from "../../policy/latency-fit.ts";
import type { Observation, ResponseFigure } from "../../policy/observation.ts";
import { responseTimes } from "../../policy/response-time.ts";
import type { TaskProfile } from "../../policy/service.ts";
import { requestPlant, seededRandom } from "./simulate.ts";

/** One row in which nothing failed, unless it is said otherwise. */
export function row(arrivalRate: number, other: Partial<Observation> = {}): Observation {
  const measured = { label: `${arrivalRate} /s`, throughput: arrivalRate, tasks: 1, errors: 0, cpu: null };
  return { ...measured, arrivalRate, responses: [], ...other };
}

const FIGURES = [0.5, 0.9, 0.99] as const;

/** What the model says at these utilizations of one task, each figure off by a random factor of about `noise`. */
export function modeled(
  profile: TaskProfile,
  utilizations: readonly number[],
  noise = 0,
  seed = 1,
): readonly Observation[] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()); // Box & Muller 1958
  return utilizations.map((utilization) => {
    const rate = (utilization * profile.concurrency) / profile.serviceTime.mean;
    const times = responseTimes(profile, 1, rate, FIGURES);
    return row(rate, {
      responses: FIGURES.map((of, i) => ({ of, time: times[i]! * Math.exp(noise * normal()) })),
    });
  });
}

/** What a load generator would measure of `tasks` tasks that serve every single request: `count` requests a row. */
export function simulated(
  profile: TaskProfile,
  tasks: number,
  utilizations: readonly number[],
  count: number,
  arrivals: Arrivals = "random",
): readonly Observation[] {
  const { mean } = profile.serviceTime;
  const [shortest, longest] = [0.02 * mean, profile.maxWait + 100 * mean];
  const grid = Array.from({ length: 400 }, (_, i) => shortest * (longest / shortest) ** (i / 399));
  return utilizations.map((utilization, i) => {
    const rate = (utilization * profile.concurrency * tasks) / mean;
    const plant = requestPlant(profile, grid, seededRandom(7 + i), arrivals);
    plant(tasks, rate, 2000 / rate); // fills up first
    const { late, arrived, responseTime, busy } = plant(tasks, rate, count / rate);
    const tail = Array.from(late, (number) => number / arrived);
    const figures = FIGURES.flatMap((of): readonly ResponseFigure[] => {
      const time = quantile(grid, tail, of);
      return time === undefined ? [] : [{ of, time }];
    });
    return row(rate, { tasks, cpu: busy, responses: [{ of: "mean", time: responseTime }, ...figures] });
  });
}

/** Where the tail crosses 1 − share, straight in logarithms between the grid's points; nowhere, where more are refused. */
function quantile(grid: readonly number[], tail: readonly number[], share: number): number | undefined {
  const i = tail.findIndex((longer) => longer < 1 - share);
  if (i < 0) return undefined;
  const [before, after] = [Math.log(tail[i - 1]!), Math.log(tail[i]!)];
  return grid[i - 1]! * (grid[i]! / grid[i - 1]!) ** ((before - Math.log(1 - share)) / (before - after));
}

/** The parameter's relative error. */
export function off(value: number, truth: number): number {
  return Math.abs(value / truth - 1);
}

/** A load-test table of what the model says, in milliseconds. */
export function loadTestCsv(profile: TaskProfile, utilizations: readonly number[]): string {
  const rows = modeled(profile, utilizations).map(({ arrivalRate, responses }) =>
    [arrivalRate, arrivalRate, ...responses.map(({ time }) => (1000 * time).toFixed(4))].join(","),
  );
  return ["offered_rps,achieved_rps,p50_ms,p90_ms,p99_ms", ...rows].join("\n");
}

export const CONTENTION = { alpha: 0.03, beta: 0.0005 };

/** The response times of one task at four rates, and of four tasks that slow each other, between rows past saturation. */
export function contendedCsv(profile: TaskProfile): string {
  const [header, ...alone] = loadTestCsv(profile, [0.1, 0.5, 0.8, 0.9]).split("\n");
  const kept = [1, 4].flatMap((tasks) =>
    alone.map((line) => {
      const [rate, , ...times] = line.split(",");
      return [tasks * Number(rate), tasks * Number(rate), ...times, tasks].join(",");
    }),
  );
  const past = [1, 2, 3, 4].map((tasks) =>
    [20 * tasks, 10 * scaleUp(CONTENTION, tasks), "", "", "", tasks].join(","),
  );
  return [`${header},tasks`, ...kept, ...past, ""].join("\n");
}
