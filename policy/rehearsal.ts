import { type Autoscaler, awsAutoscaler } from "./autoscaler.ts";
import { AWS_LOOP } from "./aws-loop.ts";
import { initialTasks, steadyPlant } from "./backtest.ts";
import { type Candidate, controlsFor } from "./candidate.ts";
import { type Replay, type ReplayMinutes, replay, type Watch } from "./replay.ts";
import type { Service } from "./service.ts";
import { shareServedWithin } from "./service-time.ts";
import type { Trace } from "./trace.ts";
import { STRIDE, WINDOW, windowStarts } from "./window.ts";

/** How a candidate did on the history. */
export interface Rehearsal {
  readonly candidate: Candidate;
  readonly taskHours: number;
  /** Error budget used, as a ratio, in all but the windows that may fail; over all SLOs. */
  readonly budgetUse: number;
}

/** What candidates are rehearsed on. */
export interface Stage {
  readonly service: Service;
  readonly trace: Trace;
  readonly max: number;
  /** Share of the windows that must keep within the budget. */
  readonly kept: number;
}

/**
 * Share of what capacity decides of the error budget that a rehearsal may use: the rest is for what the model does
 * not know. What an idle task already misses is no matter of capacity and is not divided.
 */
export const ALLOWED = 0.7;

/** Why a candidate is no choice: it breaks an SLO, or it costs as much as what is known. */
export type Refusal = "breaks" | "dear";

/** Replays a candidate until it breaks an SLO or takes `dear` task-hours. */
export function rehearse(
  stage: Stage,
  candidate: Candidate,
  dear = Number.POSITIVE_INFINITY,
): Rehearsal | Refusal {
  const windows = judgedWindows(stage);
  const refusal = (minutes: ReplayMinutes, taskHours: number): Refusal | undefined => {
    if (taskHours >= dear) return "dear";
    return windows.broken(minutes) ? "breaks" : undefined;
  };
  const { minutes, taskHours } = replayed(stage, candidate, (...soFar) => refusal(...soFar) === undefined);
  return refusal(minutes, taskHours) ?? { candidate, taskHours, budgetUse: windows.used() };
}

/** What a candidate does, whether or not it keeps the SLOs. */
export function observe(stage: Stage, candidate: Candidate): Rehearsal {
  const windows = judgedWindows(stage);
  const { minutes, taskHours } = replayed(stage, candidate, () => true);
  windows.broken(minutes);
  return { candidate, taskHours, budgetUse: windows.used() };
}

/** The candidate on the stage's trace, its floors as each day's past would have set them. */
function replayed({ service, trace, max }: Stage, candidate: Candidate, watch: Watch): Replay {
  const controls = controlsFor(candidate, service.capacity, max);
  const { rehearsed } = candidate.standing;
  const min = rehearsed?.[0] ?? controls.min;
  const inner = awsAutoscaler({ ...controls, min: rehearsed ? 1 : min, schedule: [] });
  const autoscaler = rehearsed ? floored(inner, rehearsed, trace.start) : inner;
  const initial = initialTasks(service, trace, min, max);
  const { startup } = service.capacity;
  return replay(autoscaler, steadyPlant(service), trace, startup, initial, AWS_LOOP, watch);
}

/** At least the floor of the minute that it is. */
function floored(autoscaler: Autoscaler, floors: Int32Array, start: number): Autoscaler {
  return {
    interval: autoscaler.interval,
    desired: (view) =>
      Math.max(
        autoscaler.desired(view),
        floors[Math.min(floors.length - 1, Math.round((view.now - start) / 60))]!,
      ),
  };
}

/** The windows of a stage's trace as a replay passes through them. */
function judgedWindows({ service, trace, kept }: Stage) {
  const count = trace.rates.length;
  const length = Math.min(WINDOW, count);
  const starts = windowStarts(count);
  const arrived = starts.map((from) => {
    let sum = 0;
    for (let i = from; i < from + length; i++) sum += trace.rates[i]! * 60;
    return Math.max(Number.MIN_VALUE, sum);
  });
  const limits = service.slos.map((slo) => allowedShare(service, slo));
  const mayFail = starts.length - Math.ceil(kept * starts.length);
  const bad = service.slos.map(() => new Float64Array(starts.length));
  let seen = 0;

  const passed = (columns: readonly Float64Array[], upTo: number) => {
    for (; seen < upTo; seen++) {
      const last = Math.min(starts.length - 1, Math.floor(seen / STRIDE));
      const first = Math.max(0, Math.floor((seen - length) / STRIDE) + 1);
      for (let slo = 0; slo < columns.length; slo++)
        for (let window = first; window <= last; window++) bad[slo]![window]! += columns[slo]![seen]!;
    }
  };
  return {
    broken: (minutes: ReplayMinutes) => {
      let latency = 0;
      const columns = service.slos.map((slo) =>
        slo.kind === "latency" ? minutes.late[latency++]! : minutes.refused,
      );
      passed(columns, minutes.count);
      let failed = 0;
      for (let window = 0; window < starts.length; window++)
        if (limits.some((limit, slo) => bad[slo]![window]! > limit * arrived[window]!)) failed++;
      return failed > mayFail;
    },
    used: () => {
      const uses = starts.map((_, window) =>
        Math.max(...service.slos.map((slo, i) => bad[i]![window]! / arrived[window]! / (1 - slo.objective))),
      );
      return uses.toSorted((a, b) => a - b)[starts.length - 1 - mayFail]!;
    },
  };
}

/** The share of bad requests that a window may have: what idle tasks miss, and ALLOWED of the budget that is left. */
function allowedShare({ capacity }: Service, slo: Service["slos"][number]): number {
  const budget = 1 - slo.objective;
  const idle = slo.kind === "latency" ? 1 - shareServedWithin(capacity.serviceTime, slo.threshold) : 0;
  return idle >= budget ? budget : idle + ALLOWED * (budget - idle);
}
