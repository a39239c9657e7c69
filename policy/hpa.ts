import type { Autoscaler } from "./autoscaler.ts";

/** Kubernetes' default tolerance, sync period (s), scale-down window (s): pkg/controller/podautoscaler, config/v1alpha1/defaults.go. */
const [TOLERANCE, SYNC, DOWN_WINDOW] = [0.1, 15, 300];

/**
 * The Horizontal Pod Autoscaler with its defaults on CPU `utilization`: ceil(ratio × ready pods) outside the tolerance; up at
 * most the larger of 4 pods and 100 % in a sync period; down to the largest recommendation of the window.
 */
export function hpaAutoscaler(utilization: number, min: number, max: number): Autoscaler {
  const recommended: { time: number; count: number }[] = [];
  const desired: Autoscaler["desired"] = ({ now, ready, starting, minutes, complete }) => {
    const current = ready + starting;
    if (complete === 0) return current;
    const newest = minutes.cpuUtilization[complete - 1]!;
    const count = recommendation(newest / utilization, ready, starting);
    recommended.push({ time: now, count });
    while (recommended[0]!.time <= now - DOWN_WINDOW) recommended.shift();
    const stabilized =
      count < current ? Math.min(current, Math.max(...recommended.map((r) => r.count))) : count;
    const limited = Math.min(stabilized, current + Math.max(4, current));
    return Math.max(min, Math.min(max, limited));
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
