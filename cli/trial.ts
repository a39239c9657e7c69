import { badInput } from "../adapters/bad-input.ts";
import type { DeclaredService } from "../adapters/declaration.ts";
import { holdout as heldOut } from "../policy/holdout.ts";
import { scaled } from "../policy/scaled.ts";
import type { Service } from "../policy/service.ts";
import type { Trace } from "../policy/trace.ts";
import { span } from "../policy/words.ts";

/** A service as it is planned, and the traffic that the plan is judged on. */
export interface Trial {
  readonly service: Service;
  readonly trace: Trace;
  /** The traffic in words. */
  readonly traffic: string;
  /** Whether the plan is made without knowing that traffic; of a plan made elsewhere that is not known. */
  readonly unseen: boolean | undefined;
  readonly notes: readonly string[];
}

const DAY = 86_400;

/** What to judge a service on: a recording, the last days of its history, or the whole of it. */
export async function trialOf(
  { service }: DeclaredService,
  { trace: file, holdout }: { readonly trace?: string; readonly holdout?: number },
): Promise<Trial> {
  const { demand } = service;
  if (file !== undefined) {
    const { readTrace } = await import("../adapters/trace-csv.ts");
    const { trace, notes } = readTrace(file);
    const overlap = demand.kind === "history" ? commonDays(trace, demand.trace) : 0;
    const seen = `${overlap.toFixed(1)} days of it are also in the history that the plan was made on`;
    return {
      service,
      trace,
      traffic: `the recording ${file}`,
      unseen: overlap === 0,
      notes: overlap === 0 ? notes : [...notes, seen],
    };
  }
  if (demand.kind === "peak")
    throw badInput([
      {
        where: `services.${service.name}.demand`,
        message:
          "it declares a peak and no history; there is no traffic to replay. Give one with --trace FILE.",
      },
    ]);
  const whole = demand.trace;
  if (holdout === undefined) {
    const traffic = `its declared history${grownBy(demand.growth)}`;
    return { service, trace: scaled(whole, 1 + demand.growth), traffic, unseen: false, notes: [] };
  }
  const held = heldOut(service, holdout);
  if (held === undefined) {
    const length = whole.step * whole.rates.length;
    const wayOut =
      length < 2 * DAY
        ? "Without --holdout all of it is replayed, with --trace FILE another"
        : "Hold out less";
    throw badInput([
      {
        where: "--holdout",
        message: `it is ${holdout} d, and the history of ${service.name} has ${span(length)}; at least one day must be left to plan on. ${wayOut}.`,
      },
    ]);
  }
  return {
    ...held,
    traffic: `the last ${holdout === 1 ? "day" : `${holdout} days`} of its history${grownBy(demand.growth)}`,
    unseen: true,
    notes: [],
  };
}

/** The plan is for traffic that has grown as declared, so that is what it is judged on. */
function grownBy(growth: number): string {
  return growth === 0 ? "" : `, grown by ${Number((100 * growth).toPrecision(6))} % as declared`;
}

function commonDays(a: Trace, b: Trace): number {
  const end = (trace: Trace) => trace.start + trace.step * trace.rates.length;
  return Math.max(0, Math.min(end(a), end(b)) - Math.max(a.start, b.start)) / DAY;
}
