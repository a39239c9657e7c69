import { type Backtest, firstTasks, initialTasks, judged, moves } from "../policy/backtest.ts";
import { controlsAutoscaler } from "../policy/controls-autoscaler.ts";
import { asCounted } from "../policy/counting.ts";
import { type Plant, type Replay, replay } from "../policy/replay.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";
import type { Resilience, Service } from "../policy/service.ts";
import { steadyPlant } from "../policy/steady-plant.ts";
import type { Trace } from "../policy/trace.ts";
import { surviving, tasksSurvivedBy, withZonesLost } from "../policy/zone-loss.ts";

/** A plan replayed over traffic, minute by minute. */
export interface CapacityTrial {
  readonly service: Service;
  readonly controls: ScalingControls;
  /** In steps of one minute. */
  readonly trace: Trace;
  readonly replay: Replay;
  readonly backtest: Backtest;
  /** Of so many ready tasks those that serve: fewer where zones are lost. */
  readonly serving: (ready: number) => number;
}

/** Replays traffic against a plan, held to the SLOs of `asked`, with every zone there. */
export function capacityTrial(plan: Scaled, asked: Service, trace: Trace): CapacityTrial {
  const { service, controls } = plan;
  const initial = firstTasks(service, controls, trace);
  return trial(controls, asked, trace, { initial, plant: steadyPlant(asked), serving: (ready) => ready });
}

/**
 * The same with zones lost from the first minute to the last, nothing replaced and scaling as if nothing had
 * happened: what static stability promises. The zones lost are those that hold the most tasks.
 */
export function capacityTrialWithout(plan: Scaled, trace: Trace, resilience: Resilience): CapacityTrial {
  const { service, controls } = plan;
  const needed = tasksSurvivedBy(resilience, initialTasks(service, trace, 1, controls.max));
  const initial = Math.max(controls.min, moves(controls) ? Math.min(controls.max, needed) : 0);
  const plant = withZonesLost(steadyPlant(service), resilience, 0, steadyPlant(service));
  return trial(controls, service, trace, {
    initial,
    plant,
    serving: (ready) => surviving(resilience, ready),
  });
}

interface Scaled {
  readonly service: Service;
  readonly controls: ScalingControls;
}

interface Setting {
  readonly initial: number;
  readonly plant: Plant;
  readonly serving: CapacityTrial["serving"];
}

function trial(
  controls: ScalingControls,
  service: Service,
  traffic: Trace,
  { initial, plant, serving }: Setting,
): CapacityTrial {
  const trace = asCounted(traffic);
  const autoscaler = controlsAutoscaler(service, controls, trace.start);
  const result = replay(autoscaler, plant, trace, service.capacity.startup, initial);
  return { service, controls, trace, replay: result, backtest: judged(service, result), serving };
}
