import { demandHistory } from "./demand.ts";
import type { Demand } from "./service.ts";

/** Requests per second that a plan expects on average: of its history, grown, or of the day assumed around a peak. */
export function meanRate(demand: Demand): number {
  const { rates } = demandHistory(demand).trace;
  return rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}
