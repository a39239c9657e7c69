import { awsAutoscaler } from "./autoscaler.ts";
import { AWS_LOOP } from "./aws-loop.ts";
import { initialTasks, steadyPlant } from "./backtest.ts";
import { cpuTracking } from "./comparison.ts";
import { tasksNeeded } from "./demand-curve.ts";
import { type ReplayMinutes, replay } from "./replay.ts";
import type { Service } from "./service.ts";
import type { Trace } from "./trace.ts";
import { WINDOW, windowStarts } from "./window.ts";

/** CPU utilizations that people track, dearest last. */
const USUAL: readonly number[] = [0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2];

/**
 * For each window of a trace, the mean tasks of the cheapest usual setting that kept the SLOs there, picked
 * afterwards: CPU tracking with AWS's defaults, or a fleet fixed at the window's peak.
 */
export function hindsightPicks(service: Service, trace: Trace): readonly number[] {
  const length = Math.min(WINDOW, trace.rates.length);
  const starts = windowStarts(trace.rates.length);
  const picks = starts.map((from) => {
    const peak = trace.rates.slice(from, from + length).reduce((most, rate) => Math.max(most, rate), 0);
    return tasksNeeded(service, peak);
  });
  for (const utilization of USUAL) {
    const { minutes } = replayed(service, trace, utilization);
    const kept = starts.map((from) => keeps(service, minutes, from, from + length));
    starts.forEach((from, i) => {
      if (kept[i]) picks[i] = Math.min(picks[i]!, mean(minutes.capacity, from, from + length));
    });
    if (kept.every(Boolean)) break; // a lower one only costs more
  }
  return picks;
}

function replayed(service: Service, trace: Trace, utilization: number) {
  const peak = trace.rates.reduce((most, rate) => Math.max(most, rate), 0);
  const controls = cpuTracking(utilization, 1, 10 * tasksNeeded(service, peak));
  const initial = initialTasks(service, trace, controls.min, controls.max);
  const { startup } = service.capacity;
  return replay(awsAutoscaler(controls), steadyPlant(service), trace, startup, initial, AWS_LOOP);
}

function keeps(service: Service, minutes: ReplayMinutes, from: number, to: number): boolean {
  const arrived = mean(minutes.arrived, from, to);
  let latency = 0;
  return service.slos.every((slo) => {
    const bad = slo.kind === "latency" ? minutes.late[latency++]! : minutes.refused;
    return mean(bad, from, to) <= (1 - slo.objective) * arrived;
  });
}

function mean(column: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += column[i]!;
  return sum / (to - from);
}
