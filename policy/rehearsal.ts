import { type Autoscaler, awsAutoscaler } from "./autoscaler.ts";
import { AWS_LOOP } from "./aws-loop.ts";
import { initialTasks, steadyPlant } from "./backtest.ts";
import { budgetParts } from "./budget-parts.ts";
import { type Candidate, controlsFor } from "./candidate.ts";
import { normalShare } from "./normal.ts";
import { type Replay, type ReplayMinutes, replay, type Watch } from "./replay.ts";
import type { Service } from "./service.ts";
import type { Trace } from "./trace.ts";
import { STRIDE, WINDOW, windowStarts } from "./window.ts";

/** How a candidate did on a trace. */
export interface Rehearsal {
  readonly candidate: Candidate;
  readonly taskHours: number;
  /** Probability that a window like those of the trace misses an SLO. */
  readonly missed: number;
  /** Error budget used in the worst window, as a ratio; over all SLOs. */
  readonly worstUse: number;
}

/** What candidates are rehearsed on. */
export interface Stage {
  readonly service: Service;
  readonly trace: Trace;
  readonly max: number;
}

/**
 * A missed window costs half as much again as the plan does in it: task-hours are spent wherever they save their own
 * worth of misses. Chosen by walk-forward on eight traces (docs/model.md).
 */
const PRICE_OF_A_MISS = 1.5;

/** Days in which a window's weight halves: incidents come in spells, so that the newest days say most of the next. */
const HALF_LIFE = 4;

/**
 * Of what capacity decides of the error budget, the share at which a window is as likely missed as kept, and how
 * wide the doubt is (of its logarithm, normal): what the queueing model and the start of a window leave open.
 */
const [EVEN_ODDS, DOUBT] = [0.85, 0.2];

/** The cost of a plan and of what it misses, in task-hours. */
export function loss({ taskHours, missed }: Pick<Rehearsal, "taskHours" | "missed">): number {
  return taskHours * (1 + PRICE_OF_A_MISS * missed);
}

/**
 * Replays a candidate. Nothing when its loss reaches `limit` task-hours or it misses more than `mostMissed` of the
 * windows, which ends the replay as soon as it is certain.
 */
export function rehearse(
  stage: Stage,
  candidate: Candidate,
  limit = Number.POSITIVE_INFINITY,
  mostMissed = 1,
): Rehearsal | undefined {
  const windows = judgedWindows(stage);
  const least = leastTaskHours(stage);
  const watch = (minutes: ReplayMinutes, taskHours: number) => {
    const missed = windows.missed(minutes);
    return missed <= mostMissed && loss({ taskHours: Math.max(taskHours, least), missed }) < limit;
  };
  const { minutes, taskHours } = replayed(stage, candidate, watch);
  if (minutes.count < stage.trace.rates.length) return undefined;
  const missed = windows.missed(minutes);
  return missed <= mostMissed && loss({ taskHours, missed }) < limit
    ? { candidate, taskHours, missed, worstUse: windows.worstUse() }
    : undefined;
}

/** No candidate keeps its tasks busier than they can be. */
function leastTaskHours({ service, trace }: Stage): number {
  const { serviceTime, concurrency } = service.capacity;
  const requests = trace.rates.reduce((sum, rate) => sum + rate * 60, 0);
  return (requests * serviceTime.mean) / concurrency / 3600;
}

/** The candidate on the stage's trace, its floors as the other days would have set them. */
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
  const floorAt = (now: number) => floors[Math.min(floors.length - 1, Math.round((now - start) / 60))]!;
  return {
    interval: autoscaler.interval,
    desired: (view) => Math.max(autoscaler.desired(view), floorAt(view.now)),
  };
}

/** The windows of a stage's trace as a replay passes through them. */
function judgedWindows({ service, trace }: Stage) {
  const count = trace.rates.length;
  const length = Math.min(WINDOW, count);
  const starts = windowStarts(count);
  const arrived = starts.map((from) => {
    let sum = 0;
    for (let i = from; i < from + length; i++) sum += trace.rates[i]! * 60;
    return Math.max(Number.MIN_VALUE, sum);
  });
  const shares = service.slos.map((slo) => budgetParts(service, slo));
  const weights = starts.map((from) => 0.5 ** ((starts.at(-1)! - from) / 1440 / HALF_LIFE));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const bad = service.slos.map(() => new Float64Array(starts.length));
  const odds = new Float64Array(starts.length);
  let seen = 0;

  const follow = (minutes: ReplayMinutes) => {
    let latency = 0;
    const columns = service.slos.map((slo) =>
      slo.kind === "latency" ? minutes.late[latency++]! : minutes.refused,
    );
    const first = Math.max(0, Math.floor((seen - length) / STRIDE) + 1);
    for (; seen < minutes.count; seen++) {
      const oldest = Math.max(0, Math.floor((seen - length) / STRIDE) + 1);
      const newest = Math.min(starts.length - 1, Math.floor(seen / STRIDE));
      for (let slo = 0; slo < columns.length; slo++)
        for (let window = oldest; window <= newest; window++) bad[slo]![window]! += columns[slo]![seen]!;
    }
    const last = Math.min(starts.length - 1, Math.floor((seen - 1) / STRIDE));
    for (let window = first; window <= last; window++) odds[window] = oddsOf(window);
  };
  const oddsOf = (window: number) => {
    let most = 0;
    for (let slo = 0; slo < shares.length; slo++) {
      const { idle, rest } = shares[slo]!;
      most = Math.max(most, (bad[slo]![window]! / arrived[window]! - idle) / rest);
    }
    return most > 0 ? normalShare(Math.log(most / EVEN_ODDS) / DOUBT) : 0;
  };
  return {
    missed: (minutes: ReplayMinutes) => {
      follow(minutes);
      return odds.reduce((sum, each, window) => sum + each * weights[window]!, 0) / whole;
    },
    worstUse: () =>
      Math.max(
        ...service.slos.flatMap((slo, i) =>
          starts.map((_, window) => bad[i]![window]! / arrived[window]! / (1 - slo.objective)),
        ),
      ),
  };
}
