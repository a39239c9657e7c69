import { Command, InvalidArgumentError, Option } from "commander";
import { badInput } from "../adapters/bad-input.ts";
import type { Watched } from "../adapters/cloudwatch-names.ts";
import type { LoadTest } from "../adapters/load-test-csv.ts";
import { retentionDays } from "../adapters/metric-periods.ts";
import { duration as parsedDuration } from "../adapters/quantity.ts";
import type { CalibrationResult, Known } from "../policy/calibration.ts";
import type { CpuDemand } from "../policy/cpu-demand.ts";
import type { Arrivals } from "../policy/latency-fit.ts";
import type { Observation } from "../policy/observation.ts";
import type { ScalabilityFit } from "../policy/scalability.ts";
import type { ExitCode } from "./main.ts";
import { progress, progressDone } from "./terminal.ts";

interface CalibrateOptions {
  readonly loadTest?: string;
  readonly tasks: number;
  readonly warmup: number;
  readonly rateColumn?: string;
  readonly arrivals?: Arrivals;
  readonly loadBalancer?: string;
  readonly targetGroup?: string;
  readonly cluster?: string;
  readonly service?: string;
  readonly region?: string;
  readonly days: number;
  readonly resolution?: number;
  readonly writeTrace?: string;
  readonly concurrency?: number;
  readonly maxWait: number;
  readonly vcpus?: number;
  readonly format: "text" | "json";
}

/** Everything that was fitted; a part that the data holds nothing of is `null`. */
export interface Findings {
  readonly source: string;
  readonly rows: number;
  readonly profile: CalibrationResult | null;
  readonly cpu: CpuDemand | null;
  /** Of a task, where given. */
  readonly vcpus: number | null;
  readonly scalability: ScalabilityFit | null;
  /** What N counts in it: tasks, or others such as users; null without it. */
  readonly scaledBy: LoadTest["scaledBy"] | null;
  /** The trace written: its file, days and mean rate. */
  readonly trace: { readonly file: string; readonly days: number; readonly meanRate: number } | null;
  readonly notes: readonly string[];
}

export function calibrateCommand(answer: (code: ExitCode) => void): Command {
  return new Command("calibrate")
    .description(
      "Fit what one task can do to a load test or to CloudWatch's metrics, and print the lines to commit.",
    )
    .addOption(
      new Option("--load-test <file>", "a CSV table with a row for each rate").conflicts(OF_CLOUDWATCH),
    )
    .addOption(new Option("--tasks <n>", "tasks that served the load test").argParser(whole(1)).default(1))
    .addOption(
      new Option("--warmup <rows>", "first rows of the table to leave out").argParser(whole(0)).default(0),
    )
    .addOption(new Option("--rate-column <name>", "the table's column with the rate achieved"))
    .addOption(
      new Option("--arrivals <how>", "how requests were sent; otherwise as the response times say").choices([
        "random",
        "even",
      ]),
    )
    .addOption(
      new Option(
        "--load-balancer <name>",
        "Application Load Balancer: app/<name>/<id>, or its name",
      ).conflicts(["tasks", "warmup", "rateColumn", "arrivals"]),
    )
    .addOption(new Option("--target-group <name>", "targetgroup/<name>/<id>, or its name"))
    .addOption(new Option("--cluster <name>", "ECS cluster"))
    .addOption(new Option("--service <name>", "ECS service"))
    .addOption(new Option("--region <region>", "AWS region; otherwise that of the environment"))
    .addOption(
      new Option("--days <n>", "days of metrics, up to now")
        .argParser(whole(1, retentionDays(3600)))
        .default(14),
    )
    .addOption(new Option("--resolution <time>", "refuse metrics kept more coarsely, as 60s").argParser(time))
    .addOption(new Option("--write-trace <file>", "write the request rate as a history"))
    .addOption(
      new Option("--concurrency <n>", "requests a task serves at a time, if known").argParser(whole(1)),
    )
    .addOption(
      new Option("--max-wait <time>", "the wait beyond which the service refuses a request")
        .argParser(time)
        .default(60, "60s"),
    )
    .addOption(new Option("--vcpus <n>", "vCPUs of a task, to state CPU seconds").argParser(positive))
    .addOption(
      new Option("--format <format>", "for people, or for programs")
        .choices(["text", "json"])
        .default("text"),
    )
    .addHelpText(
      "after",
      `
The table's header names rates and times with their units: offered_rps, achieved_rps, p50_ms,
p99_ms, and error_percent, cpu_percent, tasks, users where measured. AWS credentials come from the
environment; the actions needed are cloudwatch:GetMetricData and cloudwatch:ListMetrics.

Examples:
  $ setpoint calibrate --load-test cart.csv
  $ setpoint calibrate --load-test cart.csv --concurrency 8 --tasks 2 --format json
  $ setpoint calibrate --load-balancer shop --target-group cart --cluster shop --service cart
  $ setpoint calibrate --load-balancer shop --days 60 --write-trace traces/shop.csv

Exit codes: 0 fitted; 1 a fit is refused, or AWS failed; 2 wrong use or bad input.`,
    )
    .action(async (options: CalibrateOptions) => answer(await calibrate(options)));
}

const OF_CLOUDWATCH = [
  "loadBalancer",
  "targetGroup",
  "cluster",
  "service",
  "region",
  "days",
  "resolution",
  "writeTrace",
];

async function calibrate(options: CalibrateOptions): Promise<ExitCode> {
  const findings =
    options.loadTest === undefined
      ? await ofCloudWatch(options)
      : await ofLoadTest(options, options.loadTest);
  progressDone();
  if (options.format === "json") process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else {
    const { calibrationText } = await import("./render-calibration.ts");
    process.stdout.write(`${calibrationText(findings)}\n`);
  }
  const { profile, scalability, cpu } = findings;
  const refused =
    profile?.kind === "refused" || scalability?.kind === "refused" || (cpu?.refused ?? null) !== null;
  return refused ? 1 : 0;
}

async function ofLoadTest(options: CalibrateOptions, file: string): Promise<Findings> {
  progress(`fitting ${file}`);
  const { readLoadTest } = await import("../adapters/load-test-csv.ts");
  const { memoryRemarks } = await import("../policy/memory-growth.ts");
  const { scalability } = await import("../policy/scalability.ts");
  const { tasks, warmup, rateColumn } = options;
  const test = readLoadTest(file, { tasks, warmup, rate: rateColumn ?? null });
  return {
    ...(await fits(test.observations, options, {
      live: false,
      other: test.scaling.length + test.memory.length > 0,
    })),
    source: file,
    scalability: test.scaling.length > 0 ? scalability(test.scaling) : null,
    scaledBy: test.scaling.length > 0 ? test.scaledBy : null,
    trace: null,
    notes: [...test.notes, ...memoryRemarks(test.memory)],
  };
}

async function ofCloudWatch(options: CalibrateOptions): Promise<Findings> {
  const named = watched(options);
  const { cloudWatchClient } = await import("../adapters/cloudwatch-client.ts");
  const { lookedUp } = await import("../adapters/cloudwatch-names.ts");
  const { readDemand } = await import("../adapters/cloudwatch.ts");
  const { readObservations } = await import("../adapters/cloudwatch-observations.ts");
  const { client, region } = await cloudWatchClient(options.region ?? null);
  progress(`reading ${options.days} day${options.days === 1 ? "" : "s"} of CloudWatch in ${region}`);
  const target = await lookedUp(client, { ...named, region });
  const window = {
    now: Date.now() / 1000,
    length: 86_400 * options.days,
    resolution: options.resolution ?? null,
  };
  const trace = options.writeTrace === undefined ? null : await readDemand(client, target, window);
  const observed = await readObservations(client, target, window);
  progress(`fitting ${observed.observations.length} periods`);
  const found = await fits(observed.observations, options, { live: true, other: trace !== null });
  const { writeTrace } = await import("../adapters/trace-file.ts");
  if (trace !== null) writeTrace(options.writeTrace!, trace.trace);
  return {
    ...found,
    source: `CloudWatch in ${region}, ${target.loadBalancer}`,
    scalability: null,
    scaledBy: null,
    trace: trace === null ? null : written(options.writeTrace!, trace.trace),
    notes: [...new Set([...observed.notes, ...(trace?.notes ?? [])])],
  };
}

function watched({ loadBalancer, targetGroup, cluster, service }: CalibrateOptions): Omit<Watched, "region"> {
  if (loadBalancer === undefined)
    throw badInput([
      {
        where: "calibrate",
        message:
          "there is nothing to read; write `--load-test file.csv`, or `--load-balancer <name>` for CloudWatch.",
      },
    ]);
  if ((cluster === undefined) !== (service === undefined))
    throw badInput([
      {
        where: cluster === undefined ? "--cluster" : "--service",
        message: "it is missing; an ECS service is named by --cluster and --service together.",
      },
    ]);
  const ecs = cluster === undefined || service === undefined ? null : { cluster, service };
  return { loadBalancer, targetGroup: targetGroup ?? null, ecs };
}

/** What the observations hold: response times, CPU, or both. Where they hold neither, and there is nothing `other`, the profile says so. */
async function fits(
  observations: readonly Observation[],
  options: CalibrateOptions,
  { live, other }: { readonly live: boolean; readonly other: boolean },
) {
  const { calibration } = await import("../policy/calibration.ts");
  const { cpuDemand } = await import("../policy/cpu-demand.ts");
  const { maxWait, concurrency, arrivals } = options;
  const known: Known = { maxWait, concurrency: concurrency ?? null, live, arrivals };
  const cpu = cpuDemand(observations);
  const timed = observations.some(({ responses }) => responses.length > 0);
  return {
    rows: observations.length,
    profile: timed || (cpu === null && !other) ? calibration(observations, known) : null,
    cpu,
    vcpus: options.vcpus ?? null,
  };
}

function written(
  file: string,
  { rates, step }: { readonly rates: readonly number[]; readonly step: number },
) {
  const meanRate = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  return { file, days: (rates.length * step) / 86_400, meanRate };
}

function whole(least: number, most = Number.POSITIVE_INFINITY) {
  return (text: string): number => {
    const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least)) throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    if (value > most) throw new InvalidArgumentError(`CloudWatch keeps metrics for ${most} days.`);
    return value;
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

function time(text: string): number {
  const seconds = parsedDuration(text);
  if (typeof seconds === "number" && seconds >= 0) return seconds;
  throw new InvalidArgumentError("It must be a time, as 250ms, 5s or 1h.");
}
