import { FRESH } from "./candidate.ts";
import { type Compounding, compounding } from "./compounding.ts";
import { type LimitCycle, limitCycles, staleCycles } from "./constant-load.ts";
import { busiestUtilization } from "./demand-curve.ts";
import { lowestFloor } from "./floor.ts";
import { type OverRemoval, overRemovals } from "./over-removal.ts";
import type { ScalingControls, StepScaling, TargetTracking } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { backwards, neverActs } from "./step-reach.ts";
import { stepAt } from "./step-scaling.ts";
import { rateAt } from "./task-bounds.ts";
import { figure, percent, perSecond, seconds } from "./words.ts";

/** Scaling policies that work against each other, against themselves, or not at all. */
export interface Fight {
  readonly kind:
    | "limit cycle"
    | "step scale-in"
    | "compounding"
    | "runaway"
    | "backwards"
    | "never acts"
    | "ratchet"
    | "disagreement"
    | "late setpoint"
    | "granularity"
    | "pinned";
  readonly severity: "refuse" | "warn";
  /** Names of the policies. */
  readonly policies: readonly string[];
  /** What happens, and at what load. */
  readonly why: string;
  readonly wayOut: string;
}

/** What a service's scaling policies do to each other: the worst first, each with the load it happens at and a way out. */
export function fights(service: Service, controls: ScalingControls): readonly Fight[] {
  if (controls.tracking.length + controls.steps.length === 0) return [];
  const fixed = pinned(controls);
  if (fixed.length > 0) return fixed;
  const dead = controls.steps.flatMap((step) => idle(service, step));
  const idlers = new Set(dead.flatMap(({ policies }) => policies));
  const acting = { ...controls, steps: controls.steps.filter(({ name }) => !idlers.has(name)) };
  if (acting.tracking.length + acting.steps.length === 0) return dead;
  return [...amongActing(service, acting), ...dead].toSorted(byRefusal);
}

function byRefusal(a: Fight, b: Fight): number {
  return Number(a.severity === "warn") - Number(b.severity === "warn");
}

/** A step policy that no load brings to act. */
function idle(service: Service, step: StepScaling): readonly Fight[] {
  const found = neverActs(service, step);
  if (found === undefined) return [];
  const { why, wayOut, severity } = found;
  return [{ kind: "never acts", severity, policies: [step.name], why: `${step.name} ${why}`, wayOut }];
}

function amongActing(service: Service, controls: ScalingControls): readonly Fight[] {
  const cycles = limitCycles(service, controls).map((cycle) => limitCycle(controls, cycle));
  return [
    ...cycles,
    ...(cycles.length > 0 ? [] : staleCycles(service, controls).map(exactOnStale)),
    ...wrongWay(controls),
    ...stepScaleIn(controls, cycles),
    ...compounding(service, controls).map((found) => tooEager(service, found)),
    ...overRemovals(service, controls).map(tooQuick),
    ...runaways(service, controls),
    ...ratchet(controls),
    ...disagreements(service, controls),
    ...lateSetpoints(service, controls),
    ...granularity(service, controls),
  ];
}

/** Nothing can move. */
function pinned({ min, max, tracking, steps, schedule }: ScalingControls): readonly Fight[] {
  if (min < max || schedule.length > 0) return [];
  const policies = [...tracking, ...steps].map(({ name }) => name);
  return [
    {
      kind: "pinned",
      severity: "warn",
      policies,
      why: `min and max are both ${min}: ${list(policies)} can never act, at any load`,
      wayOut: "raise max, or remove the policies",
    },
  ];
}

function limitCycle({ tracking, steps }: ScalingControls, cycle: LimitCycle): Fight {
  const { rate, from, to, counts, policies } = cycle;
  const inward = steps.filter((step) => policies.includes(step.name) && scalesIn(step));
  const outOnly = tracking.find(({ name, disableScaleIn }) => policies.includes(name) && disableScaleIn);
  const tracks = tracking.some(({ name }) => policies.includes(name));
  const wayOut =
    inward.length > 0 && tracks
      ? `remove the steps of ${list(inward.map(({ name }) => name))} that scale in; target tracking scales in itself`
      : outOnly !== undefined
        ? `leave DisableScaleIn of ${outOnly.name} false, so that scale-in waits for it, or give it the highest setpoint`
        : `move the thresholds of ${list(policies)} apart: what one of them does must leave the metric where the other does nothing`;
  const span = to > from ? `, and so from ${perSecond(from)} to ${perSecond(to)}` : "";
  return {
    kind: "limit cycle",
    severity: "refuse",
    policies,
    why: `at a constant ${perSecond(rate)} capacity goes ${counts.join(" → ")} for ever, by ${list(policies)}${span}`,
    wayOut,
  };
}

function exactOnStale({ rate, counts, policies }: LimitCycle): Fight {
  return {
    kind: "limit cycle",
    severity: "refuse",
    policies,
    why: `at a constant ${perSecond(rate)} capacity goes ${counts.join(" → ")} for ever, by ${list(policies)}: AWS shows a minute 120 s after it ended, and what has been started since is taken away by the exact count`,
    wayOut:
      "ChangeInCapacity or PercentChangeInCapacity in the place of ExactCapacity, or no other policy beside it",
  };
}

/** Application Auto Scaling user guide: a step policy's scale-in is not held back by target tracking that is not ready. */
function stepScaleIn({ tracking, steps }: ScalingControls, cycles: readonly Fight[]): readonly Fight[] {
  const holding = tracking.filter(({ disableScaleIn }) => !disableScaleIn).map(({ name }) => name);
  if (holding.length === 0) return [];
  return steps.flatMap((step) => {
    if (!scalesIn(step) || backwards(step) || cycles.some(({ policies }) => policies.includes(step.name)))
      return [];
    const { comparison } = step.alarm;
    return [
      {
        kind: "step scale-in",
        severity: "refuse",
        policies: [step.name, ...holding],
        why: `${step.name} scales in by steps whenever its metric is ${comparison} ${level(step)}, beside ${list(holding)}, which does not hold it back: expect flapping as the load rises through that level`,
        wayOut: `remove the steps of ${step.name} that scale in; target tracking scales in itself`,
      } as const,
    ];
  });
}

function tooEager({ compute }: Service, { policy, cooldown, fresh, most, enough }: Compounding): Fight {
  const which = compute.type === "ec2" ? "warm-up" : "scale-out cooldown";
  return {
    kind: "compounding",
    severity: "refuse",
    policies: [policy],
    why: `the ${which} of ${policy} is ${seconds(cooldown)}; AWS shows a minute 120 s after it ended, so that the same shortage is made good again: when the load of 10 doubles it starts up to ${most} where ${enough} would do`,
    wayOut: `a ${which} of at least ${fresh} s`,
  };
}

function tooQuick({ policy, cooldown, least, enough, harmless }: OverRemoval): Fight {
  return {
    kind: "compounding",
    severity: harmless ? "warn" : "refuse",
    policies: [policy],
    why: `the scale-in cooldown of ${policy} is ${seconds(cooldown)}; AWS shows a minute 120 s after it ended, so that the same surplus is removed again: when the load of 10 falls to that of 6 as few as ${least} are left, where ${enough} should be`,
    wayOut: `a scale-in cooldown of at least ${FRESH} s`,
  };
}

/** Steps that answer a rising metric with fewer tasks, or a falling one with more. */
function wrongWay({ steps, max }: ScalingControls): readonly Fight[] {
  return steps.filter(backwards).map((step): Fight => {
    const { comparison } = step.alarm;
    const removes = comparison.startsWith(">");
    return {
      kind: "backwards",
      severity: "refuse",
      policies: [step.name],
      why: removes
        ? `${step.name} takes tasks away while its metric is ${comparison} ${level(step)}: those that are left get busier, and it goes on to min`
        : `${step.name} adds tasks while its metric is ${comparison} ${level(step)}: each then has less to do, and it goes on to ${max}`,
      wayOut: `turn the sign of its ScalingAdjustment, or the comparison of its alarm`,
    };
  });
}

/** Steps on a metric that capacity does not lower act for as long as the load lasts, until max. */
function runaways({ capacity }: Service, { steps, max }: ScalingControls): readonly Fight[] {
  return steps.flatMap((step): Fight[] => {
    const { metric, threshold, comparison } = step.alarm;
    const adds = step.adjustment !== "exact" && step.steps.some(({ change }) => change > 0);
    if (!adds || comparison.startsWith("<")) return [];
    const onLoad = metric === "requestRate";
    const onSlowness = metric === "responseTime" && threshold < capacity.serviceTime.mean;
    const least = Math.max(-threshold, Number.MIN_VALUE); // above the threshold, under the least load
    const always = threshold <= 0 && (stepAt(step.steps, least)?.change ?? 0) > 0;
    if (!onLoad && !onSlowness && !always) return [];
    const what = onLoad
      ? `the requests of all tasks together, which no task more or less changes: above ${perSecond(threshold)}`
      : onSlowness
        ? `a response time below the ${seconds(capacity.serviceTime.mean)} that an idle task takes: at any load`
        : `an alarm at ${level(step)}, which is on however little there is to do: at any load`;
    return [
      {
        kind: "runaway",
        severity: "refuse",
        policies: [step.name],
        why: `${step.name} follows ${what} it adds again and again, up to ${max}`,
        wayOut: onLoad
          ? "follow RequestCountPerTarget, or set ExactCapacity for each band"
          : `a threshold above ${onSlowness ? seconds(capacity.serviceTime.mean) : 0}`,
      },
    ];
  });
}

/** Something adds and nothing ever removes. */
function ratchet({ tracking, steps, schedule }: ScalingControls): readonly Fight[] {
  const removes =
    tracking.some(({ disableScaleIn }) => !disableScaleIn) ||
    steps.some((step) => scalesIn(step) || step.adjustment === "exact") ||
    schedule.some(({ max }) => max !== undefined);
  if (removes) return [];
  const policies = [...tracking, ...steps].map(({ name }) => name);
  return [
    {
      kind: "ratchet",
      severity: "warn",
      policies,
      why: `nothing scales in: after a surge what ${list(policies)} brought stays, at any load`,
      wayOut: "add target tracking with scale-in",
    },
  ];
}

/** From this factor between what two tracking policies ask for, one of them never decides. */
const APART = 1.5;

/** Scale-in waits for the policy that asks for the most tasks at every load; another one's setpoint means nothing. */
function disagreements(service: Service, { tracking, max }: ScalingControls): readonly Fight[] {
  const agreeing = tracking
    .filter(({ disableScaleIn }) => !disableScaleIn)
    .map((policy) => ({ policy, rate: rateEach(service, policy) }))
    .toSorted((a, b) => a.rate - b.rate);
  const [strictest, ...others] = agreeing;
  return others.flatMap(({ policy, rate }): Fight[] => {
    if (rate < APART * strictest!.rate) return [];
    const load = max * strictest!.rate;
    return [
      {
        kind: "disagreement",
        severity: "warn",
        policies: [policy.name, strictest!.policy.name],
        why: `${policy.name} can never scale in by its own setpoint: at every load ${strictest!.policy.name} asks for ${figure(rate / strictest!.rate)} times as many and must agree; at ${perSecond(load)} it holds ${max}, where ${policy.name} wants ${Math.ceil(load / rate)}`,
        wayOut: `remove one of the two, or set them to the same load of a task (${perSecond(strictest!.rate)} or ${perSecond(rate)})`,
      },
    ];
  });
}

/** Shares of the ceiling below which a difference is rounding. */
const ROUNDING = 1 + 1e-3;

/** A setpoint that a task only reaches when the SLO is broken already. */
function lateSetpoints(service: Service, { tracking }: ScalingControls): readonly Fight[] {
  const { concurrency, serviceTime } = service.capacity;
  const busiest = (busiestUtilization(service) * concurrency) / serviceTime.mean;
  if (busiest === 0) return [];
  return tracking.flatMap((policy): Fight[] => {
    if (rateEach(service, policy) <= busiest * ROUNDING) return [];
    return [
      {
        kind: "late setpoint",
        severity: "warn",
        policies: [policy.name],
        why: `${policy.name} holds ${target(policy)}, ${perSecond(rateEach(service, policy))} for each; above ${perSecond(busiest)} an SLO breaks: it is broken before the policy acts`,
        wayOut: `a setpoint below ${target({ ...policy, setpoint: (policy.setpoint * busiest) / rateEach(service, policy) })}`,
      },
    ];
  });
}

/** Share of the target that AWS leaves between scaling out and in: "usually more than 10 % lower" (Application Auto Scaling user guide). */
const BAND = 0.1;

/** So few requests a minute at the least count that chance alone moves the metric across the band that keeps it calm. */
function granularity(service: Service, controls: ScalingControls): readonly Fight[] {
  const { tracking } = controls;
  const least = lowestFloor(controls);
  const { cv } = service.capacity.serviceTime;
  return tracking.flatMap((policy): Fight[] => {
    const requests = 60 * least * rateEach(service, policy);
    // Arrivals are Poisson; the work of a minute varies with their service times as well.
    const noise = Math.sqrt((policy.metric === "cpuUtilization" ? 1 + cv ** 2 : 1) / requests);
    if (noise <= BAND) return [];
    return [
      {
        kind: "granularity",
        severity: "warn",
        policies: [policy.name],
        why: `${policy.name} holds ${target(policy)}: with ${least} that is ${figure(requests)} requests a minute, which vary by ${percent(noise)} by chance, more than the ${percent(BAND)} between scaling out and in; rounding to whole tasks dominates (one more or less moves the metric by ${percent(1 / (least + 1))})`,
        wayOut: `a min of at least ${Math.ceil((least * noise ** 2) / BAND ** 2)}, or fewer and larger tasks with a higher setpoint`,
      },
    ];
  });
}

function scalesIn({ adjustment, steps }: StepScaling): boolean {
  return adjustment !== "exact" && steps.some(({ change }) => change < 0);
}

/** Requests a second for each task that a tracking policy holds. */
function rateEach(service: Service, { metric, setpoint }: TargetTracking): number {
  return rateAt(service, metric, setpoint);
}

function target({ metric, setpoint }: Pick<TargetTracking, "metric" | "setpoint">): string {
  return metric === "cpuUtilization"
    ? `CPU at ${percent(setpoint)}`
    : `${figure(setpoint * 60)} requests a minute`;
}

function level({ alarm: { metric, threshold } }: StepScaling): string {
  if (metric === "responseTime") return seconds(threshold);
  return metric === "cpuUtilization" ? percent(threshold) : `${figure(threshold * 60)} requests a minute`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
