import { AWS_LOOP } from "../../policy/aws-loop.ts";
import { thresholdsOf } from "../../policy/demand-curve.ts";
import type { ScalingControls, ScalingMetric, StepScaling } from "../../policy/scaling-plan.ts";
import type { Service } from "../../policy/service.ts";
import { steadyState } from "../../policy/steady-state.ts";
import { GRID } from "../../policy/task-pool.ts";
import type { Trace } from "../../policy/trace.ts";
import { lateForms, waitForms } from "../../policy/wait-forms.ts";

/** One replay, as loop.rs reads it: numbers only, lists after their length. */
export function loopInput(
  service: Service,
  controls: ScalingControls,
  minutes: Trace,
  initial: number,
): string {
  const { capacity } = service;
  const { startupSpread, publicationDelay, datapointsOut, datapointsIn, lowFactor } = AWS_LOOP;
  const slotRate = capacity.concurrency / capacity.serviceTime.mean;
  return [
    ...[minutes.start, capacity.startup, startupSpread, initial, slotRate],
    ...[publicationDelay / 60, datapointsOut, datapointsIn, lowFactor, controls.min, controls.max],
    ...trackingOf(controls),
    ...stepsOf(controls),
    ...agendaOf(controls),
    ...list([...GRID]),
    ...tablesOf(service),
    ...formsOf(service),
    ...list(minutes.rates),
  ].join("\n");
}

const METRICS: readonly ScalingMetric[] = [
  "requestRatePerTask",
  "cpuUtilization",
  "requestRate",
  "responseTime",
];
/** A Sum counts as the Average: rates are averaged whatever the statistic. */
const STATISTICS: readonly string[] = ["Average", "Minimum", "Maximum"];
const COMPARISONS = [">", ">=", "<", "<="] as const;
const ADJUSTMENTS = ["change", "percent", "exact"] as const;

/** The task counts that policy/task-pool.ts tabulates; the results would differ if these did. */
const REGULAR = 32;

function trackingOf({ tracking }: ScalingControls): readonly number[] {
  const { metric, setpoint, disableScaleIn, scaleOutCooldown = 0, scaleInCooldown = 0 } = only(tracking);
  return [METRICS.indexOf(metric), setpoint, Number(disableScaleIn), scaleOutCooldown, scaleInCooldown];
}

function stepsOf({ steps }: ScalingControls): readonly number[] {
  const { alarm, adjustment, minAdjustment, cooldown = 0, steps: bands }: StepScaling = only(steps);
  const { metric, statistic, comparison, threshold, period, evaluationPeriods, datapoints } = alarm;
  return [
    METRICS.indexOf(metric),
    Math.max(0, STATISTICS.indexOf(statistic)),
    COMPARISONS.indexOf(comparison),
    threshold,
    Math.max(1, Math.round(period / 60)),
    evaluationPeriods,
    datapoints,
    ADJUSTMENTS.indexOf(adjustment),
    minAdjustment ?? 0,
    cooldown,
    bands.length,
    ...bands.flatMap(({ lower, upper, change }) => [lower ?? -Infinity, upper ?? Infinity, change]),
  ];
}

function agendaOf({ schedule }: ScalingControls): readonly number[] {
  return [
    schedule.length,
    ...schedule.flatMap(({ at, min, max }) => {
      if (at.daysOfMonth !== null || at.months !== null || at.years !== null || at.zone !== undefined)
        throw new Error("loop.rs knows schedules by day and weekday only, in UTC");
      return [...list(at.minutes), ...list(at.hours), ...list(at.weekdays ?? []), min ?? -1, max ?? -1];
    }),
  ];
}

/** The tables of 1 to 32 tasks: in the system, refused, seconds waited, and late for each threshold, none of them ever falling. */
function tablesOf(service: Service): readonly number[] {
  const thresholds = thresholdsOf(service);
  const tables = Array.from({ length: REGULAR }, (_, i) => {
    const states = Array.from(GRID, (utilization) =>
      steadyState(service.capacity, i + 1, thresholds, utilization),
    );
    const inSystem = rising(states.map((state) => state.inSystem));
    const refused = rising(states.map((state) => state.refused));
    const columns = [
      inSystem,
      refused,
      Array.from(GRID, (utilization, cell) =>
        waited(service, utilization * (1 - refused[cell]!), inSystem[cell]!),
      ),
      ...thresholds.map((_, k) => states.map(({ late }) => late[k]!)),
    ];
    return columns.flatMap((column) => list(rising(column)));
  });
  return [thresholds.length, ...tables.flat()];
}

/** Seconds, by Little's law. */
function waited({ capacity }: Service, accepted: number, inSystem: number): number {
  const { concurrency, serviceTime } = capacity;
  return accepted > 0 ? serviceTime.mean * (inSystem / (accepted * concurrency) - 1) : 0;
}

function formsOf(service: Service): readonly number[] {
  const { serviceTime, maxWait } = service.capacity;
  const { scv, idle } = waitForms();
  const late = lateForms(serviceTime, maxWait, thresholdsOf(service));
  return [serviceTime.mean, maxWait, ...[scv, idle, late].flatMap((table) => list([...table]))];
}

function rising(values: readonly number[]): readonly number[] {
  let highest = 0;
  return values.map((value) => (highest = Math.max(highest, value)));
}

function list(values: readonly number[]): readonly number[] {
  return [values.length, ...values];
}

function only<T>(policies: readonly T[]): T {
  if (policies.length === 1) return policies[0]!;
  throw new Error(`loop.rs takes one policy of a kind; this plan has ${policies.length}`);
}
