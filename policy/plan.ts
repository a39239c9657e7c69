import { type Backtest, backtest } from "./backtest.ts";
import { controlsFor } from "./candidate.ts";
import { demandHistory } from "./demand.ts";
import { burstCeiling, bursting, sustainedCeiling, tasksNeeded } from "./demand-curve.ts";
import { obstacles } from "./feasibility.ts";
import { historyReasons } from "./history-reasons.ts";
import { reasons } from "./reasons.ts";
import type { ScalingControls, ScalingPlan } from "./scaling-plan.ts";
import { type Choice, cheapestChoice, resignedChoice } from "./search.ts";
import type { Service } from "./service.ts";
import { earnsItsCredits, sustainingTasks } from "./sustaining-tasks.ts";
import { workload } from "./workload.ts";

/** AWS's default quota of tasks in one ECS service (Amazon ECS service quotas). */
const TASKS_A_SERVICE = 5000;

/** Room above what the highest rate of the history needs: a ceiling costs nothing until it is used. */
const ROOM = 2;

/** What target tracking may hold at most: at 1 a queue never empties. */
const FULL = 0.97;

/** An availability objective from here on is not left to a single task. */
const HIGH_AVAILABILITY = 0.999;

/** The newest plans by what they were made from: a plan, a preview and a back-test of one run ask for the same. */
const made = new Map<string, ScalingPlan>();
const REMEMBERED = 16;

/** Derives every scaling number of a service from what it owes its users; each with its reason. */
export function scalingPlan(service: Service): ScalingPlan {
  const key = JSON.stringify(service);
  const plan = made.get(key) ?? derived(service);
  made.delete(key);
  made.set(key, plan);
  if (made.size > REMEMBERED) made.delete(made.keys().next().value!);
  return plan;
}

function derived(service: Service): ScalingPlan {
  const { trace: history, assumptions } = demandHistory(service.demand);
  const peak = history.rates.reduce((most, rate) => Math.max(most, rate), 0);
  const ceiling = { burst: burstCeiling(service), sustained: sustainedCeiling(service) };
  const reserve = reserveFactor(service);
  const lasting = sustainingTasks(service, history);
  const needed = Math.ceil(Math.max(tasksNeeded(bursting(service), peak), lasting) * reserve);
  const reachable = Number.isFinite(needed);
  const wise = Math.max(service.bounds.min ?? leastTasks(service), 1);
  const max =
    service.bounds.max ?? Math.max(wise + 1, Math.min(TASKS_A_SERVICE, reachable ? ROOM * needed : wise));
  const min = Math.min(wise, max);
  // The search sees the zones that remain; what they need is spread over all of them afterwards.
  const least = Math.max(1, Math.ceil(min / reserve));
  const settled = (utilization: number): Settled => {
    const range = {
      min: least,
      max: Math.max(least, Math.floor(max / reserve)),
      ceiling: reachable ? Math.min(FULL, utilization) : FULL,
    };
    const choice = reachable
      ? cheapestChoice(service, history, range)
      : resignedChoice(service, history, range);
    const { candidate } = choice.rehearsal;
    const controls = withReserve(controlsFor(candidate, service.capacity, range.max), reserve, min, max);
    return { choice, controls, rehearsed: backtest(service, controls, history) };
  };
  const bursts = settled(ceiling.burst.utilization);
  // What bursts on saved CPU credits is cheaper; where they do not last on the history as it was, nothing bursts.
  const lasts = bursts.rehearsed.met && earnsItsCredits(service, bursts.controls, history);
  const runsOut = reachable && ceiling.sustained.bound === "credits" && !lasts;
  const steady = runsOut ? settled(ceiling.sustained.utilization) : bursts;
  const { choice, controls, rehearsed } = steady.rehearsed.met ? steady : bursts;
  return {
    service: service.name,
    unit: service.compute.type === "ec2" ? "instance" : "task",
    controls,
    feasibility: obstacles(service, { peak, needed, reachable, reserve, max, choice, rehearsed }),
    reasons: [
      ...(service.demand.kind === "history"
        ? historyReasons(workload(history, service.capacity.startup))
        : []),
      ...reasons(service, controls, { peak, needed, lasting, ceiling, reserve, choice, rehearsed }),
    ],
    assumptions,
  };
}

interface Settled {
  readonly choice: Choice;
  readonly controls: ScalingControls;
  readonly rehearsed: Backtest;
}

/** With `survive` of `zones` zones lost the rest must carry all: a factor of zones ÷ (zones − survive). */
function reserveFactor({ resilience }: Service): number {
  return resilience ? resilience.zones / (resilience.zones - resilience.survive) : 1;
}

function leastTasks({ slos, resilience }: Service): number {
  const highlyAvailable = slos.some(
    (slo) => slo.kind === "availability" && slo.objective >= HIGH_AVAILABILITY,
  );
  return Math.max(highlyAvailable ? 2 : 1, resilience?.zones ?? 1);
}

function withReserve(controls: ScalingControls, factor: number, min: number, max: number): ScalingControls {
  const count = (tasks: number) => Math.min(max, Math.max(min, Math.ceil(tasks * factor)));
  return {
    ...controls,
    min: count(controls.min),
    max,
    tracking: controls.tracking.map((policy) => ({ ...policy, setpoint: policy.setpoint / factor })),
    steps: controls.steps.map((policy) => ({
      ...policy,
      alarm: { ...policy.alarm, threshold: policy.alarm.threshold / factor },
      steps: policy.steps.map((step) => ({
        ...step,
        lower: step.lower === null ? null : step.lower / factor,
        upper: step.upper === null ? null : step.upper / factor,
      })),
    })),
    schedule: controls.schedule.map((action) =>
      action.min === undefined ? action : { ...action, min: count(action.min) },
    ),
  };
}
