import { tasksNeeded } from "../policy/demand-curve.ts";
import type { CapacityTrial } from "./capacity-trial.ts";

/** The sixty minutes with the most bad requests, and the minute among them that had the most. */
export interface WorstHour {
  /** Unix seconds. */
  readonly start: number;
  readonly arrived: number;
  readonly bad: number;
  readonly minute: {
    /** Unix seconds. */
    readonly start: number;
    /** Requests a second. */
    readonly rate: number;
    /** Tasks that served, those still starting, and the fewest that keep every SLO in the long run at that rate. */
    readonly serving: number;
    readonly starting: number;
    readonly needed: number;
  };
}

const HOUR = 60;

/** Where one SLO, by its place among the service's, lost the most requests; nothing if it lost none. */
export function worstHour(trial: CapacityTrial, slo: number): WorstHour | undefined {
  const { service, trace, replay } = trial;
  const { arrived, ready, capacity } = replay.minutes;
  const bad = badByMinute(trial, slo);
  const from = busiestHour(bad);
  const worst = indexOfMost(bad.subarray(from, from + HOUR)) + from;
  if (!(bad[worst]! > 0)) return undefined;
  return {
    start: trace.start + 60 * from,
    arrived: sum(arrived.subarray(from, from + HOUR)),
    bad: sum(bad.subarray(from, from + HOUR)),
    minute: {
      start: trace.start + 60 * worst,
      rate: trace.rates[worst]!,
      serving: trial.serving(ready[worst]!),
      starting: capacity[worst]! - ready[worst]!,
      needed: tasksNeeded(service, trace.rates[worst]!),
    },
  };
}

/** Requests that broke one SLO, by minute: the n-th latency SLO has the n-th column of late ones. */
export function badByMinute({ service, replay }: CapacityTrial, slo: number): Float64Array {
  const { refused, late } = replay.minutes;
  if (service.slos[slo]!.kind === "availability") return refused;
  return late[service.slos.slice(0, slo).filter(({ kind }) => kind === "latency").length]!;
}

/** The first minute of the sixty that sum up to the most. */
function busiestHour(values: Float64Array): number {
  let [most, from, running] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    running += values[i]! - (values[i - HOUR] ?? 0);
    if (running > most * (1 + 1e-12)) [most, from] = [running, Math.max(0, i - HOUR + 1)];
  }
  return from;
}

export function indexOfMost(values: Float64Array): number {
  return values.reduce((most, value, i) => (value > values[most]! ? i : most), 0);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
