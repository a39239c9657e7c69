import { awsAutoscaler } from "./autoscaler.ts";
import { AWS_LOOP } from "./aws-loop.ts";
import { lowestFloor } from "./floor.ts";
import { replay } from "./replay.ts";
import type { ScalingControls, ScalingMetric, StepScaling } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { poolOf, steadyPlant } from "./steady-plant.ts";
import { added, breaches, stepAt } from "./step-scaling.ts";
import { cpuShare, rateAtCpu } from "./task-bounds.ts";

/** Counts that the policies drive capacity around for ever while the load does not change. */
export interface LimitCycle {
  /** Requests a second at which it is shown, and the least and the most at which there is one by the same policies. */
  readonly rate: number;
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
  /** Names of the policies that take part. */
  readonly policies: readonly string[];
}

/** Counts up to here are all tried; beyond, a task more or less is below 2 % and they grow by a twentieth. */
const [EACH, GROWTH] = [64, 1.05];

/**
 * The limit cycles of a loop at constant load. Every activity is followed until all is ready and seen, from every count
 * and at one rate between any two at which some policy changes its mind; counts above 64 and metrics that do not follow
 * from the load of a task (response time) are tried on a grid.
 */
export function limitCycles(service: Service, controls: ScalingControls): readonly LimitCycle[] {
  const bounds = widest(controls);
  const counts = countsBetween(bounds.min, bounds.max);
  const found = new Map<string, LimitCycle>();
  for (const rate of ratesBetween(criticalRates(service, controls, counts))) {
    const metrics = settledMetrics(service, rate);
    const seen = new Set<number>();
    for (const start of counts) {
      const counts = cycleFrom(start, (count) => nextCount(controls, bounds, count, metrics), seen);
      if (counts === undefined) continue;
      const policies = [
        ...new Set(counts.slice(1).flatMap((to, i) => movers(controls, counts[i]!, to, metrics))),
      ].toSorted();
      const key = policies.join("\n");
      const first = found.get(key) ?? { counts, policies, rate, from: rate, to: rate };
      found.set(key, { ...first, to: rate });
    }
  }
  return [...found.values()];
}

/** Most rates that are replayed, hours of each replay, and the most changes of capacity in its second half that still count as coming to rest. */
const [REPLAYED, HOURS, RESTLESS] = [40, 6, 6];

/**
 * The cycles in which a step sets an exact count while the metric still shows fewer tasks than another policy has meanwhile
 * started: settled, nothing would move, so that it takes a replay to see them. At most one for each such step.
 */
export function staleCycles(service: Service, controls: ScalingControls): readonly LimitCycle[] {
  const exact = controls.steps.filter(({ adjustment }) => adjustment === "exact");
  const others = [...controls.tracking, ...controls.steps.filter(({ adjustment }) => adjustment !== "exact")];
  if (exact.length === 0 || others.length === 0) return [];
  const { min, max } = widest(controls);
  const rates = ratesBetween(criticalRates(service, controls, countsBetween(min, max)));
  const apart = Math.ceil(rates.length / REPLAYED);
  return exact.flatMap((step): LimitCycle[] => {
    const together = {
      ...controls,
      min,
      max,
      steps: controls.steps.filter((one) => one === step || one.adjustment !== "exact"),
      schedule: [],
    };
    for (let i = 0; i < rates.length; i += apart) {
      const rate = rates[i]!;
      const trace = { start: 0, step: 60, rates: new Array<number>(HOURS * 60).fill(rate) };
      const plant = steadyPlant(service);
      const { minutes } = replay(awsAutoscaler(together), plant, trace, service.capacity.startup, max);
      const late = Array.from(minutes.capacity.subarray(HOURS * 30));
      const changes = late.filter((count, k) => k > 0 && count !== late[k - 1]);
      const again = changes.indexOf(changes[0]!, 1);
      if (changes.length <= RESTLESS || again < 0) continue; // none comes back: still on the way from max
      const counts = changes.slice(0, 1 + again);
      const policies = [step, ...others].map(({ name }) => name).toSorted();
      return [{ rate, from: rate, to: rate, counts, policies }];
    }
    return [];
  });
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The least and the most that any scheduled action allows: what moves within less moves within these. */
function widest(controls: ScalingControls): Bounds {
  const { max, schedule } = controls;
  return {
    min: lowestFloor(controls),
    max: Math.max(1, max, ...schedule.flatMap((action) => action.max ?? [])),
  };
}

function countsBetween(min: number, max: number): readonly number[] {
  const counts: number[] = [];
  for (let count = min; count < max; count = count < EACH ? count + 1 : Math.ceil(count * GROWTH))
    counts.push(count);
  return [...counts, max];
}

/** Follows the moves from one count until they stop or reach what has been followed; the counts if they come around. */
function cycleFrom(
  start: number,
  next: (count: number) => number,
  seen: Set<number>,
): readonly number[] | undefined {
  const path: number[] = [];
  let count = start;
  while (!seen.has(count)) {
    seen.add(count);
    path.push(count);
    const to = next(count);
    if (to === count) return undefined;
    count = to;
  }
  const begin = path.indexOf(count);
  return begin < 0 ? undefined : [...path.slice(begin), count];
}

/** Metrics of a fleet of so many tasks in the long run. */
type Settled = (metric: ScalingMetric, tasks: number) => number;

function settledMetrics(service: Service, rate: number): Settled {
  return (metric, tasks) => {
    if (metric === "requestRate") return rate;
    if (metric === "requestRatePerTask") return rate / tasks;
    const { busy, inSystem, refused } = poolOf(service).serve(tasks, rate, LONG, 0);
    if (metric === "cpuUtilization") return Math.min(1, busy * cpuShare(service));
    return inSystem / Math.max(1e-9, (rate / tasks) * (1 - refused));
  };
}

/** Seconds after which no queue remembers where it began. */
const LONG = 30 * 86_400;

/** Where the policies take a count once it is all they see: out if any wants out, else in; the largest wins. */
function nextCount(controls: ScalingControls, { min, max }: Bounds, count: number, metrics: Settled): number {
  let [out, into] = [count, 0];
  eachWish(controls, count, metrics, (to) => {
    if (to > out) out = to;
    if (to < count) into = Math.max(into, min, to);
  });
  const to = out > count ? out : into > 0 ? into : count;
  return Math.max(min, Math.min(max, to));
}

/** The policies that a move from one count to another is by. */
function movers(controls: ScalingControls, count: number, to: number, metrics: Settled): readonly string[] {
  const names: string[] = [];
  eachWish(controls, count, metrics, (wish, name) => {
    if (to > count ? wish >= to : wish < count) names.push(name);
  });
  return names;
}

/** Tells each tracking policy's scale-out, the scale-in that all agree on that have one, and the steps whose alarm is on. */
function eachWish(
  { tracking, steps }: ScalingControls,
  count: number,
  metrics: Settled,
  tell: (to: number, policy: string) => void,
): void {
  let [agreed, largest, name] = [true, 0, ""];
  for (const policy of tracking) {
    const ratio = metrics(policy.metric, count) / policy.setpoint;
    const to = Math.max(1, Math.ceil(count * ratio - 1e-9));
    if (ratio > 1) tell(to, policy.name);
    if (policy.disableScaleIn) continue;
    agreed &&= ratio < AWS_LOOP.lowFactor;
    if (to > largest) [largest, name] = [to, policy.name];
  }
  if (agreed && largest > 0) tell(largest, name);
  for (const policy of steps) {
    const value = metrics(policy.alarm.metric, count);
    if (!breaches(policy.alarm, value)) continue;
    const step = stepAt(policy.steps, value - policy.alarm.threshold);
    // Target tracking that is not ready does not hold a step's scale-in back.
    if (step !== undefined) tell(changed(policy, step.change, count), policy.name);
  }
}

function changed(policy: StepScaling, change: number, count: number): number {
  return policy.adjustment === "exact" ? change : count + added(policy, change, count);
}

/** Rates, in order, at which some policy's wish changes for some count. */
function criticalRates(service: Service, controls: ScalingControls, counts: readonly number[]) {
  const rates = new Set<number>();
  for (const [metric, value] of levels(controls)) {
    if (metric === "requestRate") rates.add(value);
    else
      for (const each of ratesOf(service, metric, value)) for (const count of counts) rates.add(each * count);
  }
  return [...rates].filter((rate) => rate > 0).toSorted((a, b) => a - b);
}

/** Every level of a metric at which a policy begins, ends, or changes its step. */
function levels({ tracking, steps }: ScalingControls): readonly (readonly [ScalingMetric, number])[] {
  return [
    ...tracking.flatMap(({ metric, setpoint }) =>
      [1, AWS_LOOP.lowFactor].map((share) => [metric, share * setpoint] as const),
    ),
    ...steps.flatMap(({ alarm, steps }) => {
      const bounds = steps.flatMap(({ lower, upper }) => [lower ?? 0, upper ?? 0]);
      return [...new Set([0, ...bounds])].map((bound) => [alarm.metric, alarm.threshold + bound] as const);
    }),
  ];
}

/** Utilizations at which a metric that follows from the queue is looked at. */
const UTILIZATIONS = Array.from({ length: 30 }, (_, i) => 0.05 * (i + 1));

/** Requests a second for each task at which a metric has a value; of the response time, a grid that it lies in. */
function ratesOf(service: Service, metric: ScalingMetric, value: number): readonly number[] {
  if (metric === "requestRatePerTask") return [value];
  if (metric === "cpuUtilization") return [rateAtCpu(service, value)];
  const { concurrency, serviceTime } = service.capacity;
  return UTILIZATIONS.map((busy) => (busy * concurrency) / serviceTime.mean);
}

/** One rate inside each gap between the critical ones, and one beyond either end. */
function ratesBetween(critical: readonly number[]): readonly number[] {
  const inner = critical.slice(1).map((rate, i) => (critical[i]! + rate) / 2);
  return critical.length === 0 ? [] : [critical[0]! / 2, ...inner, critical.at(-1)! * 1.1];
}
