import { basename } from "node:path";
import { badInput, shown } from "../adapters/bad-input.ts";
import type { Resilience } from "../policy/service.ts";
import type { Trace } from "../policy/trace.ts";
import { costing, type Expectation, meeting, peaking, surviving } from "./expectations.ts";
import { noteLines, obstacleFindings, span } from "./findings.ts";
import { openSentences } from "./open-sentences.ts";
import { type FileName, type PlannedService, pathOf, readTrace } from "./planned-service.ts";
import type { Promised } from "./promise.ts";

/** Traffic to judge a plan on: a trace, or the CSV file that holds one. */
export type Traffic = Trace | FileName;

/** An expectation that nothing has judged yet: `.on(trace)` does, and nothing else can follow. */
export interface Unjudged {
  on(traffic: Traffic): OnTraffic;
}

/** A plan on traffic: whatever is expected of it is judged at once. */
export interface OnTraffic {
  readonly to: OnTraffic;
  readonly and: OnTraffic;
  readonly not: OnTraffic;
  meet(promised: Promised): OnTraffic;
  survive(lost: number | Resilience): OnTraffic;
  atMost(dollarsPerMonth: number): OnTraffic;
  readonly cost: { atMost(dollarsPerMonth: number): OnTraffic };
  readonly peak: { atMost(tasks: number): OnTraffic };
}

declare global {
  namespace Chai {
    interface Assertion {
      /** The share of good requests reaches the objective: `expect(plan).to.meet("latency").on("traces/monday.csv")`. */
      meet(promised: Promised): Unjudged;
      /** Every SLO holds with so many zones lost throughout, nothing replaced and nothing scaled for it. */
      survive(lost: number | Resilience): Unjudged;
      /** The bill: US dollars a month of 730 h at the declared price. */
      atMost(dollarsPerMonth: number): Unjudged;
      readonly cost: { atMost(dollarsPerMonth: number): Unjudged };
      /** The most tasks at any minute, those still starting included. */
      readonly peak: { atMost(tasks: number): Unjudged };
      /** The traffic that what follows is judged on: `expect(plan).on(trace).to.meet("latency").and.cost.atMost(900)`. */
      on(traffic: Traffic): OnTraffic;
      /** Planning found nothing in the way of the promises. */
      readonly feasible: Assertion;
    }
  }
}

type Assertion = Chai.AssertionStatic;

/** A chai plugin, for `use(capacity)`: what a plan does on traffic, as assertions. */
export const capacity: Chai.ChaiPlugin = (chai, { flag }) => {
  const { Assertion, AssertionError } = chai;
  const open = openSentences();

  Assertion.addMethod("meet", function (promised: Promised) {
    return expected(this, () => meeting(promised));
  });
  Assertion.addMethod("survive", function (lost: number | Resilience) {
    return expected(this, () => surviving(lost));
  });
  Assertion.addMethod("atMost", function (limit: number) {
    const peak = flag(this, "capacity.measure") === "peak";
    flag(this, "capacity.measure", undefined);
    return expected(this, () => (peak ? peaking(limit) : costing(limit)));
  });
  for (const measure of ["cost", "peak"])
    Assertion.addProperty(measure, function () {
      planOf(this);
      begin(this, `end it with .${measure}.atMost(limit)`);
      flag(this, "capacity.measure", measure);
    });
  Assertion.addMethod("on", function (traffic: Traffic) {
    planOf(this);
    flag(this, "capacity.traffic", judgedOn(traffic));
    begin(this, 'say what is expected on that traffic, such as .to.meet("latency")');
  });
  Assertion.addProperty("feasible", function () {
    const { service, feasibility } = planOf(this);
    const told = (not: string) => () =>
      `expected ${service.name} ${not}to be able to keep its promises\n${obstacleFindings(feasibility)}`;
    this.assert(feasibility.possible, told(""), told("not "), undefined, undefined, false);
  });

  /** Judges at once where the traffic is known; otherwise `on` is all that can follow. */
  function expected(assertion: Assertion, expectation: () => Expectation): Assertion | Unjudged {
    planOf(assertion);
    finish(assertion);
    const asked = expectation();
    if (flag(assertion, "capacity.traffic") !== undefined) return judge(assertion, asked);
    begin(assertion, 'it is not said on which traffic; end it with .on("traces/monday.csv")');
    const on = (traffic: Traffic) => {
      finish(assertion);
      flag(assertion, "ssfi", on);
      flag(assertion, "capacity.traffic", judgedOn(traffic));
      return judge(assertion, asked) as unknown as OnTraffic;
    };
    return { on };
  }

  function judge(assertion: Assertion, { text, judge }: Expectation): Assertion {
    const plan = planOf(assertion);
    const { name, trace } = flag(assertion, "capacity.traffic") as Judged;
    const { passed, trial, found } = judge(plan, trace);
    const told = (not: string) => () =>
      `expected ${plan.service.name} ${not}to ${text} on ${name === "" ? "" : `${name}, `}${span(trial)}\n${found()}${noteLines(plan.notes ?? [])}`;
    assertion.assert(passed, told(""), told("not "), undefined, undefined, false);
    return assertion;
  }

  /** Whoever forgets the end of a sentence has asserted nothing: that is an error as soon as the test, or the statement, is over. */
  function begin(assertion: Assertion, rest: string): void {
    finish(assertion);
    const nothing = failure(assertion, `nothing was asserted: ${rest}`);
    flag(assertion, "capacity.finish", open.begin(nothing));
  }

  function finish(assertion: Assertion): void {
    flag(assertion, "capacity.finish")?.();
  }

  function planOf(assertion: Assertion): PlannedService {
    const plan = flag(assertion, "object");
    if (isPlanned(plan)) return plan;
    throw failure(
      assertion,
      'expected a planned service, such as planOf("services.yaml", "cart") returns, or the `plan` of what heldOut returns',
    );
  }

  function failure(assertion: Assertion, message: string): Error {
    return new AssertionError(message, undefined, flag(assertion, "ssfi"));
  }
};

interface Judged {
  /** The file's; empty for a trace that comes from none. */
  readonly name: string;
  readonly trace: Trace;
}

function judgedOn(traffic: Traffic): Judged {
  if (typeof traffic === "string") return { name: traffic, trace: readTrace(traffic) };
  if (traffic instanceof URL) return { name: basename(pathOf(traffic)), trace: readTrace(traffic) };
  const wrong = isTrace(traffic)
    ? traceFault(traffic)
    : `the traffic is ${(traffic as unknown) instanceof Promise ? "a promise, which nobody has awaited" : shown("traffic", traffic)}; it must be a CSV file's name or a trace, such as the \`trace\` of what heldOut returns`;
  if (wrong === undefined) return { name: "", trace: traffic };
  throw badInput([{ where: "on", message: `${wrong}. Write \`.on("traces/monday.csv")\`.` }]);
}

/** What keeps a trace that no file was read for from telling anything. */
function traceFault({ start, step, rates }: Trace): string | undefined {
  const bad = rates.findIndex((rate) => !(rate >= 0 && rate < Infinity));
  if (bad >= 0)
    return `rates[${bad}] is ${shown("rate", rates[bad])}; a rate is a finite number of at least 0, requests a second`;
  if (!rates.some((rate) => rate > 0)) return "the trace has no request in it; nothing could be judged on it";
  if (!Number.isFinite(start)) return `start is ${shown("start", start)}; it must be Unix seconds`;
  return step >= 1 && step <= 3600
    ? undefined
    : `step is ${shown("step", step)}; it must be from 1 to 3600 seconds`;
}

function isTrace(value: unknown): value is Trace {
  return typeof value === "object" && value !== null && "rates" in value && Array.isArray(value.rates);
}

function isPlanned(value: unknown): value is PlannedService {
  if (typeof value !== "object" || value === null || !("controls" in value)) return false;
  return "service" in value && typeof value.service === "object"; // the JSON of `setpoint plan` has its name there
}
