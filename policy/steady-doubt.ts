import { budgetParts } from "./budget-parts.ts";
import { busiestUtilization, MANY } from "./demand-curve.ts";
import type { Service, Slo } from "./service.ts";
import type { Trace } from "./trace.ts";

/** What is not known of the error budget that a window uses, even where every day is like the others: the model errs. */
export interface SteadyDoubt {
  /** Of what capacity decides of the budget, the share at which a window is as likely missed as kept. */
  readonly evenOdds: number;
  /** Standard deviation of what a window uses, as a share of it. */
  readonly deviation: number;
}

/**
 * The doubt of each SLO. The steeper lateness rises with the load, the more of a budget an error of the model is, and the fewer tasks hold it off: against
 * serving every request its root mean square is about 0.03 × √steepness of what capacity decides (docs/capacity-accuracy.md). Even odds are as
 * far below the whole budget as kept most for their cost in walk-forward (docs/model.md).
 */
export function steadyDoubts(service: Service, history: Trace): readonly SteadyDoubt[] {
  const tasks = tasksOf(service, history);
  const short = history.rates.length < DAY;
  return service.slos.map((slo) => {
    const root = Math.sqrt(short ? STEEPEST : steepness(service, slo, tasks));
    return { evenOdds: 1 - SHORT_OF_ALL * root, deviation: DEVIATION * root };
  });
}

/** Minutes of history below which nothing is steady: hours unlike these are still to come, and the doubt is the largest there is. */
const DAY = 1440;

/** Of the square root of the steepness. */
const [DEVIATION, SHORT_OF_ALL] = [0.03, 0.0375];

/** Beyond it a budget's last eighth is less than a hundredth of the load: what else is allowed for costs nothing. */
const STEEPEST = 16;

/**
 * By how many percent what a budget pays for grows with each percent of load, in the long run, from half of what capacity decides of it to
 * all: 2 to 5 with one slot a task and variable service times, 10 to 20 with a few slots, at most 16 here. At least that of the queue alone:
 * how requests share a vCPU is known less well.
 */
export function steepness(service: Service, slo: Slo, tasks: number): number {
  const { cpuTime: _, memory: __, ...capacity } = service.capacity;
  const { idle, rest } = budgetParts(service, slo);
  const among = (bounded: Service) => {
    const carried = (share: number) =>
      busiestUtilization({ ...bounded, slos: [{ ...slo, objective: 1 - idle - share * rest }] }, tasks);
    const [half, all] = [carried(1 / 2), carried(1)];
    return half > 0 && all > half ? Math.min(STEEPEST, Math.LN2 / Math.log(all / half)) : STEEPEST;
  };
  return Math.max(among(service), among({ ...service, capacity }));
}

/** Tasks that the mean rate keeps fully busy; as many of them as make a difference to one. */
function tasksOf({ capacity }: Service, { rates }: Trace): number {
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const offered = (mean * capacity.serviceTime.mean) / capacity.concurrency;
  return Math.min(MANY, Math.max(1, Math.ceil(offered)));
}
