import { type Backtest, backtest } from "./backtest.ts";
import { controlsFor, freshWarmup } from "./candidate.ts";
import { ceilingRoom } from "./ceiling-room.ts";
import { type Choice, cheapestChoice, resignedChoice } from "./choice.ts";
import { demandHistory } from "./demand.ts";
import {
  burstCeiling,
  bursting,
  leavesNoTime,
  mostCarried,
  sustainedCeiling,
  tasksNeeded,
} from "./demand-curve.ts";
import { obstacles } from "./feasibility.ts";
import { type Fight, fights } from "./fights.ts";
import { historyReasons } from "./history-reasons.ts";
import { leastTasks } from "./least-tasks.ts";
import { highestWithin } from "./minute-shape.ts";
import { onDeclaredMetric, policyRemarks, predictiveScaling } from "./policy-choice.ts";
import { targetRemarks, taskQuota } from "./quotas.ts";
import { reasons, riskRemarks } from "./reasons.ts";
import { withReserve } from "./reserve.ts";
import type { Feasibility, ScalingControls, ScalingPlan } from "./scaling-plan.ts";
import { seal } from "./seal.ts";
import type { Service } from "./service.ts";
import { busiestDayRate, earnsItsCredits, sustainingTasks } from "./sustaining-tasks.ts";
import { highestRate, type Trace } from "./trace.ts";
import { workload } from "./workload.ts";
import { surviving, tasksSurvivedBy } from "./zone-loss.ts";

/** What target tracking may hold at most: at 1 a queue never empties. */
const FULL = 0.97;

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

function derived(declared: Service): ScalingPlan {
  const service = withWarmup(declared);
  const { trace: history, assumptions, silentMinutes, highest } = demandHistory(service.demand);
  const { resilience } = service;
  const peak = highestRate(history.rates);
  const ceiling = { burst: burstCeiling(service), sustained: sustainedCeiling(service) };
  const lasting = sustainingTasks(service, history);
  const daily = busiestDayRate(history);
  const carrying = Math.ceil(Math.max(tasksNeeded(bursting(service), peak), lasting));
  const timely = !service.slos.some((slo) => leavesNoTime(service, slo));
  const reachable = Number.isFinite(carrying) && timely;
  const passing = timely && !reachable && mayPass(service, lasting);
  const spread = (tasks: number) =>
    resilience && Number.isFinite(tasks) ? tasksSurvivedBy(resilience, tasks) : tasks;
  const needed = reachable ? spread(carrying) : carrying;
  const once = spread(Math.ceil(tasksNeeded(bursting(service), highest)));
  const room = ceilingRoom(
    service.demand.kind === "history" ? history.rates.length : Number.POSITIVE_INFINITY,
  );
  const wise = Math.max(service.bounds.min ?? leastTasks(service).count, 1);
  // A fleet that stands ready for what comes within a minute is larger than what the minute's mean needs.
  const within = peak > 0 ? highestWithin(history) / peak : 1;
  const max =
    service.bounds.max ??
    derivedMax(
      service,
      wise + 1,
      reachable ? ceilingFor(room * within * needed, once) : bestEffort(service, room * peak),
    );
  const min = Math.min(wise, max);
  const bounds = { min, max, hopeful: reachable || passing };
  const bursts = settled(service, history, bounds, ceiling.burst.utilization);
  // What bursts on saved CPU credits is cheaper; where they do not last on the history as it was, nothing bursts.
  const lasts = bursts.rehearsed.met && earnsItsCredits(service, bursts.controls, history);
  const runsOut = bounds.hopeful && ceiling.sustained.bound === "credits" && !lasts;
  const steady = runsOut ? settled(service, history, bounds, ceiling.sustained.utilization) : bursts;
  const { choice, chosen, controls, reserve, survives, rehearsed } = steady.rehearsed.met ? steady : bursts;
  const unreserved = resilience && backtest(service, chosen, history);
  const found = fights(service, controls);
  const numbers = {
    service: service.name,
    unit: service.compute.type === "ec2" ? "instance" : "task",
    controls,
  } as const;
  return {
    ...numbers,
    seal: seal(numbers),
    feasibility: withoutFights(
      obstacles(service, {
        peak,
        needed,
        lasting,
        daily,
        reachable,
        passing,
        survives,
        max,
        choice,
        rehearsed,
      }),
      found,
    ),
    reasons: [
      ...(service.demand.kind === "history"
        ? historyReasons(
            { ...workload(history, service.capacity.startup), silentMinutes },
            daysOf(service.demand.trace),
          )
        : []),
      ...reasons(service, controls, {
        peak,
        needed,
        highest,
        once,
        lasting,
        room,
        within,
        ceiling,
        reserve,
        choice,
        rehearsed,
        unreserved,
      }),
    ],
    assumptions: [
      ...assumptions,
      ...policyRemarks(service),
      ...targetRemarks(controls.max),
      ...riskRemarks(choice, rehearsed),
      // Where no setting keeps the SLOs, all that may run stands, pinned by nobody's wish.
      ...found
        .filter(({ severity, kind }) => severity === "warn" && (choice.keeps || kind !== "pinned"))
        .map(remark),
    ],
  };
}

/** Room above the newest traffic, and never less than the highest rate ever recorded needs, where any number of tasks carries that. */
function ceilingFor(roomy: number, once: number): number {
  return Math.ceil(Number.isFinite(once) ? Math.max(roomy, once) : roomy);
}

/**
 * Whether a peak beyond what tasks carry that slow each other may pass before late and refused requests have used up the error budget,
 * which the rehearsal tells. Not where CPU credits run out as well, nor with zones to lose: the reserve for those slows what is left.
 */
function mayPass({ capacity, resilience }: Service, lasting: number): boolean {
  return capacity.contention !== undefined && resilience === undefined && Number.isFinite(lasting);
}

/** What helps most where no number of tasks keeps the SLOs at a rate: those that carry most, where they slow each other; all that it keeps busy. */
function bestEffort(service: Service, rate: number): number {
  const { contention, serviceTime, concurrency } = service.capacity;
  return contention === undefined
    ? Math.ceil((rate * serviceTime.mean) / concurrency)
    : mostCarried(service).tasks;
}

/** Instances that are planned for at most, unless the owner wants more: their own quotas count vCPUs, by type. */
const INSTANCES = 5000;

/** The ceiling wanted, and at least `least`; of tasks never more than their quota. */
function derivedMax(service: Service, least: number, wanted: number): number {
  return service.compute.type === "ec2"
    ? Math.max(least, Math.min(INSTANCES, wanted))
    : Math.min(taskQuota(service), Math.max(least, wanted));
}

function daysOf({ step, rates }: Trace): number {
  return (step * rates.length) / 86_400;
}

interface Settled {
  readonly choice: Choice;
  /** As the search chose them, without a reserve for zones lost. */
  readonly chosen: ScalingControls;
  readonly controls: ScalingControls;
  /** The factor by which each task's load is smaller for the reserve. */
  readonly reserve: number;
  /** The SLOs are kept with the zones lost that the owner names. */
  readonly survives: boolean;
  readonly rehearsed: Backtest;
}

/** What the search finds below a utilization, on the metric declared, with the reserve for zones lost. */
function settled(
  service: Service,
  history: Trace,
  { min, max, hopeful }: { readonly min: number; readonly max: number; readonly hopeful: boolean },
  utilization: number,
): Settled {
  const { resilience } = service;
  // The search sees the zones that remain; what they need is spread over all of them afterwards.
  const left = (tasks: number) => (resilience ? surviving(resilience, tasks) : tasks);
  const least = Math.max(1, left(min));
  const range = {
    min: least,
    max: Math.max(least, left(max)),
    ceiling: hopeful ? Math.min(FULL, utilization) : FULL,
  };
  const choice = hopeful ? cheapestChoice(service, history, range) : resignedChoice(service, history, range);
  const candidate = controlsFor(choice.rehearsal.candidate, service.capacity, range.max);
  const chosen = onDeclaredMetric(service, candidate, history);
  const {
    controls: reserved,
    factor: reserve,
    keeps: survives,
  } = resilience
    ? withReserve(service, resilience, chosen, { min, max }, history)
    : { controls: { ...chosen, max }, factor: 1, keeps: true };
  const controls = forecasting(service, reserved);
  const rehearsed = backtest(service, controls, history);
  return { choice, chosen: forecasting(service, chosen), controls, reserve, survives, rehearsed };
}

/** With the predictive policy that the owner declares, if any. */
function forecasting(service: Service, controls: ScalingControls): ScalingControls {
  const predictive = predictiveScaling(service, controls);
  return predictive === undefined ? controls : { ...controls, predictive };
}

/** A plan whose own policies fight is none to deploy. */
export function withoutFights(feasibility: Feasibility, found: readonly Fight[]): Feasibility {
  const refused = found.filter(({ severity }) => severity === "refuse");
  if (refused.length === 0) return feasibility;
  const others = feasibility.possible ? [] : feasibility.obstacles;
  const obstacles = refused.map((fight) => ({ why: `${fight.kind}: ${fight.why}`, waysOut: [fight.wayOut] }));
  return { possible: false, obstacles: [...others, ...obstacles] };
}

function remark({ kind, why, wayOut }: Fight): string {
  return `${kind}: ${why}; way out: ${wayOut}`;
}

/** Instances have no cooldowns: what is rehearsed, judged and deployed has their warm-up. */
function withWarmup(service: Service): Service {
  const { compute, capacity } = service;
  if (compute.type !== "ec2") return service;
  return { ...service, capacity: { ...capacity, warmup: freshWarmup(capacity.startup) } };
}
