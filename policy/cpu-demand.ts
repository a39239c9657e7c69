import { type Estimate, hardlyFails, keepsUp, type Observation } from "./observation.ts";
import { straightLine } from "./straight-line.ts";
import { percent } from "./words.ts";

/** The utilization law: CPU utilization = idle + work × requests per second a task. */
export interface CpuDemand {
  /** Seconds of a task's whole CPU for one request: times its vCPUs, CPU seconds. */
  readonly work: Estimate;
  /** Utilization without requests, a ratio. */
  readonly idle: Estimate;
  /** Share of the variance of CPU that requests explain, R². */
  readonly explained: number;
  readonly rows: number;
  /** Why it does not stand for load, if it does not. */
  readonly refused: string | null;
}

/** R² below which requests do not explain CPU. */
const LEAST_EXPLAINED = 0.5;

/** What one request costs of a task's CPU, by linear regression over the rows that keep up and hardly fail; `null` where fewer than three of them have it. */
export function cpuDemand(observations: readonly Observation[]): CpuDemand | null {
  const measured = observations.filter((each) => each.cpu !== null && hardlyFails(each) && keepsUp(each));
  if (measured.length < 3) return null;
  const line = straightLine(
    measured.map(({ throughput, tasks }) => throughput / tasks),
    measured.map(({ cpu }) => cpu!),
  );
  const { slope, intercept, explained } = line;
  const refused =
    explained < LEAST_EXPLAINED
      ? `requests explain ${percent(Math.max(0, explained))} of CPU (R²), below ${percent(LEAST_EXPLAINED)}: CPU does not stand for load; scale on requests per target instead`
      : null;
  return { work: slope, idle: intercept, explained, rows: measured.length, refused };
}

/** Below this share of what the slots can serve, CPU is what limits a task: nearer, fits are not told apart. */
const BEFORE = 0.9;

/**
 * Seconds of a task's whole CPU that each request takes where CPU is full before the slots are, at `saturation` requests a second:
 * the more, the more CPU is used without any requests.
 */
export function bindingWork(cpu: CpuDemand | null, saturation: number): number | undefined {
  if (cpu === null || cpu.refused !== null || !(cpu.work.value > 0)) return undefined;
  const limit = (1 - cpu.idle.value) / cpu.work.value;
  return limit > 0 && limit < BEFORE * saturation ? 1 / limit : undefined;
}
