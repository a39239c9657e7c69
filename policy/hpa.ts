import type { Autoscaler } from "./autoscaler.ts";
import { hpaBehavior } from "./hpa-behavior.ts";

/** Kubernetes' default tolerance and sync period (s): pkg/controller/podautoscaler, config/v1alpha1/defaults.go. */
export const [TOLERANCE, SYNC] = [0.1, 15] as const;

/** The Horizontal Pod Autoscaler with its defaults on CPU `utilization`: ceil(ratio × ready pods) outside the tolerance. */
export function hpaAutoscaler(utilization: number, min: number, max: number): Autoscaler {
  const behaved = hpaBehavior(min, max);
  const desired: Autoscaler["desired"] = ({ now, ready, starting, minutes, complete }) => {
    const current = ready + starting;
    if (complete === 0) return current;
    const newest = minutes.cpuUtilization[complete - 1]!;
    return behaved(now, current, recommendation(newest / utilization, ready, starting));
  };
  return { interval: SYNC, desired };
}

/** Pods not ready yet count as idle when scaling up: replica_calculator.go. */
function recommendation(ratio: number, ready: number, starting: number): number {
  const current = ready + starting;
  if (Math.abs(ratio - 1) <= TOLERANCE) return current;
  if (ratio < 1) return Math.ceil(ratio * ready);
  if (starting === 0) return Math.ceil(ratio * ready);
  const damped = (ratio * ready) / current;
  return damped <= 1 + TOLERANCE ? current : Math.ceil(damped * current);
}
