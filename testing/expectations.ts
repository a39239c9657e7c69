import { badInput, shown } from "../adapters/bad-input.ts";
import { figure } from "../cli/figures.ts";
import type { Resilience, Service } from "../policy/service.ts";
import type { Trace } from "../policy/trace.ts";
import { type CapacityTrial, capacityTrial, capacityTrialWithout } from "./capacity-trial.ts";
import { dollars, findings, peakFindings } from "./findings.ts";
import type { PlannedService } from "./planned-service.ts";
import { everySlo, type Promised, promisedName, promising } from "./promise.ts";

/** What is expected of a plan on a trace: in words that follow "expected cart to", and how it is judged. */
export interface Expectation {
  readonly text: string;
  readonly judge: (plan: PlannedService, trace: Trace) => Verdict;
}

export interface Verdict {
  readonly passed: boolean;
  readonly trial: CapacityTrial;
  /** What was found, for the message of a failure. */
  readonly found: () => string;
}

/** The share of good requests reaches the objective. */
export function meeting(promised: Promised): Expectation {
  return {
    text: `meet ${promisedName(promised)}`,
    judge: (plan, trace) => verdict(capacityTrial(plan, promising(plan.service, promised), trace), keeps),
  };
}

/** Every SLO holds with zones lost throughout: as many as given of those that the service declares, or of those given. */
export function surviving(lost: number | Resilience): Expectation {
  if (typeof lost !== "number" && (typeof lost !== "object" || lost === null))
    throw badInput([
      {
        where: "survive",
        message: `the zones lost are ${shown("survive", lost)}; it must be their number, or how many of how many. Write \`.survive(1)\`.`,
      },
    ]);
  const zones = typeof lost === "number" ? "its" : String(lost.zones);
  const count = typeof lost === "number" ? lost : lost.survive;
  return {
    text: `meet ${promisedName(everySlo)} with ${count} of ${zones} zones lost`,
    judge: (plan, trace) => verdict(capacityTrialWithout(plan, trace, zonesOf(plan.service, lost)), keeps),
  };
}

/** The bill stays within so many US dollars a month. */
export function costing(limit: number): Expectation {
  const most = amount("cost.atMost", limit, "US dollars a month");
  return {
    text: `cost at most ${dollars(most)} a month`,
    judge: (plan, trace) =>
      verdict(capacityTrial(plan, plan.service, trace), ({ backtest }) => backtest.dollarsPerMonth <= most),
  };
}

/** No minute has more tasks, those still starting included. */
export function peaking(limit: number): Expectation {
  const most = amount("peak.atMost", limit, "tasks or instances");
  return {
    text: `peak at no more than ${figure(most)}`,
    judge: (plan, trace) => {
      const trial = capacityTrial(plan, plan.service, trace);
      const passed = trial.backtest.peakCapacity <= most;
      return { passed, trial, found: () => peakFindings(trial) };
    },
  };
}

function keeps({ backtest }: CapacityTrial): boolean {
  return backtest.met;
}

function verdict(trial: CapacityTrial, passes: (trial: CapacityTrial) => boolean): Verdict {
  return { passed: passes(trial), trial, found: () => findings(trial) };
}

function amount(where: string, value: number, unit: string): number {
  if (typeof value === "number" && value >= 0 && value < Infinity) return value;
  throw badInput([
    {
      where,
      message: `the limit is ${shown("limit", value)}; it must be a number of ${unit}, at least 0. Write \`.${where}(40)\`.`,
    },
  ]);
}

function zonesOf({ name, resilience }: Service, lost: number | Resilience): Resilience {
  if (typeof lost === "number" && resilience === undefined)
    throw badInput([
      {
        where: `services.${name}.resilience`,
        message: `resilience is missing; how many zones the service runs in is not known. Declare it, or write \`.survive({ zones: 3, survive: ${lost} })\`.`,
      },
    ]);
  const { zones, survive } = typeof lost === "number" ? { ...resilience!, survive: lost } : lost;
  if (Number.isInteger(zones) && Number.isInteger(survive) && survive >= 1 && survive < zones)
    return { zones, survive };
  throw badInput([
    {
      where: "survive",
      message: `${shown("survive", survive)} of ${shown("zones", zones)} zones are lost; it must be a whole number from 1 to one less than the zones. Write \`.survive(1)\`, or \`.survive({ zones: 3, survive: 1 })\`.`,
    },
  ]);
}
