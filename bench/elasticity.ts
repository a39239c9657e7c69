/**
 * The elasticity measures of the SPEC Research Group on the World Cup trace, beside those that K. Imdoukh et al. published for theirs
 * ("Machine learning-based auto-scaling for containerized applications", Neural Computing and Applications, 2019, Table 8). The
 * plan is made on the days before the last six, all are judged on those. Prints a Markdown table.
 * `npm run bench:elasticity [-- TRACE]`; the trace may not ship with the project.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readTrace } from "../adapters/trace-csv.ts";
import { comparison } from "../policy/comparison.ts";
import { demandOverTime } from "../policy/demand-over-time.ts";
import { type Elasticity, elasticity } from "../policy/elasticity.ts";
import { byMinute, section } from "../policy/minutes.ts";
import { scalingPlan } from "../policy/plan.ts";
import { scaled } from "../policy/scaled.ts";
import type { Service } from "../policy/service.ts";

const WORLD_CUP = new URL("../../shared/traces/worldcup98_1min_jun08_jun28.csv", import.meta.url);
const [file = fileURLToPath(WORLD_CUP)] = process.argv.slice(2);
if (!existsSync(file)) {
  console.error(
    `${file} is not there, and the World Cup's trace does not ship. Name another: npm run bench:elasticity -- traces/nasa-ksc-jul1995-1min.csv`,
  );
  process.exit(1);
}

/** Minutes that are judged. */
const JUDGED = 6 * 1440;

/** As bench/walk-forward.ts has it, kind `shop`: twenty tasks on average, four fifths busy. */
const CAPACITY = { serviceTime: { mean: 0.2, cv: 0.7 }, concurrency: 2, maxWait: 5, startup: 75 };
const MEAN_RATE = (0.8 * 20 * CAPACITY.concurrency) / CAPACITY.serviceTime.mean;

/** θU, θO, τU and τO as printed there, and ε from them by the same formula as ours. */
const PUBLISHED = [
  ["Imdoukh: no autoscaling", 3.29, 3.06, 57.95, 57.05],
  ["Imdoukh: ANN, 1 step ahead", 0.94, 3.51, 26.5, 73.2],
  ["Imdoukh: LSTM, 1 step ahead", 0.48, 4.28, 15.85, 89.1],
  ["Imdoukh: ANN, 5 steps ahead", 5.07, 1.42, 76.5, 32.55],
  ["Imdoukh: LSTM, 5 steps ahead", 1.88, 2.62, 42.55, 57.25],
] as const;

const minutes = byMinute(readTrace(file).trace);
const mean = minutes.rates.reduce((sum, rate) => sum + rate, 0) / minutes.rates.length;
const trace = scaled(minutes, MEAN_RATE / mean);
const cut = trace.rates.length - JUDGED;
const service: Service = {
  name: "shop",
  compute: { type: "fargate", cpu: 512, memory: 1024 },
  slos: [{ kind: "latency", name: "latency", threshold: 1, objective: 0.99, window: 28 * 86_400 }],
  capacity: CAPACITY,
  demand: { kind: "history", trace: section(trace, 0, cut), growth: 0 },
  bounds: {},
  price: 0.02468,
};
const judged = section(trace, cut, JUDGED);
const { contenders, bound } = comparison(service, scalingPlan(service).controls, judged);

console.log("| | ε | θU % | θO % | τU % | τO % | υ % | events a day | good share | ÷ bound |");
console.log("| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
for (const { name, backtest, elasticity } of contenders) {
  const { goodShare, met } = backtest.outcomes[0]!;
  const good = `${(Math.floor(1e5 * goodShare) / 1e3).toFixed(3)} ${met ? "met" : "missed"}`;
  const beyond = bound.possible ? (backtest.taskHours / bound.taskHours).toFixed(2) : "";
  console.log(row([name, ...cells(elasticity), good, beyond]));
}
const demand = demandOverTime(service, judged);
const atMean = demand.map(() => Math.round(demand.reduce((sum, tasks) => sum + tasks, 0) / demand.length));
console.log(
  row(["fixed at the mean", ...cells(elasticity({ ready: atMean, capacity: atMean }, demand)), "", ""]),
);
const [, ...unscaled] = PUBLISHED[0];
for (const [name, ...measures] of PUBLISHED) {
  const speedUp = measures.reduce((product, measure, i) => (product * unscaled[i]!) / measure, 1) ** (1 / 4);
  console.log(row([name, speedUp.toFixed(2), ...measures.map((each) => each.toFixed(2)), "", "", "", ""]));
}
console.log(`
Only ε compares, and that with care. Theirs: τU + τO exceed 100 %, so that τ is not the share of the time that ours is, and a fleet
that does not scale is 6 % off its demand, which this traffic does not allow over days. Capacity, start-up and sampling differ
too. Ours is held against a fleet fixed at the mean demand of the days judged.`);

function cells(of: Elasticity): readonly string[] {
  return [
    of.elasticSpeedUp?.toFixed(2) ?? "–",
    percent(of.underProvisioning),
    percent(of.overProvisioning),
    percent(of.underTimeshare),
    percent(of.overTimeshare),
    percent(of.instability),
    of.scaleEventsADay.toFixed(0),
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function percent(ratio: number): string {
  return (100 * ratio).toFixed(2);
}
