/**
 * One ratio: a plan's task-hours on traffic after its history ÷ those of the cheapest usual setting that met the
 * objective there, picked afterwards. `npm run bench:hindsight [-- DIRECTORY [SERVICE…]]` reads every trace of the directory.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readTrace } from "../adapters/trace-csv.ts";
import { awsAutoscaler } from "../policy/autoscaler.ts";
import { type Backtest, backtest, backtestOf, initialTasks } from "../policy/backtest.ts";
import { clairvoyantTaskHours } from "../policy/clairvoyant.ts";
import { cpuTracking } from "../policy/comparison.ts";
import { tasksNeeded } from "../policy/demand-curve.ts";
import { hpaAutoscaler } from "../policy/hpa.ts";
import { byMinute, section } from "../policy/minutes.ts";
import { scalingPlan } from "../policy/plan.ts";
import type { Service, TaskProfile } from "../policy/service.ts";
import type { Trace } from "../policy/trace.ts";

/** Minutes in a window that is judged, and how many of them end each trace. */
const [WINDOW, WINDOWS] = [2 * 1440, 3];

/** Tasks that the mean rate keeps at four fifths busy. */
const MEAN_TASKS = 20;

interface Kind {
  readonly capacity: TaskProfile;
  readonly threshold: number;
  readonly objective: number;
}

const KINDS: Readonly<Record<string, Kind>> = {
  shop: {
    capacity: { serviceTime: { mean: 0.2, cv: 0.7 }, concurrency: 2, maxWait: 5, startup: 75 },
    threshold: 1,
    objective: 0.99,
  },
  api: {
    capacity: { serviceTime: { mean: 0.05, cv: 1 }, concurrency: 4, maxWait: 2, startup: 45 },
    threshold: 0.5,
    objective: 0.995,
  },
  slow: {
    capacity: { serviceTime: { mean: 2, cv: 0.5 }, concurrency: 4, maxWait: 10, startup: 180 },
    threshold: 6,
    objective: 0.98,
  },
};

const [directory = "traces", ...chosen] = process.argv.slice(2);
const kinds = chosen.length > 0 ? chosen : Object.keys(KINDS);
const totals = { windows: 0, met: 0, beaten: 0, ratio: 0 };
for (const file of readdirSync(directory).filter((name) => name.endsWith(".csv"))) {
  const trace = smoothed(byMinute(readTrace(join(directory, file)).trace), file);
  if (trace.rates.length < (WINDOWS + 3) * WINDOW) continue;
  for (const kind of kinds) judge(file, kind, trace);
}
console.log(
  `met ${totals.met} of ${totals.windows}; below hindsight ${totals.beaten}; mean task-hours ÷ hindsight ${(totals.ratio / totals.windows).toFixed(3)}`,
);

function judge(file: string, kind: string, trace: Trace): void {
  const { capacity, threshold, objective } = KINDS[kind]!;
  const mean = trace.rates.reduce((a, b) => a + b, 0) / trace.rates.length;
  const factor = (0.8 * MEAN_TASKS * capacity.concurrency) / capacity.serviceTime.mean / mean;
  const scaled = { ...trace, rates: trace.rates.map((rate) => rate * factor) };
  const cut = scaled.rates.length - WINDOW * WINDOWS;
  const service: Service = {
    name: kind,
    compute: { type: "fargate", cpu: 512, memory: 1024 },
    slos: [{ kind: "latency", name: "latency", threshold, objective, window: 28 * 86_400 }],
    capacity,
    demand: { kind: "history", trace: section(scaled, 0, cut), growth: 0 },
    bounds: {},
    price: 0.02468,
  };
  const started = performance.now();
  const { controls, reasons } = scalingPlan(service);
  const took = ((performance.now() - started) / 1000).toFixed(1);
  const cells: string[] = [];
  for (let from = cut; from < scaled.rates.length; from += WINDOW) {
    const window = section(scaled, from, WINDOW);
    const ours = backtest(service, controls, window);
    const bound = clairvoyantTaskHours(service, window);
    const best = hindsight(service, window);
    totals.windows++;
    if (ours.met) totals.met++;
    if (ours.met && ours.taskHours < best.result.taskHours) totals.beaten++;
    totals.ratio += ours.taskHours / best.result.taskHours;
    const used = (1 - ours.outcomes[0]!.goodShare) / (1 - objective);
    cells.push(
      `${ours.met ? "met   " : "MISSED"} ${used.toFixed(2)} ${(ours.taskHours / bound).toFixed(2)}× (${best.name} ${(best.result.taskHours / bound).toFixed(2)}×)`,
    );
  }
  const chose = reasons.find((reason) => reason.of === "schedule")!.value.split(",")[0];
  console.log(
    `${file.slice(0, 22).padEnd(22)} ${kind.padEnd(5)} ${cells.join(" | ")}  ${((controls.tracking[0]!.setpoint * capacity.serviceTime.mean) / capacity.concurrency).toFixed(2)} ${chose} ${took} s`,
  );
}

/** The cheapest usual setting that met the objective: the fixed fleet always does. */
function hindsight(service: Service, window: Trace): { readonly name: string; readonly result: Backtest } {
  const peak = tasksNeeded(service, Math.max(...window.rates));
  const max = 10 * peak;
  const initial = initialTasks(service, window, 1, max);
  const fixed = { min: peak, max: peak, tracking: [], steps: [], schedule: [] };
  const settings = [
    { name: "fixed", result: backtestOf(service, awsAutoscaler(fixed), window, peak) },
    ...[0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((cpu) => ({
      name: `CPU ${cpu * 100}`,
      result: backtest(service, cpuTracking(cpu, 1, max), window),
    })),
    ...[0.5, 0.7].map((cpu) => ({
      name: `HPA ${cpu * 100}`,
      result: backtestOf(service, hpaAutoscaler(cpu, 1, max), window, initial),
    })),
  ];
  const met = settings.filter(({ result }) => result.met);
  return (met.length > 0 ? met : settings.slice(0, 1)).reduce((a, b) =>
    b.result.taskHours < a.result.taskHours ? b : a,
  );
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
