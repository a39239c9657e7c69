import { section } from "./minutes.ts";
import { scaled } from "./scaled.ts";
import type { Service } from "./service.ts";
import type { Trace } from "./trace.ts";

const DAY = 86_400;

/** A service that does not know the last days of its history, and those days, grown as it declares. */
export interface Holdout {
  readonly service: Service;
  readonly trace: Trace;
}

/** Keeps the last `days` of a service's history from it; nothing when that is none, or less than a day would be left to plan on. */
export function holdout(service: Service, days: number): Holdout | undefined {
  const { demand } = service;
  if (demand.kind === "peak") return undefined;
  const { step, rates } = demand.trace;
  const before = rates.length - Math.round((days * DAY) / step);
  if (!(before < rates.length && before * step >= DAY)) return undefined;
  const seen = section(demand.trace, 0, before);
  const held = section(demand.trace, before, rates.length - before);
  return {
    service: { ...service, demand: { ...demand, trace: seen } },
    trace: scaled(held, 1 + demand.growth),
  };
}
