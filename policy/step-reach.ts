import { creditRules } from "./credits.ts";
import type { ScalingAlarm, StepScaling } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { stepAt } from "./step-scaling.ts";
import { cpuShare } from "./task-bounds.ts";
import { percent, seconds } from "./words.ts";

/** Why a step policy never acts. */
export interface NeverActs {
  readonly severity: "refuse" | "warn";
  readonly why: string;
  readonly wayOut: string;
}

/** Whether no load brings a step policy to act: no step lies where its alarm is on, or its alarm never is, or never as far as the first step. */
export function neverActs(service: Service, { alarm, steps }: StepScaling): NeverActs | undefined {
  const above = alarm.comparison.startsWith(">");
  const found = steps.some(({ lower, upper }) => (above ? reaches(upper, 1) : reaches(lower, -1)));
  if (!found && !actsWhereIdle(alarm, steps))
    return {
      severity: "refuse",
      why: `has an alarm that is on ${above ? "above" : "below"} its threshold, and all its steps lie ${above ? "below" : "above"}: none is ever found`,
      wayOut: above
        ? "MetricIntervalLowerBound 0 in the place of MetricIntervalUpperBound"
        : "MetricIntervalUpperBound 0 in the place of MetricIntervalLowerBound",
    };
  const off = above ? neverAbove(service, alarm, steps) : neverBelow(alarm, steps);
  return off === undefined ? undefined : { severity: "warn", ...off };
}

/** Whether a bound, or its absence, lies beyond the threshold on that side. */
function reaches(bound: number | null, side: 1 | -1): boolean {
  return bound === null || side * bound > 0;
}

/** Whether an alarm that is on at 0, where a metric stays without a request, finds a step there: AWS counts a lower bound of 0 in. */
function actsWhereIdle({ comparison, threshold }: ScalingAlarm, steps: StepScaling["steps"]): boolean {
  return comparison === "<=" && threshold === 0 && stepAt(steps, 0) !== undefined;
}

function neverAbove(service: Service, alarm: ScalingAlarm, steps: StepScaling["steps"]) {
  const { metric, threshold, comparison } = alarm;
  const most = highest(service, alarm);
  const first = Math.max(0, Math.min(...steps.map(({ lower }) => lower ?? 0)));
  const least = threshold + first;
  const included = comparison === ">=" || first > 0;
  if (most === undefined || least < most || (least === most && included)) return undefined;
  const [is, at] =
    metric === "cpuUtilization" ? [percent(most), percent(least)] : [seconds(most), seconds(least)];
  return {
    why: `waits for ${metric === "cpuUtilization" ? "CPU" : "a response time"} of ${at}; it is ${is} at the most, with every slot busy and requests that give up`,
    wayOut: first > 0 ? "a first step that starts nearer the threshold" : `a threshold below ${is}`,
  };
}

/**
 * The most that a metric comes to, whatever the load; undefined where there is none. Tasks on instances of their own may use more CPU than
 * they reserve, and those that share vCPUs, or live on credits that run out, or share anything else, take longer for a request than an idle
 * one; the busiest moment and the slowest request have no mean to bound them.
 */
function highest(
  { host, compute, capacity }: Service,
  { metric, statistic }: ScalingAlarm,
): number | undefined {
  const { maxWait, serviceTime, cpuTime, contention } = capacity;
  if (metric === "cpuUtilization")
    return host === undefined
      ? Math.min(1, statistic === "Maximum" ? 1 : cpuShare({ compute, capacity }))
      : undefined;
  if (metric !== "responseTime" || statistic !== "Average") return undefined;
  const slows =
    cpuTime !== undefined || contention !== undefined || creditRules(compute)?.mode === "standard";
  return slows ? undefined : maxWait + serviceTime.mean;
}

function neverBelow({ threshold, comparison }: ScalingAlarm, steps: StepScaling["steps"]) {
  const first = Math.min(0, Math.max(...steps.map(({ upper }) => upper ?? 0)));
  const most = threshold + first;
  if (most > 0 || (most === 0 && (comparison === "<=" || first < 0))) return undefined;
  return {
    why: "waits for a metric below 0, which none is",
    wayOut: first < 0 ? "a first step that starts nearer the threshold" : "a threshold above 0",
  };
}

/** Whether a policy removes the more the higher its metric, or adds the lower it is: its outermost step, as a band may do either. */
export function backwards({ alarm, adjustment, steps }: StepScaling): boolean {
  if (adjustment === "exact") return false;
  return alarm.comparison.startsWith(">")
    ? steps.some(({ upper, change }) => upper === null && change < 0)
    : steps.some(({ lower, change }) => lower === null && change > 0);
}
