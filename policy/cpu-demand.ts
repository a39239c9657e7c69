import type { Estimate, Observation } from "./observation.ts";
import { straightLine } from "./straight-line.ts";

/** The utilization law: CPU utilization = idle + work × requests per second a task. */
export interface CpuDemand {
  /** Seconds of a task's whole CPU for one request: times its vCPUs, CPU seconds. */
  readonly work: Estimate;
  /** Utilization without requests, a ratio. */
  readonly idle: Estimate;
  /** Share of the variance of CPU that requests explain, R². */
  readonly explained: number;
  readonly rows: number;
}

/** What one request costs of a task's CPU, by linear regression; `null` where fewer than three rows have it. */
export function cpuDemand(observations: readonly Observation[]): CpuDemand | null {
  const measured = observations.filter(({ cpu }) => cpu !== null);
  if (measured.length < 3) return null;
  const line = straightLine(
    measured.map(({ throughput, tasks }) => throughput / tasks),
    measured.map(({ cpu }) => cpu!),
  );
  return { work: line.slope, idle: line.intercept, explained: line.explained, rows: measured.length };
}
