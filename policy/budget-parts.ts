import type { Service, Slo } from "./service.ts";
import { shareServedWithin } from "./service-time.ts";

/** An SLO's error budget in two, as shares of all requests. */
export interface BudgetParts {
  /** What idle tasks miss already: no matter of capacity. */
  readonly idle: number;
  /** What capacity decides: the rest. All of the budget where idle tasks miss more than it. */
  readonly rest: number;
}

export function budgetParts({ capacity }: Service, slo: Slo): BudgetParts {
  const budget = 1 - slo.objective;
  const idle = slo.kind === "latency" ? 1 - shareServedWithin(capacity.serviceTime, slo.threshold) : 0;
  return idle < budget ? { idle, rest: budget - idle } : { idle: 0, rest: budget };
}
