import type { MemorySample } from "../policy/memory-growth.ts";
import {
  figureName,
  hardlyFails,
  type Observation,
  pastSaturation,
  type ResponseFigure,
} from "../policy/observation.ts";
import { twelveDigits } from "../policy/rounded.ts";
import { LEAST_POINTS, type ScalingPoint } from "../policy/scalability.ts";
import { figure } from "../policy/words.ts";
import { badInput, type Fault, shown } from "./bad-input.ts";
import { textFile } from "./input-file.ts";
import { type Column, columnsOf, PERCENT } from "./load-test-columns.ts";
import { duration } from "./quantity.ts";
import { records, refused, separators, spot, surplusFields, timeOf } from "./trace-rows.ts";

/** How a table is to be read where its file leaves that open. */
export interface LoadTestOptions {
  /** Tasks that served, where no column says so. */
  readonly tasks: number;
  /** First rows to leave out. */
  readonly warmup: number;
  /** The column that holds the rate achieved, where its name does not say so. */
  readonly rate: string | null;
}

/** A load test as measured. */
export interface LoadTest {
  readonly observations: readonly Observation[];
  /** Throughput against users, threads or processors, or what so many tasks serve at most; empty where it does not differ. */
  readonly scaling: readonly ScalingPoint[];
  /** What N counts there: tasks, or what else a column such as `users` does. */
  readonly scaledBy: "tasks" | "others";
  readonly memory: readonly MemorySample[];
  readonly notes: readonly string[];
}

/** Tables beyond this are refused. */
const LARGEST = 1 << 24;

/** Reads a load-test table: a row for each rate, times with their unit in the header. */
export function readLoadTest(file: string, options: Partial<LoadTestOptions> = {}): LoadTest {
  return parseLoadTest(textFile(file, LARGEST), file, options);
}

/** Reads a load-test table from CSV text. */
export function parseLoadTest(text: string, file: string, given: Partial<LoadTestOptions> = {}): LoadTest {
  const options = { tasks: 1, warmup: 0, rate: null, ...given };
  const [head, ...body] = [...records([text], file)];
  if (head === undefined) throw refused(file, "it is empty; a header and a row for each rate are needed");
  const { columns, ignored, faults } = columnsOf(head.record, options.rate);
  const wrong: Fault[] = faults.map((fault) => ({ ...fault, where: `${file}:${head.line}:1` }));
  const kinds = [...columns.values()].map(({ kind }) => kind);
  if (!kinds.includes("offered") && !kinds.includes("achieved"))
    wrong.push({
      where: `${file}:${head.line}:1`,
      message: `the header is ${shown("header", head.record.join(","))}; it must name a rate. Write \`offered_rps,achieved_rps,p50_ms,p99_ms\`.`,
    });
  if (wrong.length > 0) throw badInput(wrong);
  const rows = body
    .slice(options.warmup)
    .map((row) => rowOf(row, { columns, file, options, header: head.record }));
  const broken = rows.flatMap(({ faults }) => faults);
  if (broken.length > 0) throw badInput(broken);
  if (rows.length === 0)
    throw refused(
      file,
      `it has ${body.length} row(s)${options.warmup > 0 ? `, ${options.warmup} of them warm-up` : ""}; at least 3 rates are needed`,
    );
  const observations = rows.map(({ observation }) => observation);
  const byOthers = scalingOf(rows);
  const byTasks = byOthers.length > 0 ? [] : taskScaling(observations);
  const enough = distinct(byTasks) >= LEAST_POINTS;
  if (rows.every(tellsNothing) && !enough)
    throw refused(
      file,
      "no row holds what can be fitted; besides the rate there must be response times, CPU or users, as `p50_ms`, `p99_ms`, `cpu_percent` or `users`",
    );
  return {
    observations,
    scaling: enough ? byTasks : byOthers,
    scaledBy: enough ? "tasks" : "others",
    memory: memoryOf(rows),
    notes: [
      ...(ignored.length > 0
        ? [`${ignored.length} column(s) are ignored: ${ignored.join(", ").slice(0, 120)}`]
        : []),
      ...(kinds.includes("offered")
        ? []
        : ["it has no offered rate: rows past saturation cannot be told from the others"]),
      ...(kinds.includes("offered") && !kinds.includes("achieved")
        ? ["it has no achieved rate: every row is taken to have kept up"]
        : []),
      ...(options.warmup > 0 ? [`the first ${options.warmup} row(s) are left out as warm-up`] : []),
      ...(byTasks.length > 0 && !enough ? [tooFewCounts(distinct(byTasks))] : []),
      ...percentNote(observations),
    ].map((note) => `${file}: ${note}`),
  };
}

interface Reading {
  readonly columns: ReadonlyMap<number, Column>;
  readonly file: string;
  readonly options: LoadTestOptions;
  readonly header: readonly string[];
}

interface Row {
  readonly observation: Observation;
  readonly n: number | null;
  readonly memory: number | null;
  /** Seconds. */
  readonly duration: number | null;
  readonly elapsed: number | null;
  readonly faults: readonly Fault[];
}

function tellsNothing({ observation: { responses, cpu }, n, memory }: Row): boolean {
  return responses.length === 0 && cpu === null && n === null && memory === null;
}

function rowOf(
  { record, line }: { readonly record: readonly string[]; readonly line: number },
  { columns, file, options, header }: Reading,
): Row {
  const faults: Fault[] = [...surplusFields(record, header.length, file, line)];
  const say = (place: number, rule: string) =>
    faults.push({
      where: spot(file, line, record, place),
      message: `${header[place]!.trim()} is ${shown(header[place]!, record[place] ?? "")}; ${rule}.`,
    });
  const value = (kind: Column["kind"]): number | null => {
    const [place, column] = [...columns].find(([, column]) => column.kind === kind) ?? [];
    return place === undefined || column === undefined
      ? null
      : cell(record[place] ?? "", column, (rule) => say(place, rule));
  };
  const achieved = value("achieved");
  const arrivalRate = value("offered") ?? achieved ?? 0;
  const throughput = achieved ?? arrivalRate;
  const responses = [...columns].flatMap(([place, column]): readonly ResponseFigure[] => {
    if (column.kind !== "response") return [];
    const time = cell(record[place] ?? "", column, (rule) => say(place, rule));
    return time === null ? [] : [{ of: column.of, time }];
  });
  const length = value("duration");
  const failed = value("errors");
  if (failed !== null && failed > 0 && length === null)
    faults.push({
      where: `${file}:${line}:1`,
      message: `errors is ${failed}; of how many requests is not known. Add \`duration_s\`, or write \`error_percent\`.`,
    });
  const errors =
    value("errorShare") ?? (failed === null || length === null ? 0 : failed / (arrivalRate * length));
  faults.push(
    ...impossible({ arrivalRate, throughput, errors }, `${file}:${line}:1`),
    ...outOfOrder(responses, `${file}:${line}:1`),
  );
  const observation: Observation = {
    label: `line ${line}`,
    ...{ arrivalRate, throughput, responses, errors },
    tasks: value("tasks") ?? options.tasks,
    cpu: value("cpu"),
  };
  return {
    ...{ observation, faults, duration: length },
    n: value("n"),
    memory: value("memory"),
    elapsed: value("elapsed"),
  };
}

/** A cell in our units; `null` where it is empty and may be. */
function cell(text: string, column: Column, say: (rule: string) => void): number | null {
  const trimmed = text.trim();
  const required = column.kind === "offered" || column.kind === "achieved";
  if (trimmed === "" || /^nan$/i.test(trimmed)) {
    if (required) say("a row needs its rate, above 0");
    return null;
  }
  if ("seconds" in column && column.seconds === null) {
    const length = duration(trimmed);
    if (typeof length === "number" && length > 0) return length;
    say("it must be a time with its unit, as 300s");
    return null;
  }
  if (column.kind === "elapsed" && /^\d{4}-/.test(trimmed)) {
    const time = timeOf(trimmed, 1);
    if (!("refused" in time)) return time.seconds;
    say(time.refused);
    return null;
  }
  const digits = "ratio" in column && column.ratio === PERCENT ? trimmed.replace(/\s*%$/, "") : trimmed;
  const separated = separators(digits);
  if (separated !== undefined) {
    say(separated);
    return null;
  }
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits) ? Number(digits) : Number.NaN;
  const least =
    required || column.kind === "response" || column.kind === "tasks" || column.kind === "n"
      ? "above 0"
      : "at least 0";
  if (!Number.isFinite(number) || number < 0 || (number === 0 && least === "above 0")) {
    say(`it must be a finite number ${least}`);
    return null;
  }
  if (column.kind === "tasks" && !Number.isInteger(number)) say("tasks are whole");
  if ("perRow" in column) return twelveDigits(number / column.perRow);
  if ("ratio" in column) return twelveDigits(number * column.ratio);
  return twelveDigits(number * ("seconds" in column ? (column.seconds ?? 1) : 1));
}

/** Times as many as were offered that no error of measuring explains: a slip of units. */
const SLIP = 2;

/** What no table of one service has: each is a slip of units. */
function impossible(
  { arrivalRate, throughput, errors }: Pick<Observation, "arrivalRate" | "throughput" | "errors">,
  where: string,
): readonly Fault[] {
  const messages = [
    ...(throughput > SLIP * arrivalRate && arrivalRate > 0
      ? [
          `${figure(throughput)} requests a second are answered, of ${figure(arrivalRate)} offered. Check the units in the header: \`_rps\` or \`_rpm\`.`,
        ]
      : []),
    ...(errors > 1
      ? [
          `${figure(100 * errors)} % of the requests fail, and there are only 100 %. Check the unit in the header: \`error_percent\` or \`error_ratio\`.`,
        ]
      : []),
  ];
  return messages.map((message) => ({ where, message }));
}

/** A higher percentile is never the shorter time. */
function outOfOrder(responses: readonly ResponseFigure[], where: string): readonly Fault[] {
  const inOrder = responses.filter(({ of }) => of !== "mean").toSorted((a, b) => Number(a.of) - Number(b.of));
  return inOrder.flatMap((figure, i) => {
    const next = inOrder[i + 1];
    if (next === undefined || next.time >= figure.time) return [];
    const [name, higher] = [figureName(figure.of), figureName(next.of)];
    return [
      {
        where,
        message: `${higher} is ${ms(next.time)} and ${name} is ${ms(figure.time)}; a higher percentile is never shorter. Check the measurement, or whether columns are swapped.`,
      },
    ];
  });
}

function ms(seconds: number): string {
  return `${Number((1000 * seconds).toPrecision(6))} ms`;
}

function scalingOf(rows: readonly Row[]): readonly ScalingPoint[] {
  const points = rows.flatMap(({ n, observation }) =>
    n === null ? [] : [{ n, throughput: observation.throughput }],
  );
  return distinct(points) > 1 ? points : [];
}

/** What the tasks of each row past saturation serve together, where their number differs in the table: below it throughput only tells the load. */
function taskScaling(observations: readonly Observation[]): readonly ScalingPoint[] {
  const counts = [...new Set(observations.map(({ tasks }) => tasks))];
  if (counts.length < 2) return [];
  return counts.flatMap((n) => {
    const rows = observations.filter((each) => each.tasks === n && hardlyFails(each));
    const most = Math.max(...rows.map(({ throughput }) => throughput)) / n;
    return pastSaturation(rows, most).map(({ throughput }) => ({ n, throughput }));
  });
}

function distinct(points: readonly ScalingPoint[]): number {
  return new Set(points.map(({ n }) => n)).size;
}

function tooFewCounts(counts: number): string {
  return `${counts} task count(s) have a row past saturation; with at least ${LEAST_POINTS} it would tell \`contention\``;
}

/** Memory against time since the start: as recorded, or as the durations add up. */
function memoryOf(rows: readonly Row[]): readonly MemorySample[] {
  let passed = 0;
  return rows.flatMap(({ memory, duration, elapsed, observation }) => {
    const time = elapsed ?? (duration === null ? null : passed + duration / 2);
    passed += duration ?? 0;
    const rate = observation.arrivalRate / observation.tasks;
    return memory === null || time === null ? [] : [{ time, rate, memory }];
  });
}

/** A percentage that never exceeds 1 is perhaps a ratio. */
function percentNote(observations: readonly Observation[]): readonly string[] {
  const highest = Math.max(...observations.map(({ cpu }) => cpu ?? 0));
  return highest > 0 && highest <= 0.01
    ? [`CPU never exceeds ${figure(100 * highest)} %; if that column holds ratios, name it \`cpu_ratio\``]
    : [];
}
