import { type Backtest, backtest } from "./backtest.ts";
import { controlsFor, freshWarmup } from "./candidate.ts";
import { type Choice, cheapestChoice, resignedChoice } from "./choice.ts";
import { demandHistory } from "./demand.ts";
import { burstCeiling, sustainedCeiling } from "./demand-curve.ts";
import { obstacles } from "./feasibility.ts";
import { type Fight, fights } from "./fights.ts";
import { historyReasons } from "./history-reasons.ts";
import { needsOf } from "./needs.ts";
import { type OnlySpike, onlySpike } from "./only-spike.ts";
import { onDeclaredMetric, policyRemarks, predictiveScaling } from "./policy-choice.ts";
import { targetRemarks } from "./quotas.ts";
import { DEAR, reasons, riskRemarks, spikeRemarks } from "./reasons.ts";
import { withReserve } from "./reserve.ts";
import type { Feasibility, ScalingControls, ScalingPlan } from "./scaling-plan.ts";
import { seal } from "./seal.ts";
import type { Service } from "./service.ts";
import { earnsItsCredits } from "./sustaining-tasks.ts";
import type { Trace } from "./trace.ts";
import { workload } from "./workload.ts";
import { surviving } from "./zone-loss.ts";

/** The highest utilization that target tracking may hold: at 1 a queue never empties. */
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
  const ceiling = { burst: burstCeiling(service), sustained: sustainedCeiling(service) };
  const needs = needsOf(service, history, highest);
  const { min, max } = needs;
  const bounds = { min, max, hopeful: needs.reachable || needs.passing };
  const bursts = settled(service, history, bounds, ceiling.burst.utilization);
  // What bursts on saved CPU credits is cheaper; where they do not last on the history as it was, nothing bursts.
  const lasts = bursts.rehearsed.met && earnsItsCredits(service, bursts.controls, history);
  const runsOut = bounds.hopeful && ceiling.sustained.bound === "credits" && !lasts;
  const steady = runsOut ? settled(service, history, bounds, ceiling.sustained.utilization) : bursts;
  const taken = steady.rehearsed.met ? steady : bursts;
  const { choice, chosen, controls, reserve, survives, rehearsed } = taken;
  const unreserved = resilience && backtest(service, chosen, history);
  const found = fights(service, controls);
  const shown = service.demand.kind === "history" ? workload(history, service.capacity.startup) : undefined;
  const spike = shown && onlySpike(history, shown);
  const spared = spike && planWithout(spike, service, bounds, taken);
  const numbers = {
    service: service.name,
    unit: service.compute.type === "ec2" ? "instance" : "task",
    controls,
  } as const;
  return {
    ...numbers,
    seal: seal(numbers),
    feasibility: withoutFights(obstacles(service, { ...needs, survives, choice, rehearsed }), found),
    reasons: [
      ...(shown && service.demand.kind === "history"
        ? historyReasons({ ...shown, silentMinutes }, daysOf(service.demand.trace))
        : []),
      ...reasons(service, controls, { ...needs, ceiling, reserve, choice, rehearsed, unreserved }),
    ],
    assumptions: [
      ...assumptions,
      ...policyRemarks(service),
      ...targetRemarks(controls.max),
      ...riskRemarks(choice, rehearsed),
      ...(spike && spared ? spikeRemarks(spike, rehearsed, spared.rehearsed) : []),
      // Where no setting keeps the SLOs, all that may run stands, pinned by nobody's wish.
      ...found
        .filter(({ severity, kind }) => severity === "warn" && (choice.keeps || kind !== "pinned"))
        .map(remark),
    ],
  };
}

function daysOf({ step, rates }: Trace): number {
  return (step * rates.length) / 86_400;
}

/** The most that the search may look at, in tasks, and whether any fleet within it may do. */
interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly hopeful: boolean;
}

/** The plan on the history without its only spike; undefined where that is sure to take more than 1 ÷ DEAR of the task-hours. */
function planWithout(
  { without }: OnlySpike,
  service: Service,
  bounds: Bounds,
  { choice, rehearsed, utilization }: Settled,
): Settled | undefined {
  const { serviceTime, concurrency } = service.capacity;
  const busiest = (utilization * concurrency) / serviceTime.mean;
  const least = without.rates.reduce((sum, rate) => sum + Math.max(1, rate / busiest), 0) / 60;
  if (!choice.keeps || rehearsed.taskHours < DEAR * least) return undefined;
  return settled(service, without, bounds, utilization);
}

interface Settled {
  /** The highest utilization that the search tried. */
  readonly utilization: number;
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
  { min, max, hopeful }: Bounds,
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
  return {
    utilization,
    choice,
    chosen: forecasting(service, chosen),
    controls,
    reserve,
    survives,
    rehearsed,
  };
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
