import type { Autoscaler } from "./autoscaler.ts";
import type { FleetView } from "./fleet-view.ts";
import { SYNC, TOLERANCE } from "./hpa.ts";
import { hpaBehavior } from "./hpa-behavior.ts";

/** Seconds between KEDA's looks at CloudWatch: pollingInterval, keda-docs reference/scaledobject-spec. */
const POLLING = 30;

/** Seconds of one CloudWatch datapoint: metricStatPeriod and metricCollectionTime, aws_cloudwatch_scaler.go. */
const PERIOD = 300;

/**
 * KEDA with the defaults of its CloudWatch scaler on the load balancer's requests, `rateEach` a second for each task (AverageValue,
 * KEDA's default): the mean of the last whole five minutes by the clock, handed to the HPA. From 1 to N the HPA scales, so KEDA's
 * own cooldown (N to 0) never acts. CloudWatch shows a period's last minutes late; its mean is taken over those shown.
 */
export function kedaAutoscaler(rateEach: number, min: number, max: number): Autoscaler {
  const behaved = hpaBehavior(min, max);
  let [polled, rate] = [Number.NEGATIVE_INFINITY, Number.NaN];
  const desired: Autoscaler["desired"] = (view) => {
    if (view.now - polled >= POLLING) [polled, rate] = [view.now, meanOfPeriod(view)];
    const current = view.ready + view.starting;
    return Number.isNaN(rate)
      ? current
      : behaved(view.now, current, recommendation(rate / rateEach, current));
  };
  return { interval: SYNC, desired };
}

/** KEDA cuts its query at whole periods: computeQueryWindow, aws_cloudwatch_scaler.go. Not a number before the first datapoint. */
function meanOfPeriod({ now, minutes, complete, visible }: FleetView): number {
  const end = complete - Math.floor((now % PERIOD) / 60);
  const from = Math.max(0, end - PERIOD / 60);
  const to = Math.min(end, visible);
  let sum = 0;
  for (let i = from; i < to; i++) sum += minutes.requestRate[i]!;
  return to > from ? sum / (to - from) : Number.NaN;
}

/** Of an external metric's value per pod, all pods counted: GetExternalPerPodMetricReplicas, replica_calculator.go. */
function recommendation(needed: number, current: number): number {
  return Math.abs(needed / current - 1) <= TOLERANCE ? current : Math.ceil(needed - 1e-9);
}
