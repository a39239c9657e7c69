import { z } from "zod";
import { defaultCredits } from "../policy/credits.ts";
import { twelveDigits } from "../policy/rounded.ts";
import { hourlyPrice, isPriced, unknownInstanceType } from "./prices.ts";
import {
  cpuUnits,
  dollarsPerMonth,
  duration,
  mebibytes,
  plainNumber,
  type Reading,
  rate,
  share,
} from "./quantity.ts";
import { quantity } from "./quantity-field.ts";
import { serviceDeploymentSchema } from "./service-deployment.ts";
import { serviceTimeSchema } from "./service-time.ts";
import { between } from "./sound.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Most of AWS's counts are 32-bit integers. */
const MOST = 2 ** 31 - 1;

/** An integer; a quoted one is as good. */
function integer(input: unknown): Reading {
  const value = typeof input === "string" && /^\d{1,16}$/.test(input.trim()) ? Number(input) : input;
  return typeof value === "number" && Number.isSafeInteger(value)
    ? value
    : { refused: "it must be a whole number" };
}

const count = (least: number, most: number, why: string) =>
  quantity(
    integer,
    (value) => (value < least || value > most) && `it must be a whole number from ${least} to ${most}${why}`,
  );

const yes = z.boolean("it must be true or false");

function noObjective(value: number): string | false {
  if (value === 1) return "100 % leaves no budget for any failure; use at most 99.999 %";
  if (value <= 0 || value > 1)
    return "a share of requests lies within (0 %, 100 %), both ends left out. Write `99 %`";
  return value > 0.99999 && "it leaves next to no budget; use at most 99.999 %";
}

/** `p99` is an objective of 99 %, `p99.9` one of 99.9 %. */
function percentileShare(input: unknown): Reading {
  const digits = typeof input === "string" ? /^p(\d{1,3}(?:\.\d+)?)$/i.exec(input.trim())?.[1] : undefined;
  return digits === undefined
    ? { refused: "it must be a percentile, as `p99` or `p99.9`" }
    : twelveDigits(Number(digits) / 100);
}

const window = quantity(
  duration,
  (value) =>
    (value < 7 * DAY || value > 90 * DAY) &&
    "it must be from 7 d to 90 d, as burn rates look back up to 3 d. Write `28 d`, the default",
);

const name = z
  .string("it must be a text")
  .regex(
    /^[A-Za-z][A-Za-z0-9-]{0,62}$/,
    "it becomes part of alarm names: a letter, then up to 62 letters, digits and `-`",
  );

/** One promise. */
export const sloSchema = z
  .strictObject(
    {
      name,
      threshold: quantity(
        duration,
        (value) => value <= 0 && "it must be greater than 0 s. Write `250 ms` or `1 s`",
      ).exactOptional(),
      objective: quantity(share, noObjective).exactOptional(),
      percentile: quantity(percentileShare, noObjective).exactOptional(),
      window: window.prefault("28 d"),
      allowLowObjective: yes.exactOptional(),
    },
    "it must be a map such as { name: latency, threshold: 1 s, objective: 99 % }",
  )
  .check(
    between(({ value, issues }) => {
      const { objective, percentile } = value;
      const refuse = (key: string, input: unknown, message: string) =>
        issues.push({ code: "custom", path: [key], input, message });
      if (objective === undefined && percentile === undefined)
        refuse("objective", undefined, "it must be a percentage, as `99 %`");
      if (objective !== undefined && percentile !== undefined)
        refuse(
          "percentile",
          `p${twelveDigits(100 * percentile)}`,
          `objective is ${twelveDigits(100 * objective)} % as well, and p99 is an objective of 99 %. Keep one`,
        );
      if (percentile !== undefined && value.threshold === undefined)
        refuse(
          "percentile",
          `p${twelveDigits(100 * percentile)}`,
          "a percentile is one of latency; write its threshold, as `threshold: 1 s`",
        );
    }),
    between(({ value, issues }) => {
      const share = value.objective ?? value.percentile;
      if (share === undefined || share >= 0.5 || value.allowLowObjective === true) return;
      const percent = `${twelveDigits(share * 100)} %`;
      const meant =
        share <= 0.01 ? `\`${twelveDigits(share * 10_000)} %\`` : "an objective of at least `50 %`";
      issues.push({
        code: "custom",
        path: ["objective"],
        input: percent,
        message: `${percent} is less than half; write ${meant}, or \`allowLowObjective: true\``,
      });
    }),
  )
  .transform(({ percentile, ...slo }) => ({ ...slo, objective: (slo.objective ?? percentile)! }));

const EXAMPLE = "declare at least one SLO, as `slos: [{ name: latency, threshold: 1 s, objective: 99 % }]`";

const slos = z
  .array(sloSchema, EXAMPLE)
  .min(1, EXAMPLE)
  .check(
    between(({ value, issues }) => {
      value.forEach(({ name }, i) => {
        const first = value.findIndex((other) => other.name === name);
        if (first < i)
          issues.push({
            code: "custom",
            path: [i, "name"],
            input: name,
            message: `slos[${first}] has that name already, and names become alarms. Rename one`,
          });
      });
    }),
  );

/** Memory in MiB for each CPU size: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */
const FARGATE_SIZES: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, gigabytes(1, 4, 1)],
  [1024, gigabytes(2, 8, 1)],
  [2048, gigabytes(4, 16, 1)],
  [4096, gigabytes(8, 30, 1)],
  [8192, gigabytes(16, 60, 4)],
  [16_384, gigabytes(32, 120, 8)],
]);

function gigabytes(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, i) => 1024 * (from + i * step));
}

function noSuchPair(cpu: number, memory: number): string {
  const sizes = FARGATE_SIZES.get(cpu)!;
  const pairs = [...FARGATE_SIZES].flatMap(([cpu, memories]) =>
    memories.map((memory) => ({ type: "fargate" as const, cpu, memory })),
  );
  const below = pairs.findLast((pair) => pair.cpu <= cpu && pair.memory <= memory);
  const above = pairs.find((pair) => pair.cpu >= cpu && pair.memory >= memory);
  const priced = [below, above].flatMap((pair) =>
    pair ? [`${pair.cpu} / ${pair.memory} at ${hourlyPrice(pair).toFixed(5)} USD/h`] : [],
  );
  const offered =
    sizes.length <= 4
      ? sizes.join(", ")
      : `${sizes[0]} to ${sizes.at(-1)} in steps of ${sizes[1]! - sizes[0]!}`;
  return `Fargate pairs cpu ${cpu} with ${offered} MiB. Nearest pairs: ${priced.join(", ")}`;
}

/** What a task or an instance is. */
export const computeSchema = z.discriminatedUnion(
  "type",
  [
    z
      .strictObject({
        type: z.literal("fargate"),
        cpu: quantity(
          cpuUnits,
          (value) =>
            !FARGATE_SIZES.has(value) &&
            `Fargate has the sizes ${[...FARGATE_SIZES.keys()].join(", ")} (1024 = 1 vCPU)`,
        ),
        memory: quantity(mebibytes, (value) => !(value > 0) && "it must be greater than 0"),
      })
      .check(
        between(({ value, issues }) => {
          if (!FARGATE_SIZES.get(value.cpu)!.includes(value.memory))
            issues.push({
              code: "custom",
              path: ["memory"],
              input: value.memory,
              message: noSuchPair(value.cpu, value.memory),
            });
        }),
      ),
    z
      .strictObject({
        type: z.literal("ec2"),
        instanceType: z.string("it must be an instance type such as t2.small").check(({ value, issues }) => {
          if (!isPriced(value.toLowerCase()))
            issues.push({ code: "custom", input: value, message: unknownInstanceType(value) });
        }),
        credits: z.enum(["standard", "unlimited"], "it must be standard or unlimited").exactOptional(),
      })
      .check(
        between(({ value: { instanceType, credits }, issues }) => {
          if (
            credits !== undefined &&
            isPriced(instanceType.toLowerCase()) &&
            defaultCredits(instanceType.toLowerCase()) === undefined
          )
            issues.push({
              code: "custom",
              path: ["credits"],
              input: credits,
              message: `${instanceType} has no CPU credits; only t2, t3, t3a and t4g have. Remove it`,
            });
        }),
      ),
  ],
  "it must be { type: fargate, cpu: 512, memory: 1024 } or { type: ec2, instanceType: t2.small }",
);

const memory = z.strictObject(
  {
    base: quantity(mebibytes, (value) => !(value >= 0) && "it must be at least 0, what an idle task takes"),
    perRequest: quantity(mebibytes, (value) => !(value > 0) && "it must be greater than 0, of one request"),
  },
  "it must be a map such as { base: 200 MiB, perRequest: 4 MiB }",
);

const contention = z.strictObject(
  {
    alpha: quantity(
      plainNumber,
      (value) => (value < 0 || value >= 1) && "it must be from 0 to 1, 1 left out: what only one task can do",
    ),
    beta: quantity(
      plainNumber,
      (value) =>
        (value < 0 || value >= 1) && "it must be from 0 to 1, 1 left out: what a pair of tasks costs",
    ),
  },
  "it must be a map such as { alpha: 0.03, beta: 0.0001 }, as the Universal Scalability Law has them",
);

const loadTest = z.preprocess(
  (input) => (typeof input === "string" ? { file: input } : input),
  z.strictObject(
    {
      file: z.string("it must be the path of a CSV file").min(1, "it must be the path of a CSV file"),
      tasks: count(1, MOST, ", the tasks that served the test").exactOptional(),
      warmup: count(0, 1000, ", the first rows to leave out").exactOptional(),
      arrivals: z
        .enum(["random", "even"], "it must be random or even: how requests were sent")
        .exactOptional(),
      rate: z.string("it must be the name of a column").exactOptional(),
    },
    "it must be the path of a CSV file, or { file: load-test.csv, tasks: 2, warmup: 1 }",
  ),
);

const capacity = z
  .strictObject(
    {
      serviceTime: serviceTimeSchema.exactOptional(),
      loadTest: loadTest.exactOptional(),
      concurrency: count(
        1,
        10_000,
        ", the requests that one task serves at a time; more are surely connections",
      ).exactOptional(),
      maxWait: quantity(duration, (value) => value < 0 && "it must be at least 0 s").exactOptional(),
      startup: quantity(
        duration,
        (value) =>
          (value < 0 || value > DAY) &&
          "it must be from 0 s to 24 h, from the decision to the first request served",
      ),
      cpuTime: quantity(
        duration,
        (value) => value <= 0 && "it must be greater than 0 s, the CPU time one request takes",
      ).exactOptional(),
      memory: memory.exactOptional(),
      contention: contention.exactOptional(),
    },
    "it must be a map such as { serviceTime: { mean: 200 ms, cv: 0.7 }, concurrency: 2, maxWait: 5 s, startup: 75 s }",
  )
  .check(
    between(({ value, issues }) => {
      const { serviceTime, loadTest } = value;
      const missing = (field: string, message: string) =>
        issues.push({ code: "custom", path: [field], input: undefined, message });
      if (serviceTime === undefined && loadTest === undefined)
        missing(
          "serviceTime",
          "exactly one source of capacity is right: `serviceTime: { mean: 200 ms, cv: 0.7 }`, `loadTest: file.csv`, or what `setpoint calibrate` prints of CloudWatch",
        );
      if (loadTest === undefined && value.concurrency === undefined)
        missing(
          "concurrency",
          "it must be a whole number from 1 to 10000, the requests that one task serves at a time",
        );
    }),
  );

const interval = z.unknown().transform((input, context) => {
  const [from, to, ...rest] = (typeof input === "string" ? input : "").split("/").map(moment);
  if (from !== undefined && to !== undefined && from < to && rest.length === 0) return { from, to };
  context.addIssue({
    code: "custom",
    input,
    message: "it must be two moments in order, as 2026-01-01T00:00Z/2026-01-02T00:00Z",
  });
  return z.NEVER;
});

/** Unix seconds; none of a day that no calendar has, which JavaScript takes for one of the next month. */
function moment(text: string): number {
  const day = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d)?Z)?$/.exec(text.trim())?.[1];
  const midnight = new Date(day ?? Number.NaN);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day!)
    ? Date.parse(text.trim()) / 1000
    : Number.NaN;
}

/** Recorded traffic, and how it is read. */
export const historySchema = z.preprocess(
  (input) => (typeof input === "string" ? { file: input } : input),
  z.strictObject(
    {
      file: z.string("it must be the path of a CSV file").min(1, "it must be the path of a CSV file"),
      scale: quantity(
        plainNumber,
        (value) => value <= 0 && "it must be greater than 0; it multiplies the rates",
      ).exactOptional(),
      smooth: quantity(
        duration,
        (value) => (value <= 0 || value > 6 * HOUR) && "it must be greater than 0 s and at most 6 h",
      ).exactOptional(),
      exclude: z.array(interval, "it must be a list of intervals").exactOptional(),
      clip: yes.exactOptional(),
      unit: z.enum(["s", "ms"], "it must be s or ms").exactOptional(),
      kind: z.enum(["rate", "counter"], "it must be rate or counter").exactOptional(),
      step: quantity(
        duration,
        (value) => (value < MINUTE || value > HOUR) && "it must be from 60 s to 1 h",
      ).exactOptional(),
    },
    "it must be the path of a CSV file, or { file: traces/shop.csv, scale: 2 }",
  ),
);

const DEMAND = "it must be a map such as { history: traces/shop.csv, growth: 20 % } or { peak: 400 /s }";

const demand = z
  .strictObject(
    {
      history: historySchema.exactOptional(),
      peak: quantity(rate, (value) => value <= 0 && "it must be greater than 0 /s").exactOptional(),
      growth: quantity(
        share,
        (value) =>
          (value <= -1 || value > 100) &&
          "it must be greater than -100 % and at most 10000 %; below, traffic is negative",
      ).prefault("0 %"),
    },
    DEMAND,
  )
  .check(
    between(({ value, issues }) => {
      if (value.history === undefined && value.peak === undefined)
        issues.push({ code: "custom", input: {}, message: DEMAND });
      if (value.history?.clip === true && value.peak === undefined)
        issues.push({
          code: "custom",
          path: ["history", "clip"],
          input: true,
          message: "there is no peak to clip the history at. Declare `peak`, or remove it",
        });
    }),
  );

const bounds = z
  .strictObject(
    {
      min: count(0, MOST, "").exactOptional(),
      max: count(1, MOST, "").exactOptional(),
      budget: quantity(
        dollarsPerMonth,
        (value) => value <= 0 && "it must be greater than 0 USD/month",
      ).exactOptional(),
      scaleToZero: yes.exactOptional(),
    },
    "it must be a map such as { min: 2, max: 200, budget: 900 USD/month }",
  )
  .check(
    between(({ value: { min, max }, issues }) => {
      if (min !== undefined && max !== undefined && min > max)
        issues.push({
          code: "custom",
          path: ["min"],
          input: min,
          message: `it must be at most max, ${max}. Lower min or raise max`,
        });
    }),
    between(({ value: { min, scaleToZero }, issues }) => {
      if (min === 0 && scaleToZero !== true)
        issues.push({
          code: "custom",
          path: ["min"],
          input: min,
          message:
            "with no task there are no metrics to start the first one; write at least 1, or `scaleToZero: true` (the plan then says what the first request would wait for, and keeps one)",
        });
    }),
  );

const resilience = z
  .strictObject(
    {
      zones: count(1, 6, ", the zones the service runs in"),
      survive: count(0, 5, ", the zones it can lose"),
    },
    "it must be a map such as { zones: 3, survive: 1 }",
  )
  .check(
    between(({ value: { zones, survive }, issues }) => {
      if (survive >= zones)
        issues.push({
          code: "custom",
          path: ["survive"],
          input: survive,
          message: `it must be less than zones, ${zones}; no service outlives all of its zones`,
        });
    }),
  );

/** How a service scales, where its owner chooses. */
export const policiesSchema = z.strictObject(
  {
    metric: z
      .enum(["requestRatePerTask", "cpuUtilization"], "it must be requestRatePerTask or cpuUtilization")
      .exactOptional(),
    predictive: z
      .enum(["forecastOnly", "forecastAndScale"], "it must be forecastOnly or forecastAndScale")
      .exactOptional(),
    highResolution: yes.exactOptional(),
  },
  "it must be a map such as { metric: cpuUtilization, predictive: forecastOnly }",
);

/** One service as its owner writes it; everything is read into seconds, requests per second and ratios. */
export const serviceSchema = z.strictObject(
  {
    compute: computeSchema,
    slos,
    capacity,
    demand,
    bounds: bounds.prefault({}),
    resilience: resilience.exactOptional(),
    policies: policiesSchema.exactOptional(),
    quotas: z
      .strictObject(
        { tasksPerService: count(1, MOST, "") },
        "it must be a map such as { tasksPerService: 8000 }",
      )
      .exactOptional(),
    deploy: serviceDeploymentSchema.exactOptional(),
  },
  "it must be a map with compute, slos, capacity and demand",
);

export type ServiceDeclaration = z.infer<typeof serviceSchema>;

/** A service's name becomes the names and ids of its resources. */
export const SERVICE_NAME = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/;
