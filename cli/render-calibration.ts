import type { CalibratedRow, Calibration } from "../policy/calibration.ts";
import { bindingWork, type CpuDemand } from "../policy/cpu-demand.ts";
import { type Estimate, figureName } from "../policy/observation.ts";
import { isContended, type Scalability } from "../policy/scalability.ts";
import { percent } from "../policy/words.ts";
import type { Findings } from "./calibrate.ts";
import { figure, rate } from "./figures.ts";
import { hanging, padded, table } from "./layout.ts";
import { bold, warning } from "./terminal.ts";

/** A fit for people: what is refused first, then each estimate with its interval, the rows beside the model, and what to commit. */
export function calibrationText(findings: Findings): string {
  const { source, rows, profile, cpu, vcpus, scalability, scaledBy, trace, notes } = findings;
  const fitted = profile?.kind === "calibrated" ? profile.calibration : null;
  const shown = profile?.calibration ?? null;
  const contention =
    scalability?.kind === "fitted" && scaledBy === "tasks" ? contentionCommit(scalability.scalability) : [];
  return [
    bold(`${source}: ${rows} rows`),
    ...(profile?.kind === "refused" ? refusal("The task's profile is refused:", profile.reasons) : []),
    ...(scalability?.kind === "refused"
      ? refusal("The scalability law is refused:", scalability.reasons)
      : []),
    ...(cpu === null || cpu.refused === null
      ? []
      : refusal("CPU is refused as a measure of load:", [cpu.refused])),
    ...section(
      fitted === null ? "The fit that is not believed" : "What one task can do",
      shown === null ? [] : profileLines(shown),
    ),
    ...section("CPU", cpu === null ? [] : cpuLines(cpu, vcpus)),
    ...section(
      "Universal Scalability Law",
      scalability?.scalability ? scalabilityLines(scalability.scalability, scaledBy) : [],
    ),
    ...section("Measured, and what the model says", shown === null ? [] : [rowTable(shown.rows)]),
    ...section(
      "Noticed",
      [...notes, ...(shown?.notes ?? [])]
        .filter((note) => note !== cpu?.refused)
        .map((note) => hanging("    · ", note)),
    ),
    ...section("To commit", [
      ...capacityLines([
        ...(fitted === null || (contention.length > 0 && servedByUnlikeNumbers(fitted))
          ? []
          : profileCommit(fitted, vcpus)),
        ...contention,
      ]),
      ...traceLines(trace),
    ]),
    ...(profile?.kind === "refused"
      ? [
          "",
          hanging(
            "  way out: ",
            "measure what is missing, or declare `serviceTime` and `concurrency` as you know them",
          ),
        ]
      : []),
  ].join("\n");
}

function refusal(title: string, reasons: readonly string[]): readonly string[] {
  return ["", warning(`  ✗ ${title}`), ...reasons.map((reason) => hanging("    · ", `${reason}.`))];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", `  ${bold(title)}`, ...lines];
}

const LABEL = 18;

function line(label: string, text: string): string {
  return hanging(`    ${padded(label, LABEL, "left")}`, text);
}

function profileLines({ mean, cv, concurrency, saturation, residual }: Calibration): readonly string[] {
  const slots =
    concurrency.low === concurrency.high
      ? `${concurrency.value} at a time`
      : `${concurrency.value} at a time (95 %: ${concurrency.low} to ${Number.isFinite(concurrency.high) ? concurrency.high : "any number"})`;
  return [
    line("service time", `mean ${interval(mean, milliseconds)}`),
    line("variation", `cv ${interval(cv, figure)}`),
    line("concurrency", slots),
    line("all slots busy", `at ${rate(saturation)} a task`),
    line("residual", `${figure(100 * residual)} % of a response time, as a root mean square over the rows`),
  ];
}

function cpuLines({ work, idle, explained, rows }: CpuDemand, vcpus: number | null): readonly string[] {
  const seconds = vcpus === null ? "of a task's whole CPU" : "of CPU";
  return [
    line("a request", `${interval(scaled(work, vcpus ?? 1), milliseconds)} ${seconds}`),
    line("without requests", interval(idle, percent)),
    line("explained", `${figure(100 * explained)} % of the variance of CPU (R²), over ${rows} rows`),
  ];
}

function scalabilityLines(
  { lambda, alpha, beta, residual, peak, points }: Scalability,
  scaledBy: Findings["scaledBy"],
): readonly string[] {
  const counts = [...new Set(points.map(({ n }) => n))];
  const range = `${figure(Math.min(...counts))} to ${figure(Math.max(...counts))}`;
  const cells = points.map(({ n, throughput, expected }) => [
    figure(n),
    figure(throughput),
    figure(expected),
    `${figure(100 * (expected / throughput - 1))} %`,
  ]);
  return [
    line(
      "rests on",
      scaledBy === "tasks"
        ? `${counts.length} task counts from ${range}, in ${points.length} rows that achieve less than was offered`
        : `${counts.length} different N from ${range}, in ${points.length} rows`,
    ),
    line("λ, the first one", interval(lambda, figure)),
    line("α, contention", interval(alpha, figure)),
    line("β, coherency", interval(beta, figure)),
    line("residual", `${figure(100 * residual)} % of the throughput, as a root mean square`),
    ...(Number.isFinite(peak) ? [line("most throughput", `at N = ${figure(peak)}`)] : []),
    "",
    table(
      ["N", "throughput", "model", "error"].map((title) => ({ title, align: "right" }) as const),
      cells,
      "    ",
    ),
  ];
}

function rowTable(rows: readonly CalibratedRow[]): string {
  const figures = [...new Set(rows.flatMap(({ observation }) => observation.responses.map(({ of }) => of)))];
  const head = [
    { title: "", align: "left" },
    { title: "/s a task", align: "right" },
    { title: "busy", align: "right" },
    ...figures.map((of) => ({ title: `${figureName(of)}, ms\nand model`, align: "right" }) as const),
  ] as const;
  const cells = rows.map(({ observation, utilization, expected, use }) => [
    use === "limit" ? `${observation.label} (limit)` : observation.label,
    figure(observation.arrivalRate / observation.tasks),
    `${figure(100 * utilization)} %`,
    ...figures.map((of) => {
      const place = observation.responses.findIndex((response) => response.of === of);
      if (place < 0) return "";
      const measured = figure(1000 * observation.responses[place]!.time);
      return use === "limit" ? measured : `${measured} ${figure(1000 * expected[place]!)}`;
    }),
  ]);
  return table(head, cells, "    ");
}

function capacityLines(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["    capacity:", ...lines];
}

/** Whether the service time is one of tasks that slow each other, which `contention` beside it would count twice. */
function servedByUnlikeNumbers({ rows }: Calibration): boolean {
  return new Set(rows.map(({ observation }) => observation.tasks)).size > 1;
}

/** Of what tasks share; nothing where that is not told from nothing. A declared service time is that of a task alone. */
function contentionCommit(found: Scalability): readonly string[] {
  if (!isContended(found)) return [];
  const { alpha, beta } = found;
  return [
    `      contention: { alpha: ${figure(alpha.value)}, beta: ${figure(beta.value)} }`,
    "      # with contention, serviceTime is that of one task alone: fit its rows by themselves",
  ];
}

/** The declaration's own words; what was not measured stays for its owner to say. */
function profileCommit(
  { mean, cv, concurrency, cpu, saturation }: Calibration,
  vcpus: number | null,
): readonly string[] {
  const work = bindingWork(cpu, saturation);
  return [
    `      serviceTime: { mean: ${milliseconds(mean.value)}, cv: ${figure(cv.value)} }`,
    `      concurrency: ${concurrency.value}`,
    ...(work === undefined ? [] : [`      ${cpuTimeLine(work, vcpus)}`]),
    "      # maxWait and startup are not measured here: keep yours",
  ];
}

function cpuTimeLine(work: number, vcpus: number | null): string {
  return vcpus === null
    ? `# cpuTime: ${milliseconds(work)} × the task's vCPUs, as CPU is full first; --vcpus tells`
    : `cpuTime: ${milliseconds(work * vcpus)}`;
}

function traceLines(trace: Findings["trace"]): readonly string[] {
  if (trace === null) return [];
  return [
    "    demand:",
    `      history: ${trace.file} # ${figure(trace.days)} d, ${rate(trace.meanRate)} on average`,
  ];
}

function interval(estimate: Estimate, unit: (value: number) => string): string {
  return `${unit(estimate.value)} (95 %: ${unit(estimate.low)} to ${unit(estimate.high)})`;
}

function scaled({ value, low, high }: Estimate, factor: number): Estimate {
  return { value: value * factor, low: low * factor, high: high * factor };
}

function milliseconds(seconds: number): string {
  return `${figure(1000 * seconds)} ms`;
}
