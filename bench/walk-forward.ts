/**
 * One ratio: a plan's task-hours ÷ those of the cheapest usual setting that met the objective, picked afterwards.
 * Walk-forward: for each window of a trace the plan is made on what came before it. Prints a Markdown table.
 * `npm run bench:walk-forward [-- DIRECTORY [--requests] [--history DAYS] [--windows N] [--traces NAME,…] [--kinds NAME,…]]`;
 * `--requests` serves every single request, as shared/scoring.md says, instead of the queueing model.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readTrace } from "../adapters/trace-csv.ts";
import { type Autoscaler, awsAutoscaler } from "../policy/autoscaler.ts";
import { type Backtest, initialTasks, judged, steadyPlant } from "../policy/backtest.ts";
import { clairvoyantTaskHours } from "../policy/clairvoyant.ts";
import { cpuTracking } from "../policy/comparison.ts";
import { tasksNeeded } from "../policy/demand-curve.ts";
import { hpaAutoscaler } from "../policy/hpa.ts";
import { byMinute, section } from "../policy/minutes.ts";
import { scalingPlan } from "../policy/plan.ts";
import { type Plant, replay } from "../policy/replay.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";
import type { Service, TaskProfile } from "../policy/service.ts";
import type { Trace } from "../policy/trace.ts";
import { requestPlant, seededRandom } from "../test/support/simulate.ts";

/** Minutes in a window that is judged, and of the least history before the first one. */
const [WINDOW, LEAST_HISTORY] = [2 * 1440, 3 * 1440];

interface Kind {
  readonly capacity: TaskProfile;
  readonly threshold: number;
  readonly objective: number;
  /** Tasks that the mean rate keeps at four fifths busy. */
  readonly meanTasks: number;
}

const KINDS: Readonly<Record<string, Kind>> = {
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
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    requests: { type: "boolean", default: false },
    history: { type: "string", default: "28" },
    windows: { type: "string", default: "8" },
    traces: { type: "string" },
    kinds: { type: "string", default: Object.keys(KINDS).join() },
    verbose: { type: "boolean", default: false },
  },
});
const [directory = "traces"] = positionals;
const overall: Score[] = [];
let seed = 1;
console.log(
  "| trace | service | windows | met | good, % | ÷ hindsight | ÷ bound | hindsight ÷ bound | CPU 50 % | CPU 70 % | s a plan |",
);
console.log("| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
for (const file of readdirSync(directory).filter((name) => name.endsWith(".csv"))) {
  if (values.traces && !values.traces.split(",").some((name) => file.includes(name))) continue;
  const trace = smoothed(byMinute(readTrace(join(directory, file)).trace), file);
  if (trace.rates.length < LEAST_HISTORY + WINDOW) continue;
  for (const kind of values.kinds.split(",")) {
    const scores = walk(kind, trace);
    overall.push(...scores);
    console.log(row(file.replace(/\.csv$/, ""), kind, scores));
  }
}
console.log(row("all", "", overall));

interface Score {
  readonly met: boolean;
  readonly good: number;
  readonly hours: number;
  readonly hindsight: number;
  readonly bound: number;
  readonly cpu50: boolean;
  readonly cpu70: boolean;
  readonly seconds: number;
}

function walk(name: string, trace: Trace): readonly Score[] {
  const kind = KINDS[name]!;
  const mean = trace.rates.reduce((a, b) => a + b, 0) / trace.rates.length;
  const factor = (0.8 * kind.meanTasks * kind.capacity.concurrency) / kind.capacity.serviceTime.mean / mean;
  const scaled = { ...trace, rates: trace.rates.map((rate) => rate * factor) };
  const scores: Score[] = [];
  const windows = Math.min(
    Number(values.windows),
    Math.floor((scaled.rates.length - LEAST_HISTORY) / WINDOW),
  );
  for (let n = windows; n > 0; n--) {
    const cut = scaled.rates.length - n * WINDOW;
    const past = Math.min(cut, Number(values.history) * 1440);
    const service = serviceOf(name, kind, section(scaled, cut - past, past));
    scores.push(score(service, section(scaled, cut, WINDOW)));
  }
  return scores;
}

function serviceOf(name: string, kind: Kind, trace: Trace): Service {
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

function score(service: Service, window: Trace): Score {
  const started = performance.now();
  const { controls } = scalingPlan(service);
  const seconds = (performance.now() - started) / 1000;
  const ours = served(service, awsAutoscaler(controls), window, controls.min, controls.max);
  const usual = usualSettings(service, window);
  const met = usual.filter(({ result }) => result.met);
  const best = (met.length > 0 ? met : usual.slice(0, 1)).reduce((a, b) =>
    b.result.taskHours < a.result.taskHours ? b : a,
  );
  const metBy = (name: string) => usual.find((setting) => setting.name === name)!.result.met;
  if (values.verbose)
    console.error(
      `${service.name} ${new Date(window.start * 1000).toISOString().slice(0, 10)} ${ours.met ? "met" : "MISSED"} ${((1 - ours.outcomes[0]!.goodShare) / (1 - ours.outcomes[0]!.objective)).toFixed(2)} of the budget, ${(ours.taskHours / best.result.taskHours).toFixed(2)} × ${best.name}: ${described(controls, service)}, ${seconds.toFixed(1)} s`,
    );
  return {
    met: ours.met,
    good: ours.outcomes[0]!.goodShare,
    hours: ours.taskHours,
    hindsight: best.result.taskHours,
    bound: clairvoyantTaskHours(service, window),
    cpu50: metBy("CPU 50 %"),
    cpu70: metBy("CPU 70 %"),
    seconds,
  };
}

function described({ min, tracking, steps, schedule }: ScalingControls, { capacity }: Service): string {
  const utilization = (tracking[0]!.setpoint * capacity.serviceTime.mean) / capacity.concurrency;
  const surge = steps[0] ? ` surge ${(steps[0].alarm.threshold / tracking[0]!.setpoint).toFixed(2)}` : "";
  return `utilization ${utilization.toFixed(2)}${surge} hold ${tracking[0]!.scaleInCooldown} min ${min} ${schedule.length} actions`;
}

function served(service: Service, autoscaler: Autoscaler, window: Trace, min: number, max: number): Backtest {
  const plant: Plant = values.requests
    ? requestPlant(
        service.capacity,
        [service.slos[0]!.kind === "latency" ? service.slos[0]!.threshold : 0],
        seededRandom(seed++),
      )
    : steadyPlant(service);
  return judged(
    service,
    replay(autoscaler, plant, window, service.capacity.startup, initialTasks(service, window, min, max)),
  );
}

/** What hindsight picks from; the fleet fixed at the peak always meets. */
function usualSettings(service: Service, window: Trace) {
  const peak = tasksNeeded(service, Math.max(...window.rates));
  const max = 10 * peak;
  const fixed: ScalingControls = { min: peak, max: peak, tracking: [], steps: [], schedule: [] };
  return [
    { name: "fixed", result: served(service, awsAutoscaler(fixed), window, peak, peak) },
    ...[0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((cpu) => ({
      name: `CPU ${cpu * 100} %`,
      result: served(service, awsAutoscaler(cpuTracking(cpu, 1, max)), window, 1, max),
    })),
    ...[0.5, 0.7].map((cpu) => ({
      name: `HPA ${cpu * 100} %`,
      result: served(service, hpaAutoscaler(cpu, 1, max), window, 1, max),
    })),
  ];
}

function row(trace: string, kind: string, scores: readonly Score[]): string {
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
    mean(({ hours, bound }) => hours / bound),
    mean(({ hindsight, bound }) => hindsight / bound),
    count(({ cpu50 }) => cpu50),
    count(({ cpu70 }) => cpu70),
    seconds.toFixed(1),
  ].join(" | ")} |`;
}

/** Counts of a quiet server carry shot noise, which scaling up would scale too: five minutes are averaged. */
function smoothed(trace: Trace, file: string): Trace {
  if (!file.includes("nasa")) return trace;
  const rates = trace.rates.map((_, i) => {
    const part = trace.rates.slice(Math.max(0, i - 2), i + 3);
    return part.reduce((a, b) => a + b, 0) / part.length;
  });
  return { ...trace, rates };
}
