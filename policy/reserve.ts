import { awsAutoscaler } from "./autoscaler.ts";
import { initialTasks, judged, steadyPlant } from "./backtest.ts";
import { budgetParts } from "./budget-parts.ts";
import { replay } from "./replay.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Resilience, Service, Slo } from "./service.ts";
import type { Trace } from "./trace.ts";
import { tasksSurvivedBy, withZonesLost } from "./zone-loss.ts";

/** Controls that keep the SLOs with zones lost, and the factor by which each task's load is smaller for it. */
export interface Reserved {
  readonly controls: ScalingControls;
  readonly factor: number;
}

/** Share of what capacity decides of the error budget that may be used with zones lost: the rest is the model's error. */
const ALLOWED = 0.7;

/** Times the interval of factors is halved: a plan is at most 1 ÷ 16 of the rounding away from the cheapest. */
const HALVINGS = 4;

/**
 * The least reserve with which the controls keep within ALLOWED of the error budget, on the history with the
 * fullest zones lost from the start.
 * Whole tasks in whole zones take more than zones ÷ (zones − survive): of 5 tasks in 2 zones 2 are left, not 2½. At most that
 * is one task in the least count there is.
 */
export function withReserve(
  service: Service,
  resilience: Resilience,
  chosen: ScalingControls,
  bounds: { readonly min: number; readonly max: number },
  history: Trace,
): Reserved {
  const whole = resilience.zones / (resilience.zones - resilience.survive);
  const reservedBy = (factor: number) => reserved(chosen, resilience, factor, bounds);
  const keeps = (factor: number) => keptWithZonesLost(service, resilience, reservedBy(factor), history);
  let [few, enough] = [whole, whole * (1 + 1 / reservedBy(whole).min)];
  if (keeps(few)) return { controls: reservedBy(few), factor: few };
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (few + enough) / 2;
    if (keeps(middle)) enough = middle;
    else few = middle;
  }
  return { controls: reservedBy(enough), factor: enough };
}

function keptWithZonesLost(
  service: Service,
  resilience: Resilience,
  controls: ScalingControls,
  history: Trace,
): boolean {
  const needed = initialTasks(service, history, 1, controls.max);
  const initial = Math.max(controls.min, Math.min(controls.max, tasksSurvivedBy(resilience, needed)));
  const plant = withZonesLost(steadyPlant(service), resilience, 0, steadyPlant(service));
  const { startup } = service.capacity;
  const { outcomes } = judged(service, replay(awsAutoscaler(controls), plant, history, startup, initial));
  return outcomes.every(({ goodShare }, i) => 1 - goodShare <= allowedShare(service, service.slos[i]!));
}

/** What idle tasks miss, and the share of the rest of the error budget that may be used. */
function allowedShare(service: Service, slo: Slo): number {
  const { idle, rest } = budgetParts(service, slo);
  return idle + ALLOWED * rest;
}

/** Each task gets the load ÷ `factor`; floors and ceiling are what leaves as many as were chosen. */
function reserved(
  controls: ScalingControls,
  resilience: Resilience,
  factor: number,
  { min, max }: { readonly min: number; readonly max: number },
): ScalingControls {
  const count = (tasks: number) => Math.min(max, Math.max(min, tasksSurvivedBy(resilience, tasks)));
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
