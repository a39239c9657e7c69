import { type ArrivalsFit, arrivalsFit } from "./arrivals-fit.ts";
import type { ConcurrencyFit } from "./concurrency-fit.ts";
import { bindingWork, type CpuDemand, cpuDemand } from "./cpu-demand.ts";
import { type Doubted, undoubted } from "./failure-doubt.ts";
import { fitRefusals, tableRefusals } from "./identifiability.ts";
import { type Arrivals, type LatencyFit, regularity } from "./latency-fit.ts";
import {
  type Estimate,
  figureName,
  hardlyFails,
  KEPT_UP,
  keepsUp,
  MOST_ERRORS,
  type Observation,
  pastSaturation,
} from "./observation.ts";
import { binned } from "./observation-bins.ts";
import { responseTimes } from "./response-time.ts";
import { figure, percent, seconds } from "./words.ts";

/** What one task can do, as measured: estimates with 95 % confidence intervals. */
export interface Calibration {
  /** Seconds. */
  readonly mean: Estimate;
  readonly cv: Estimate;
  readonly concurrency: Estimate;
  /** How requests came, as given or as the response times say. */
  readonly arrivals: Arrivals;
  /** Requests per second that keep all slots of a task busy. */
  readonly saturation: number;
  readonly cpu: CpuDemand | null;
  /** Root mean square of ln(model ÷ measured): about the typical relative error of a response time. */
  readonly residual: number;
  readonly rows: readonly CalibratedRow[];
  /** What was left out or noticed, one sentence each. */
  readonly notes: readonly string[];
}

/** A row of the data beside what the fitted model says of it. */
export interface CalibratedRow {
  readonly observation: Observation;
  /** Offered load ÷ slots of a task, a ratio. */
  readonly utilization: number;
  /** Seconds, one for each of the observation's figures. */
  readonly expected: readonly number[];
  readonly use: "fit" | "limit";
}

export type CalibrationResult =
  | { readonly kind: "calibrated"; readonly calibration: Calibration }
  | {
      readonly kind: "refused";
      readonly reasons: readonly string[];
      /** The fit that is not believed, where there was one. */
      readonly calibration: Calibration | null;
    };

/** What the measurements do not show. */
export interface Known {
  /** Seconds that a request waits before the service refuses it. */
  readonly maxWait: number;
  /** Requests that a task serves at a time, where that is known. */
  readonly concurrency: number | null;
  /** Measured on users' traffic, of which some requests always fail, such as where a client hangs up; not in a load test. */
  readonly live?: boolean;
  /** How the load generator sent its requests, where that is known. */
  readonly arrivals?: Arrivals | undefined;
}

/**
 * Fits one task's profile to measurements with the queueing model that plans with it; refuses, with every reason,
 * what they cannot show.
 */
export function calibration(observations: readonly Observation[], known: Known): CalibrationResult {
  const served = observations.filter(hardlyFails);
  const { observations: kept, doubted } = undoubted(served.filter(keepsUp));
  const usable = kept.filter(({ responses }) => responses.length > 0);
  const most = Math.max(...usable.map(({ throughput, tasks }) => throughput / tasks));
  const saturated = pastSaturation(served, most);
  const cpu = cpuDemand(observations);
  const early = tableRefusals(observations, usable, known.live === true);
  if (early.length > 0)
    return { kind: "refused", reasons: [...early, ...doubtNotes(doubted)], calibration: null };
  const data = { rows: binned(usable), saturated: binned(saturated), maxWait: known.maxWait };
  const fit = arrivalsFit(data, known.concurrency, known.live ? "random" : (known.arrivals ?? null));
  const found = calibrated(fit, data.rows, data.saturated, known.maxWait);
  const notes = [
    ...leftOut(
      saturated,
      served.filter((each) => !keepsUp(each) && !saturated.includes(each)),
      observations.filter((each) => !hardlyFails(each)),
    ),
    ...doubtNotes(doubted),
    ...outlierNotes(fit, found.rows),
    ...arrivalsNotes(fit, known),
    ...fallingLatency(data.rows, usable),
    ...inferredLimit(found, known),
    ...cpuNotes(cpu, found.saturation),
  ];
  const whole = { ...found, cpu, notes };
  const reasons = fitRefusals(whole, known, served);
  return reasons.length > 0
    ? { kind: "refused", reasons, calibration: whole }
    : { kind: "calibrated", calibration: whole };
}

function calibrated(
  { best, concurrency, arrivals }: ArrivalsFit,
  rows: readonly Observation[],
  saturated: readonly Observation[],
  maxWait: number,
): Omit<Calibration, "cpu" | "notes"> {
  const { mean, cv, residual } = best;
  const serviceTime = { mean: mean.value, cv: cv.value };
  const profile = { serviceTime, concurrency: best.concurrency, maxWait, startup: 0 };
  const row = (use: CalibratedRow["use"]) => (observation: Observation) => {
    const rate = observation.arrivalRate / observation.tasks;
    const figures = observation.responses.map(({ of }) => of);
    const expected = responseTimes(profile, regularity(arrivals, observation.tasks), rate, figures);
    return { observation, utilization: (rate * mean.value) / best.concurrency, expected, use };
  };
  return {
    ...{ mean, cv, concurrency, arrivals, residual },
    saturation: fullOf(best),
    rows: [...rows.map(row("fit")), ...saturated.map(row("limit"))],
  };
}

function leftOut(
  saturated: readonly Observation[],
  halting: readonly Observation[],
  failing: readonly Observation[],
): readonly string[] {
  const behind = `achieved below ${percent(KEPT_UP)} of offered`;
  const notes = [
    [
      saturated,
      `past saturation, or of a load generator that waits for answers (${behind}): such rows mark the limit and do not fit the service time`,
    ],
    [halting, `left out: ${behind}, and yet more was achieved at another rate`],
    [failing, `left out: more than ${percent(MOST_ERRORS)} of the requests failed`],
  ] as const;
  return notes.flatMap(([rows, why]) =>
    rows.length === 0 ? [] : [`${count(rows.length, "row")} ${why}: ${listed(rows)}`],
  );
}

function doubtNotes(doubted: readonly Doubted[]): readonly string[] {
  if (doubted.length === 0) return [];
  const figures = [...new Set(doubted.flatMap((row) => row.figures))].map(figureName);
  const most = Math.max(...doubted.map(({ errors }) => errors));
  return [
    `${figures.join(", ")} of ${listed(doubted)} ${doubted.length + figures.length > 2 ? "are" : "is"} left out: failed requests, up to ${percent(most)}, may have decided them`,
  ];
}

function outlierNotes({ outliers }: ConcurrencyFit, rows: readonly CalibratedRow[]): readonly string[] {
  return outliers.map(({ row, of }) => {
    const { observation, expected } = rows[row]!;
    const place = observation.responses.findIndex((figure) => figure.of === of);
    const measured = observation.responses[place]!.time;
    return `${observation.label}: ${figureName(of)} of ${seconds(measured)} is left out as an outlier; the fit says ${seconds(expected[place]!)}`;
  });
}

/** Fits whose capacities differ by less are as good as one. */
const NOTICED = 0.03;

function arrivalsNotes({ arrivals, best, other }: ArrivalsFit, known: Known): readonly string[] {
  if (arrivals === "even" && known.arrivals === undefined)
    return [
      "the response times are those of requests that came evenly spaced, as many load generators send them; users' come at random and wait longer, as plans expect. If they were sent at random, say `arrivals: random`",
    ];
  if (other === null) return [];
  const [full, evenly] = [fullOf(best), fullOf(other)];
  return Math.abs(evenly / full - 1) < NOTICED
    ? []
    : [
        `the response times do not tell whether the requests were sent at random, as is taken, or evenly spaced, as many load generators do: then all slots were busy at ${figure(evenly)} /s a task, not ${figure(full)}. Say \`arrivals: even\` or \`random\``,
      ];
}

/** Requests per second that keep all slots of a task busy. */
function fullOf({ concurrency, mean }: LatencyFit): number {
  return concurrency / mean.value;
}

/** A median this much above that of a higher rate is no matter of chance. */
const FALLS = 1.2;

/** Fewer tasks than this share of a row's may be faster at a higher rate, as they hold each other up less. */
const AS_MANY = 0.9;

/** Only among so many first rows is a fall a matter of warming up. */
const WARMING = 3;

function fallingLatency(rows: readonly Observation[], inFile: readonly Observation[]): readonly string[] {
  const inOrder = rows.toSorted((a, b) => a.arrivalRate / a.tasks - b.arrivalRate / b.tasks);
  const falls = inOrder.filter((row, i) => {
    const now = row.responses[0];
    const alike = inOrder.slice(i + 1).filter(({ tasks }) => tasks >= AS_MANY * row.tasks);
    const later = alike.flatMap(({ responses }) => responses);
    return now !== undefined && later.some(({ of, time }) => of === now.of && now.time > FALLS * time);
  });
  if (falls.length === 0) return [];
  const warming = Math.max(...falls.map((row) => inFile.indexOf(row))) + 1;
  const wayOut =
    warming > 0 && warming <= WARMING
      ? `the service was still warming up; \`warmup: ${warming}\` leaves out the first rows`
      : "something else ran meanwhile, or the rows are too short";
  return [`the latency falls as the rate rises after ${listed(falls)}: ${wayOut}`];
}

/** Where nothing measured the limit, it rests on the model's waits, which are a few percent off (docs/calibration.md). */
function inferredLimit(
  { rows, saturation, concurrency }: Pick<Calibration, "rows" | "saturation" | "concurrency">,
  known: Known,
): readonly string[] {
  if (known.concurrency !== null || concurrency.value < WIDE || rows.some(({ use }) => use === "limit"))
    return [];
  const busiest = Math.max(...rows.map(({ utilization }) => utilization));
  return [
    `no row is past saturation: the limit of ${figure(saturation)} /s a task is inferred from rows up to ${percent(busiest)} busy and may be 3 % too high, which ${concurrency.value} slots, that can run close to it, do not forgive. Measure a row past saturation`,
  ];
}

/** From so many slots on a task keeps its SLO until a few percent below saturation. */
const WIDE = 4;

function cpuNotes(cpu: CpuDemand | null, saturation: number): readonly string[] {
  if (cpu !== null && cpu.refused !== null) return [cpu.refused];
  const work = bindingWork(cpu, saturation);
  return work === undefined
    ? []
    : [
        `CPU would be full at ${figure(1 / work)} requests a second, before the slots are at ${figure(saturation)}: \`cpuTime\` bounds what a task can do`,
      ];
}

function listed(rows: readonly Pick<Observation, "label">[]): string {
  const labels = rows.slice(0, 3).map(({ label }) => label);
  return rows.length <= 3 ? labels.join(", ") : `${labels.join(", ")} and ${rows.length - 3} more`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? " is" : "s are"}`;
}
