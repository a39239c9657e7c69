import { AWS_LOOP } from "./aws-loop.ts";
import { initialTasks, judged, surplusOf } from "./backtest.ts";
import type { Alternative } from "./compute-options.ts";
import { controlsAutoscaler } from "./controls-autoscaler.ts";
import { asMeasured } from "./counting.ts";
import { demandHistory } from "./demand.ts";
import { type Ceiling, keepsSlos, sustainedCeiling } from "./demand-curve.ts";
import { HOURS_A_MONTH } from "./month.ts";
import { scalingPlan } from "./plan.ts";
import { policyRemarks } from "./policy-choice.ts";
import { type ReplayMinutes, replay } from "./replay.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { steadyPlant } from "./steady-plant.ts";
import { dollars } from "./words.ts";

/** How many there are, of tasks or of instances. */
export interface Count {
  readonly mean: number;
  readonly peak: number;
}

/** What one alternative does for the SLOs on the traffic declared, and what it costs. */
export interface Outcome {
  /** What autoscaling counts: tasks, or instances of EC2 alone. */
  readonly units: Count;
  /** The instances under ECS tasks, as many as these fill. */
  readonly instances?: Count;
  readonly dollarsPerMonth: number;
  /** US dollars a month of that for surplus CPU credits, where there are any. */
  readonly surplusPerMonth?: number;
  /** Share of the error budget used, of the SLO that used the most. */
  readonly budgetUsed: number;
  /** Seconds from a step of the load until an alarm acts, at most, and until what it starts serves. */
  readonly reaction: { readonly detection: number; readonly start: number };
  /** What breaks first when one of them gets busier, in the long run; the service time where even an idle one is too slow. */
  readonly binds: Ceiling["bound"] | "serviceTime";
  /** Every SLO was met, by a plan that can, within the budget. */
  readonly meets: boolean;
  /** Why not. */
  readonly why?: string;
  /** What its plan notices, such as how likely windows to come miss; not of traffic and policies declared, which all share. */
  readonly noticed: readonly string[];
}

/** Plans an alternative, and replays the traffic declared against its plan. */
export function optionOutcome({ service, option, tasksAnInstance, budget }: Alternative): Outcome {
  const { controls, feasibility, assumptions } = scalingPlan(service);
  const { trace, assumptions: ofTraffic } = demandHistory(service.demand);
  const shared = [...ofTraffic, ...policyRemarks(service)];
  const { startup, serviceTime } = service.capacity;
  const initial = initialTasks(service, trace, controls.min, controls.max);
  const autoscaler = controlsAutoscaler(service, controls, trace.start);
  const result = replay(autoscaler, steadyPlant(service), asMeasured(trace, serviceTime), startup, initial);
  const backtest = judged(service, result);
  const zones = service.resilience?.zones ?? 1;
  const instances =
    tasksAnInstance === undefined
      ? undefined
      : count(result.minutes, (tasks) => filledIn(zones, tasks, tasksAnInstance));
  const dollarsPerMonth =
    instances === undefined ? backtest.dollarsPerMonth : instances.mean * option.price * HOURS_A_MONTH;
  const surplusPerMonth = surplusOf(service, backtest);
  const missed = backtest.outcomes.filter(({ met }) => !met).map(({ slo }) => slo);
  const obstacle = feasibility.possible ? undefined : feasibility.obstacles[0]!.why;
  const missing = missed.length === 0 ? undefined : `misses ${missed.join(" and ")}`;
  const dear = dollarsPerMonth > (budget ?? Infinity) ? `over the budget of ${dollars(budget!)}` : undefined;
  const reasons = [obstacle ?? missing, dear].filter((reason) => reason !== undefined);
  const why = reasons.length === 0 ? undefined : reasons.join("; ");
  return {
    units: count(result.minutes, (tasks) => tasks),
    ...(instances === undefined ? {} : { instances }),
    dollarsPerMonth,
    ...(surplusPerMonth === 0 ? {} : { surplusPerMonth }),
    budgetUsed: Math.max(
      ...backtest.outcomes.map(({ goodShare, objective }) => (1 - goodShare) / (1 - objective)),
    ),
    reaction: { detection: detection(controls), start: startup },
    binds: whatBinds(service),
    meets: why === undefined,
    ...(why === undefined ? {} : { why }),
    noticed: assumptions.filter((each) => !shared.includes(each)),
  };
}

function whatBinds(service: Service): Outcome["binds"] {
  return keepsSlos(service, 1, 0) ? sustainedCeiling(service).bound : "serviceTime";
}

/** Mean and peak of the tasks, or of the instances that so many tasks fill. */
function count({ capacity, count: length }: ReplayMinutes, filledBy: (tasks: number) => number): Count {
  let [sum, peak] = [0, 0];
  for (let minute = 0; minute < length; minute++) {
    const filled = filledBy(capacity[minute]!);
    sum += filled;
    peak = Math.max(peak, filled);
  }
  return { mean: sum / length, peak };
}

/** Instances that hold so many tasks each, in zones over which the tasks are spread: one that may be lost shares none with the others. */
function filledIn(zones: number, tasks: number, each: number): number {
  let instances = 0;
  for (let zone = 0; zone < zones; zone++) instances += Math.ceil(Math.floor((tasks + zone) / zones) / each);
  return instances;
}

/** Seconds between datapoints. */
const MINUTE = 60;

/**
 * Seconds until the first alarm sees a step of the load, at most: the minute in which it comes may not be beyond; then the datapoints, and
 * their publication. AWS measured 363 s for target tracking (see `AwsLoop.publicationDelay`).
 */
function detection({ tracking, steps }: ScalingControls): number {
  const alarms = [
    ...tracking.map(() => AWS_LOOP.datapointsOut * MINUTE),
    ...steps.map(({ alarm }) => alarm.datapoints * alarm.period),
  ];
  return MINUTE + Math.min(...alarms) + AWS_LOOP.publicationDelay;
}
