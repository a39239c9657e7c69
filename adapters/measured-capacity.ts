import { type Calibration, calibration } from "../policy/calibration.ts";
import { bindingWork } from "../policy/cpu-demand.ts";
import { memoryRemarks } from "../policy/memory-growth.ts";
import type { Estimate } from "../policy/observation.ts";
import { isContended, scalability } from "../policy/scalability.ts";
import { figure, percent, seconds } from "../policy/words.ts";
import { isBadInput, shown } from "./bad-input.ts";
import type { ServiceDeclaration } from "./declaration-schema.ts";
import type { Say } from "./demand.ts";
import type { LoadTest, LoadTestOptions } from "./load-test-csv.ts";
import { unsound } from "./sound.ts";

/** Reads a load-test table by its path in a declaration. */
export type LoadTestSource = (path: string, options: Partial<LoadTestOptions>) => LoadTest;

interface Judging {
  readonly readLoadTest: LoadTestSource;
  readonly say: Say;
  readonly notes: string[];
}

type Declared = ServiceDeclaration["capacity"] & {
  readonly loadTest: NonNullable<ServiceDeclaration["capacity"]["loadTest"]>;
  /** Of the task that served the test, where they are known. */
  readonly vcpus: number | undefined;
};

/**
 * Service time and concurrency as the declared load test shows them, and CPU time where that is what limits a task; refused, with every
 * reason, where it does not.
 */
export function measuredCapacity(
  { loadTest, concurrency, cpuTime, contention, vcpus }: Declared,
  maxWait: number,
  { readLoadTest, say, notes }: Judging,
) {
  const { file, arrivals, ...options } = loadTest;
  const field = ["capacity", "loadTest"];
  const place = `loadTest is ${shown("loadTest", file)}`;
  try {
    const test = readLoadTest(file, options);
    const result = calibration(test.observations, { maxWait, concurrency: concurrency ?? null, arrivals });
    if (result.kind === "refused") {
      const wayOut = `\`setpoint calibrate --load-test ${file}\` shows the table beside the fit; way out: declare \`serviceTime\``;
      for (const reason of result.reasons) say(field, `${place}; ${reason}. ${wayOut}.`);
      return unsound();
    }
    const fitted = result.calibration;
    const work = bindingWork(fitted.cpu, fitted.saturation);
    const bound = cpuTime ?? (work === undefined || vcpus === undefined ? undefined : work * vcpus);
    notes.push(...test.notes, ...memoryRemarks(test.memory), ...fittedNotes(file, fitted));
    if (contention === undefined) notes.push(...contentionNotes(file, test));
    if (bound !== cpuTime)
      notes.push(
        `cpuTime is not declared: ${seconds(bound!)} is taken, as ${file} has it of this task's CPU`,
      );
    return {
      serviceTime: { mean: fitted.mean.value, cv: fitted.cv.value },
      concurrency: fitted.concurrency.value,
      cpuTime: bound,
    };
  } catch (error) {
    if (!isBadInput(error)) throw error;
    for (const { where, message } of error.faults) say(field, `${place}; ${where}: ${message}`);
    return unsound();
  }
}

/** Contention is not taken by itself: beside it the service time is that of one task alone, which a table of several does not tell. */
function contentionNotes(file: string, { scaling, scaledBy }: LoadTest): readonly string[] {
  if (scaledBy !== "tasks" || scaling.length === 0) return [];
  const fit = scalability(scaling);
  if (fit.kind === "refused" || !isContended(fit.scalability)) return [];
  const { alpha, beta } = fit.scalability;
  return [
    `contention is not declared, and none is counted; ${file} shows tasks that slow each other: α ${figure(alpha.value)}, β ${figure(beta.value)}. \`setpoint calibrate --load-test ${file}\` has the lines to commit`,
  ];
}

function fittedNotes(
  file: string,
  { mean, cv, concurrency, residual, notes }: Calibration,
): readonly string[] {
  const of = (estimate: Estimate, unit: (value: number) => string) =>
    `${unit(estimate.value)} (${unit(estimate.low)} to ${unit(estimate.high)})`;
  const slots = concurrency.low === concurrency.high ? figure(concurrency.value) : of(concurrency, figure);
  return [
    `capacity is fitted to ${file}: service time ${of(mean, seconds)}, cv ${of(cv, figure)}, ${slots} at a time (95 % confidence); it misses the measured response times by ${percent(residual)}`,
    ...notes.map((note) => `${file}: ${note}`),
  ];
}
