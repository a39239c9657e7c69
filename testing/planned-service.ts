import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { badInput, didYouMean, shown } from "../adapters/bad-input.ts";
import { yearsOf } from "../adapters/clock-change-notes.ts";
import { readDeclaration, readStack } from "../adapters/declaration.ts";
import { readGivenPlan } from "../adapters/given-plan.ts";
import { readTrace as reading } from "../adapters/trace-csv.ts";
import { fights } from "../policy/fights.ts";
import { holdout } from "../policy/holdout.ts";
import { scalingPlan, withoutFights } from "../policy/plan.ts";
import { STAND_IN } from "../policy/predictive-scaling.ts";
import { scaled as times } from "../policy/scaled.ts";
import type { Feasibility, ScalingControls } from "../policy/scaling-plan.ts";
import type { Service } from "../policy/service.ts";
import type { Trace } from "../policy/trace.ts";

/** A service and what scales it: the subject of a capacity test. */
export interface PlannedService {
  readonly service: Service;
  readonly controls: ScalingControls;
  readonly feasibility: Feasibility;
  /** What whoever judges it must know: what was left out of a plan made elsewhere, and what stands in for AWS's forecast. */
  readonly notes?: readonly string[];
}

/** Relative to the working directory, or a URL such as `new URL("services.yaml", import.meta.url)`. */
export type FileName = string | URL;

/** Plans one service of a declaration: of a file with `services:` at its top, or of a stack's `Pulumi.<stack>.yaml`. */
export function planOf(declaration: FileName, name: string): PlannedService {
  return planned(declaredService(declaration, name));
}

/**
 * The service with a plan made elsewhere, in the format of `setpoint plan --format aws`, such as the one in production. Only policies
 * that fight each other make it infeasible.
 */
export function givenPlanOf(declaration: FileName, name: string, plan: FileName): PlannedService {
  const service = declaredService(declaration, name);
  const { controls, notes } = readGivenPlan(pathOf(plan), service, yearsOf(service));
  const feasibility = withoutFights({ possible: true }, fights(service, controls));
  return { service, controls, feasibility, notes };
}

/** Plans a service without the last `days` of its history, and returns those days, grown as declared, to judge the plan on. */
export function heldOut(
  declaration: FileName,
  name: string,
  days: number,
): { readonly plan: PlannedService; readonly trace: Trace } {
  const held = holdout(declaredService(declaration, name), days);
  if (held !== undefined) return { plan: planned(held.service), trace: held.trace };
  throw badInput([
    {
      where: `${pathOf(declaration)} services.${name}.demand`,
      message: `days is ${days}; it must be above 0, and the history must have at least one day more to plan on. Hold out less, or declare a longer \`history\`.`,
    },
  ]);
}

/** The same traffic with `factor` times the volume. */
export function scaled(trace: Trace, factor: number): Trace {
  if (!(typeof factor === "number" && factor > 0 && factor < Infinity))
    throw badInput([
      {
        where: "scaled",
        message: `the factor is ${shown("factor", factor)}; it must be a finite number above 0. Write \`scaled(trace, 1.5)\`.`,
      },
    ]);
  if (Array.isArray(trace?.rates)) return times(trace, factor);
  throw badInput([
    {
      where: "scaled",
      message: `the trace is ${shown("trace", trace)}; a file is read first. Write \`scaled(readTrace("traces/monday.csv"), 1.5)\`.`,
    },
  ]);
}

/** Reads a recorded request rate from a CSV file, plain or gzipped. */
export function readTrace(file: FileName): Trace {
  return reading(pathOf(file)).trace;
}

/** The path of a file that is named by path or by URL. */
export function pathOf(file: FileName): string {
  if (typeof file === "string") return file;
  if (file instanceof URL && file.protocol === "file:") return fileURLToPath(file);
  throw badInput([
    {
      where: "file",
      message: `its name is ${shown("name", file instanceof URL ? file.href : file)}; it must be a path or the URL of a file. Write \`new URL("services.yaml", import.meta.url)\`.`,
    },
  ]);
}

function planned(service: Service): PlannedService {
  const { controls, feasibility } = scalingPlan(service);
  const forecasts = controls.predictive?.mode === "forecastAndScale";
  return { service, controls, feasibility, ...(forecasts ? { notes: [STAND_IN] } : {}) };
}

function declaredService(declaration: FileName, name: string): Service {
  const file = pathOf(declaration);
  const stack = /^Pulumi\.(.+)\.yaml$/.exec(basename(file))?.[1];
  const declared = stack === undefined ? readDeclaration(file) : readStack(stack, dirname(file));
  const found = declared.find(({ service }) => service.name === name);
  if (found !== undefined) return found.service;
  const names = declared.map(({ service }) => service.name);
  throw badInput([
    {
      where: `${file} services`,
      message: `there is no service \`${String(name).slice(0, 60)}\`; ${didYouMean(String(name), names)}`,
    },
  ]);
}
