import { awsAutoscaler } from "./autoscaler.ts";
import { initialTasks, judged } from "./backtest.ts";
import { budgetParts } from "./budget-parts.ts";
import { replay } from "./replay.ts";
import { rounded } from "./rounded.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Resilience, Service, Slo } from "./service.ts";
import { steadyPlant } from "./steady-plant.ts";
import type { Trace } from "./trace.ts";
import { tasksSurvivedBy, withZonesLost } from "./zone-loss.ts";

/** Controls with a reserve for zones lost, and the factor by which each task's load is smaller for it. */
export interface Reserved {
  readonly controls: ScalingControls;
  readonly factor: number;
  /** The SLOs are kept with those zones lost. */
  readonly keeps: boolean;
}

/** Share of what capacity decides of the error budget that may be used with zones lost: the rest is the model's error. */
const ALLOWED = 0.7;

/** How often the interval of factors is halved: the factor found is at most 2⁻⁴ of its width above the least that keeps the SLOs. */
const HALVINGS = 4;

/** How often what is added for rounding is doubled while it is not enough. It begins at one task more in the `min`, so that 2⁵ = 32 are the most. */
const DOUBLINGS = 5;

/**
 * The least reserve with which the controls keep within ALLOWED of the error budget, on the history with the
 * fullest zones lost from the start.
 * A factor of zones ÷ (zones − survive) would do if tasks and zones could be divided. They cannot: of 5 tasks in 2 zones 2 are left, not 2½.
 * Mostly one task more in the `min` is enough for that; not always: of 5 tasks in 6 zones, 4 of them lost, 1 is left, and of 6 tasks 2.
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
  const keepsBy = (factor: number, allowed: number) =>
    keptWithZonesLost(service, resilience, reservedBy(factor), history, allowed);
  const keeps = (factor: number) => keepsBy(factor, ALLOWED);
  if (keeps(whole)) return { controls: reservedBy(whole), factor: whole, keeps: true };
  const rounding = whole / reservedBy(whole).min;
  let [few, enough] = [whole, whole + rounding];
  for (let i = 1; !keeps(enough); i++) {
    if (i > DOUBLINGS) return { controls: reservedBy(enough), factor: enough, keeps: keepsBy(enough, 1) };
    [few, enough] = [enough, whole + 2 ** i * rounding];
  }
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (few + enough) / 2;
    if (keeps(middle)) enough = middle;
    else few = middle;
  }
  return { controls: reservedBy(enough), factor: enough, keeps: true };
}

function keptWithZonesLost(
  service: Service,
  resilience: Resilience,
  controls: ScalingControls,
  history: Trace,
  allowed: number,
): boolean {
  const needed = initialTasks(service, history, 1, controls.max);
  const initial = Math.max(controls.min, Math.min(controls.max, tasksSurvivedBy(resilience, needed)));
  const plant = withZonesLost(steadyPlant(service), resilience, 0, steadyPlant(service));
  const { startup } = service.capacity;
  const { outcomes } = judged(service, replay(awsAutoscaler(controls), plant, history, startup, initial));
  return outcomes.every(
    ({ goodShare }, i) => 1 - goodShare <= allowedShare(service, service.slos[i]!, allowed),
  );
}

/** What idle tasks miss, and the share of the rest of the error budget that may be used. */
function allowedShare(service: Service, slo: Slo, allowed: number): number {
  const { idle, rest } = budgetParts(service, slo);
  return idle + allowed * rest;
}

/** Each task gets the load ÷ `factor`; floors and ceiling are what leaves as many as were chosen. */
function reserved(
  controls: ScalingControls,
  resilience: Resilience,
  factor: number,
  { min, max }: { readonly min: number; readonly max: number },
): ScalingControls {
  const count = (tasks: number) => Math.min(max, Math.max(min, tasksSurvivedBy(resilience, tasks)));
  return rounded({
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
  });
}
