import type { ScalingAlarm, StepScaling } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { cpuShare } from "./task-bounds.ts";
import { percent, seconds } from "./words.ts";

/** Why a step policy never acts. */
export interface NeverActs {
  readonly severity: "refuse" | "warn";
  readonly why: string;
  readonly wayOut: string;
}

/** Whether no load brings a step policy to act: no step lies where its alarm is on, or its alarm never is. */
export function neverActs(service: Service, { alarm, steps }: StepScaling): NeverActs | undefined {
  const above = alarm.comparison.startsWith(">");
  if (!steps.some(({ lower, upper }) => (above ? reaches(upper, 1) : reaches(lower, -1))))
    return {
      severity: "refuse",
      why: `has an alarm that is on ${above ? "above" : "below"} its threshold, and all its steps lie ${above ? "below" : "above"}: none is ever found`,
      wayOut: above
        ? "MetricIntervalLowerBound 0 in the place of MetricIntervalUpperBound"
        : "MetricIntervalUpperBound 0 in the place of MetricIntervalLowerBound",
    };
  const off = above ? neverAbove(service, alarm) : neverBelow(alarm);
  return off === undefined ? undefined : { severity: "warn", ...off };
}

/** Whether a bound, or its absence, lies beyond the threshold on that side. */
function reaches(bound: number | null, side: 1 | -1): boolean {
  return bound === null || side * bound > 0;
}

function neverAbove(service: Service, alarm: ScalingAlarm) {
  const { metric, threshold, comparison } = alarm;
  const most = highest(service, alarm);
  if (most === undefined || threshold < most || (threshold === most && comparison === ">=")) return undefined;
  const [is, at] =
    metric === "cpuUtilization" ? [percent(most), percent(threshold)] : [seconds(most), seconds(threshold)];
  return {
    why: `waits for ${metric === "cpuUtilization" ? "CPU" : "a response time"} of ${at}; it is ${is} at the most, with every slot busy and requests that give up`,
    wayOut: `a threshold below ${is}`,
  };
}

/**
 * The most that a metric comes to, whatever the load; undefined where there is none. Tasks on instances of their own may use more CPU than
 * they reserve, requests that share vCPUs or anything else take longer than an idle task, and one of them any time.
 */
function highest(
  { host, compute, capacity }: Service,
  { metric, statistic }: ScalingAlarm,
): number | undefined {
  const { maxWait, serviceTime, cpuTime, contention } = capacity;
  if (metric === "cpuUtilization")
    return host === undefined ? Math.min(1, cpuShare({ compute, capacity })) : undefined;
  const alone = metric === "responseTime" && statistic === "Average";
  return alone && cpuTime === undefined && contention === undefined ? maxWait + serviceTime.mean : undefined;
}

function neverBelow({ threshold, comparison }: ScalingAlarm) {
  if (threshold > 0 || (threshold === 0 && comparison === "<=")) return undefined;
  return { why: "waits for a metric below 0, which none is", wayOut: "a threshold above 0" };
}

/** Whether a policy removes the more the higher its metric, or adds the lower it is: its outermost step, as a band may do either. */
export function backwards({ alarm, adjustment, steps }: StepScaling): boolean {
  if (adjustment === "exact") return false;
  return alarm.comparison.startsWith(">")
    ? steps.some(({ upper, change }) => upper === null && change < 0)
    : steps.some(({ lower, change }) => lower === null && change > 0);
}
