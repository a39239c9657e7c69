import { type Autoscaler, awsAutoscaler } from "./autoscaler.ts";
import { AWS_LOOP } from "./aws-loop.ts";
import { initialTasks, steadyPlant } from "./backtest.ts";
import { type Candidate, controlsFor } from "./candidate.ts";
import { type Replay, type ReplayMinutes, replay, type Watch } from "./replay.ts";
import type { Service } from "./service.ts";
import type { Standing } from "./standing.ts";
import type { Trace } from "./trace.ts";
import { windowOdds } from "./window-odds.ts";

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
 * A missed window costs twice what the plan does in it: task-hours are spent wherever they save their own
 * worth of misses. Chosen by walk-forward (docs/model.md).
 */
const PRICE_OF_A_MISS = 2;

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
  const windows = windowOdds(stage.service, stage.trace);
  const ahead = leastAhead(stage, candidate.standing);
  const within = (taskHours: number, missed: number) =>
    missed <= mostMissed && loss({ taskHours, missed }) < limit;
  const watch = (minutes: ReplayMinutes, taskHours: number) =>
    within(taskHours + ahead(minutes.count), windows.surelyMissed(minutes));
  const { minutes, taskHours } = replayed(stage, candidate, watch);
  if (minutes.count < stage.trace.rates.length) return undefined;
  const missed = windows.missed(minutes);
  return within(taskHours, missed)
    ? { candidate, taskHours, missed, worstUse: windows.worstUse() }
    : undefined;
}

/** Task-hours that a candidate takes at least from a minute on: its floor, and tasks no busier than they can be. */
function leastAhead({ service, trace }: Stage, { kind, min }: Standing): (minute: number) => number {
  const { serviceTime, concurrency } = service.capacity;
  const requests = requestsAhead(trace);
  return (minute) => {
    const busy = (requests[minute]! * serviceTime.mean) / concurrency / 3600;
    return kind === "constant" ? Math.max(busy, (min * (trace.rates.length - minute)) / 60) : busy;
  };
}

/** Requests from each minute of a trace on; added up once for all candidates. */
const aheadOf = new WeakMap<Trace, Float64Array>();

function requestsAhead(trace: Trace): Float64Array {
  const known = aheadOf.get(trace);
  if (known) return known;
  const ahead = new Float64Array(trace.rates.length + 1);
  for (let i = trace.rates.length - 1; i >= 0; i--) ahead[i] = ahead[i + 1]! + trace.rates[i]! * 60;
  aheadOf.set(trace, ahead);
  return ahead;
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
