/** A plan against the cheapest usual setting that met the objective on a window, picked afterwards. */
import { type Autoscaler, awsAutoscaler } from "../policy/autoscaler.ts";
import { AWS_LOOP } from "../policy/aws-loop.ts";
import { type Backtest, initialTasks, judged } from "../policy/backtest.ts";
import { controlsFor } from "../policy/candidate.ts";
import { REHEARSED_DAYS } from "../policy/choice.ts";
import { clairvoyantTaskHours } from "../policy/clairvoyant.ts";
import { cpuTracking } from "../policy/comparison.ts";
import { demandHistory } from "../policy/demand.ts";
import { tasksNeeded } from "../policy/demand-curve.ts";
import { hpaAutoscaler } from "../policy/hpa.ts";
import { newestOf } from "../policy/minutes.ts";
import { scalingPlan } from "../policy/plan.ts";
import { type Plant, replay, type Watch } from "../policy/replay.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";
import { floorsFor, REACTIONS, utilizationsUpTo } from "../policy/search-space.ts";
import type { Service, TaskProfile } from "../policy/service.ts";
import { steadyPlant } from "../policy/steady-plant.ts";
import type { Trace } from "../policy/trace.ts";
import { requestPlant, seededRandom } from "../test/support/simulate.ts";

export interface Kind {
  readonly capacity: TaskProfile;
  readonly threshold: number;
  readonly objective: number;
  /** Tasks that the mean rate keeps at four fifths busy, before `--size`. */
  readonly meanTasks: number;
}

export const KINDS: Readonly<Record<string, Kind>> = {
  shop: {
    capacity: { serviceTime: { mean: 0.2, cv: 0.7 }, concurrency: 2, maxWait: 5, startup: 75 },
    threshold: 1,
    objective: 0.99,
    meanTasks: 20,
  },
  slow: {
    capacity: { serviceTime: { mean: 0.5, cv: 1 }, concurrency: 8, maxWait: 5, startup: 240 },
    threshold: 2.5,
    objective: 0.985,
    meanTasks: 8,
  },
  single: {
    capacity: { serviceTime: { mean: 0.05, cv: 0.5 }, concurrency: 1, maxWait: 1, startup: 45 },
    threshold: 0.3,
    objective: 0.995,
    meanTasks: 40,
  },
  // One slot a task, and lateness that rises by only 2 to 6 % with each percent of load.
  gentle: {
    capacity: { serviceTime: { mean: 0.1, cv: 1 }, concurrency: 1, maxWait: 2, startup: 60 },
    threshold: 0.8,
    objective: 0.99,
    meanTasks: 20,
  },
  gentleSlow: {
    capacity: { serviceTime: { mean: 0.3, cv: 1 }, concurrency: 1, maxWait: 4, startup: 240 },
    threshold: 2,
    objective: 0.99,
    meanTasks: 30,
  },
  gentleTight: {
    capacity: { serviceTime: { mean: 0.05, cv: 0.5 }, concurrency: 1, maxWait: 1, startup: 45 },
    threshold: 0.15,
    objective: 0.99,
    meanTasks: 40,
  },
  gentleLax: {
    capacity: { serviceTime: { mean: 0.1, cv: 0.8 }, concurrency: 1, maxWait: 2, startup: 60 },
    threshold: 0.5,
    objective: 0.95,
    meanTasks: 20,
  },
};

/** Those judged where no others are named. */
export const USUAL_KINDS = "shop,slow,single";

/** The trace with the mean rate that the kind is for, times `size`. */
export function scaledTo({ meanTasks, capacity }: Kind, trace: Trace, size = 1): Trace {
  const mean = trace.rates.reduce((a, b) => a + b, 0) / trace.rates.length;
  const factor = (0.8 * size * meanTasks * capacity.concurrency) / capacity.serviceTime.mean / mean;
  return { ...trace, rates: trace.rates.map((rate) => rate * factor) };
}

const COLUMNS = [
  "windows",
  "met",
  "good, %",
  "÷ hindsight",
  "÷ hindsight on AWS",
  "÷ bound",
  "hindsight ÷ bound",
  "CPU 50 %",
  "CPU 70 %",
  "s a plan",
];

export function header({ afterwards }: Pick<Judging, "afterwards">): string {
  const columns = afterwards ? [...COLUMNS, "ours, picked afterwards ÷ hindsight"] : COLUMNS;
  return `| trace | service | ${columns.join(" | ")} |\n| --- | --- |${" --: |".repeat(columns.length)}`;
}

/** How a window is judged: by the queueing model, unless said otherwise. */
interface Judging {
  /** Every single request is served. */
  readonly requests: boolean;
  /** The autoscaler sees requests as counting finds them: off by the square root of their number. */
  readonly noise: boolean;
  /** One line on standard error for each window. */
  readonly verbose: boolean;
  /** Also finds the cheapest plan that the search might have chosen, had it known the window. */
  readonly afterwards: boolean;
}

export interface Score {
  readonly met: boolean;
  readonly good: number;
  readonly hours: number;
  readonly hindsight: number;
  /** Picked from AWS's own settings alone, without the HPA. */
  readonly hindsightOnAws: number;
  readonly bound: number;
  /** Of the cheapest of our own candidates that met the objective; infinite where none did. */
  readonly oursAfterwards?: number;
  readonly cpu50: boolean;
  readonly cpu70: boolean;
  readonly seconds: number;
}

let seed = 1;

/** The service that a window is planned for, on the history before it. */
export function serviceOf(name: string, kind: Kind, trace: Trace): Service {
  const { capacity, threshold, objective } = kind;
  return {
    name,
    compute: { type: "fargate", cpu: 512, memory: 1024 },
    slos: [{ kind: "latency", name: "latency", threshold, objective, window: 28 * 86_400 }],
    capacity,
    demand: { kind: "history", trace, growth: 0 },
    bounds: {},
    price: 0.02468,
  };
}

export function score(service: Service, window: Trace, judging: Judging): Score {
  const started = performance.now();
  const { controls } = scalingPlan(service);
  const seconds = (performance.now() - started) / 1000;
  const ours = served(service, awsAutoscaler(controls), window, controls.min, controls.max, judging);
  const usual = usualSettings(service, window, judging);
  const best = cheapest(usual);
  const onAws = cheapest(usual.filter(({ name }) => !name.startsWith("HPA")));
  const metBy = (name: string) => usual.find((setting) => setting.name === name)!.result.met;
  if (judging.verbose)
    console.error(
      `${service.name} ${new Date(window.start * 1000).toISOString().slice(0, 10)} ${ours.met ? "met" : "MISSED"} ${((1 - ours.outcomes[0]!.goodShare) / (1 - ours.outcomes[0]!.objective)).toFixed(2)} of the budget, ${(ours.taskHours / best.result.taskHours).toFixed(2)} × ${best.name}: ${described(controls, service)}, ${seconds.toFixed(1)} s`,
    );
  return {
    met: ours.met,
    good: ours.outcomes[0]!.goodShare,
    hours: ours.taskHours,
    hindsight: best.result.taskHours,
    hindsightOnAws: onAws.result.taskHours,
    bound: clairvoyantTaskHours(service, window),
    ...(judging.afterwards ? { oursAfterwards: cheapestAfterwards(service, window) } : {}),
    cpu50: metBy("CPU 50 %"),
    cpu70: metBy("CPU 70 %"),
    seconds,
  };
}

/**
 * Task-hours of the cheapest candidate that met the objective on a window, among all floors, reactions and utilizations that the search
 * has for the history before it: what is above it is the price of not knowing the window. By the queueing model.
 */
function cheapestAfterwards(service: Service, window: Trace): number {
  const max = MOST * tasksNeeded(service, Math.max(...window.rates));
  const range = { min: 1, max, ceiling: 1 };
  const { trace } = demandHistory(service.demand);
  const days = newestOf(trace, REHEARSED_DAYS * 1440);
  let best = Number.POSITIVE_INFINITY;
  for (const standing of floorsFor(service, trace, days, range).all)
    for (const surge of REACTIONS)
      for (const utilization of utilizationsUpTo(range.ceiling).toReversed()) {
        const controls = controlsFor({ standing, surge, utilization }, service.capacity, max);
        const outcome = hoursBelow(best, service, controls, window);
        if (outcome === "missed") break; // busier tasks never miss less
        best = Math.min(best, outcome);
      }
  return best;
}

/** Task-hours if the objective is met; infinite as soon as they are above the limit. */
function hoursBelow(
  limit: number,
  service: Service,
  controls: ScalingControls,
  window: Trace,
): number | "missed" {
  const budget = (1 - service.slos[0]!.objective) * 60 * window.rates.reduce((sum, rate) => sum + rate, 0);
  let [late, seen] = [0, 0];
  const watch: Watch = (minutes, taskHours) => {
    for (; seen < minutes.count; seen++) late += minutes.late[0]![seen]!;
    return late <= budget && taskHours < limit;
  };
  const initial = initialTasks(service, window, controls.min, controls.max);
  const { startup } = service.capacity;
  const result = replay(
    awsAutoscaler(controls),
    steadyPlant(service),
    window,
    startup,
    initial,
    AWS_LOOP,
    watch,
  );
  if (result.late[0]! > budget) return "missed";
  return result.minutes.count < window.rates.length ? Number.POSITIVE_INFINITY : result.taskHours;
}

/** Of those that met the objective; the first, which is fixed at the peak, where none did. */
function cheapest(settings: ReturnType<typeof usualSettings>) {
  const met = settings.filter(({ result }) => result.met);
  return (met.length > 0 ? met : settings.slice(0, 1)).reduce((a, b) =>
    b.result.taskHours < a.result.taskHours ? b : a,
  );
}

function described({ min, tracking, steps, schedule }: ScalingControls, { capacity }: Service): string {
  const utilization = (tracking[0]!.setpoint * capacity.serviceTime.mean) / capacity.concurrency;
  const surge = steps[0] ? ` surge ${(steps[0].alarm.threshold / tracking[0]!.setpoint).toFixed(2)}` : "";
  return `utilization ${utilization.toFixed(2)}${surge} hold ${tracking[0]!.scaleInCooldown} min ${min} ${schedule.length} actions`;
}

function served(
  service: Service,
  autoscaler: Autoscaler,
  window: Trace,
  min: number,
  max: number,
  { requests, noise }: Judging,
): Backtest {
  const served = requests
    ? requestPlant(
        service.capacity,
        [service.slos[0]!.kind === "latency" ? service.slos[0]!.threshold : 0],
        seededRandom(seed++),
      )
    : steadyPlant(service);
  const plant = noise ? counted(served, seededRandom(seed++)) : served;
  return judged(
    service,
    replay(autoscaler, plant, window, service.capacity.startup, initialTasks(service, window, min, max)),
  );
}

/** The plant with the requests that it reports drawn as a count is: normal, its variance its mean. */
function counted(plant: Plant, random: () => number): Plant {
  return (tasks, rate, seconds) => {
    const slice = plant(tasks, rate, seconds);
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return { ...slice, arrived: Math.max(0, slice.arrived + normal * Math.sqrt(slice.arrived)) };
  };
}

/** Times what the peak needs: no setting that meets the objective is held back. */
const MOST = 10;

/** What hindsight picks from; the fleet fixed at the peak always meets. */
function usualSettings(service: Service, window: Trace, judging: Judging) {
  const peak = tasksNeeded(service, Math.max(...window.rates));
  const max = MOST * peak;
  const fixed: ScalingControls = { min: peak, max: peak, tracking: [], steps: [], schedule: [] };
  return [
    { name: "fixed", result: served(service, awsAutoscaler(fixed), window, peak, peak, judging) },
    ...[0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((cpu) => ({
      name: `CPU ${cpu * 100} %`,
      result: served(service, awsAutoscaler(cpuTracking(cpu, 1, max)), window, 1, max, judging),
    })),
    ...[0.5, 0.7].map((cpu) => ({
      name: `HPA ${cpu * 100} %`,
      result: served(service, hpaAutoscaler(cpu, 1, max), window, 1, max, judging),
    })),
  ];
}

export function row(trace: string, kind: string, scores: readonly Score[]): string {
  const mean = (of: (score: Score) => number) =>
    Math.exp(scores.reduce((sum, score) => sum + Math.log(of(score)), 0) / scores.length).toFixed(2);
  const count = (of: (score: Score) => boolean) => scores.filter(of).length;
  const seconds = scores.reduce((sum, score) => sum + score.seconds, 0) / scores.length;
  return `| ${[
    trace,
    kind,
    scores.length,
    count(({ met }) => met),
    ((100 * scores.reduce((sum, { good }) => sum + good, 0)) / scores.length).toFixed(2),
    mean(({ hours, hindsight }) => hours / hindsight),
    mean(({ hours, hindsightOnAws }) => hours / hindsightOnAws),
    mean(({ hours, bound }) => hours / bound),
    mean(({ hindsight, bound }) => hindsight / bound),
    count(({ cpu50 }) => cpu50),
    count(({ cpu70 }) => cpu70),
    seconds.toFixed(1),
    ...(scores.every(({ oursAfterwards }) => oursAfterwards !== undefined)
      ? [mean(({ oursAfterwards, hindsight }) => oursAfterwards! / hindsight)]
      : []),
  ].join(" | ")} |`;
}
