import { keptPlan } from "../adapters/plan-cache.ts";
import { type Comparison, comparison } from "../policy/comparison.ts";
import { optionOutcome } from "../policy/option-outcome.ts";
import { scalingPlan } from "../policy/plan.ts";
import type { Feasibility, ScalingControls } from "../policy/scaling-plan.ts";
import type { Service } from "../policy/service.ts";
import type { Trace } from "../policy/trace.ts";

/** What is done for one service: functions of plain data only, so that any thread can do them. */
export const jobs = { plan: scalingPlan, keep, judge, compare: optionOutcome } as const;

export type JobName = keyof typeof jobs;
export type Input<J extends JobName> = Parameters<(typeof jobs)[J]>[0];
export type Output<J extends JobName> = ReturnType<(typeof jobs)[J]>;

export interface Kept {
  readonly service: Service;
  /** The folder in which its program looks for it. */
  readonly project: string;
}

/** Makes the service's plan where its program finds it. */
function keep({ service, project }: Kept): void {
  keptPlan(service, project);
}

export interface Contest {
  readonly service: Service;
  readonly trace: Trace;
  /** Made elsewhere; nothing is planned then. */
  readonly given?: ScalingControls;
}

export interface Judgment extends Comparison {
  readonly feasibility: Feasibility;
}

/** Replays the traffic against the service's plan, or the one given, and against the usual settings. */
function judge({ service, trace, given }: Contest): Judgment {
  const { controls, feasibility } =
    given === undefined
      ? scalingPlan(service)
      : { controls: given, feasibility: { possible: true } as const };
  return { feasibility, ...comparison(service, controls, trace) };
}
