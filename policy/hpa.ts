import type { Autoscaler } from "./autoscaler.ts";
import { hpaBehavior } from "./hpa-behavior.ts";

/** Kubernetes' default tolerance and sync period (s): pkg/controller/podautoscaler, config/v1alpha1/defaults.go. */
export const [TOLERANCE, SYNC] = [0.1, 15] as const;

/**
 * Slices of 15 s by which it sees late: metrics-server scrapes every 15 s (--metric-resolution of its components.yaml) what the
 * kubelet measured up to 15 s before.
 */
const LATE = 1;

/** The Horizontal Pod Autoscaler with its defaults on CPU `utilization`: ceil(ratio × ready pods) outside the tolerance. */
export function hpaAutoscaler(utilization: number, min: number, max: number): Autoscaler {
  const behaved = hpaBehavior(min, max);
  const desired: Autoscaler["desired"] = ({ now, ready, starting, slices, sliced }) => {
    const current = ready + starting;
    if (sliced <= LATE) return current;
    const newest = slices.cpuUtilization[sliced - 1 - LATE]!;
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
