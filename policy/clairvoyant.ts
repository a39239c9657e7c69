import { thresholdsOf } from "./demand-curve.ts";
import { byMinute } from "./minutes.ts";
import type { Service } from "./service.ts";
import { steadyState } from "./steady-state.ts";
import type { Trace } from "./trace.ts";

/**
 * A lower bound: the least task-hours that keep the first latency SLO over the trace when every minute is
 * known, tasks start and stop in no time, and each minute has the bad share of its steady state. One price
 * for a bad request decides every minute (Lagrange); bisection finds the price that spends the budget.
 */
export function clairvoyantTaskHours(service: Service, trace: Trace): number {
  const { capacity, slos } = service;
  const thresholds = thresholdsOf(service);
  const objective = slos.find((slo) => slo.kind === "latency") ?? slos[0]!;
  const rates = byMinute(trace).rates;
  const bins = binned(rates);
  const options = bins.map(({ rate }) => {
    const fewest = Math.max(1, Math.floor((0.5 * rate * capacity.serviceTime.mean) / capacity.concurrency));
    const states: { tasks: number; bad: number }[] = [];
    for (let tasks = fewest; ; tasks++) {
      const utilization = (rate * capacity.serviceTime.mean) / (tasks * capacity.concurrency);
      const state = steadyState(capacity, tasks, thresholds, utilization);
      const share = objective.kind === "latency" ? state.late[0]! : state.refused;
      states.push({ tasks, bad: share * rate });
      if (share <= (1 - objective.objective) / 20 || utilization < 0.02 || tasks > 4 * fewest + 50) break;
    }
    return states;
  });
  const total = rates.reduce((sum, rate) => sum + rate, 0);
  const spent = (price: number) => {
    let [tasks, bad] = [0, 0];
    options.forEach((states, i) => {
      let best = states[0]!;
      for (const state of states)
        if (state.tasks + price * state.bad < best.tasks + price * best.bad) best = state;
      tasks += best.tasks * bins[i]!.count;
      bad += best.bad * bins[i]!.count;
    });
    return { tasks, bad };
  };
  let [cheap, dear] = [1e-6, 1e9];
  for (let i = 0; i < 80; i++) {
    const price = Math.sqrt(cheap * dear);
    if (spent(price).bad > (1 - objective.objective) * total) cheap = price;
    else dear = price;
  }
  return spent(dear).tasks / 60;
}

/** Rates within half a percent of each other share one decision. */
function binned(rates: readonly number[]): { rate: number; count: number }[] {
  const bins = new Map<number, { rate: number; count: number }>();
  for (const rate of rates) {
    const key = rate <= 0 ? Number.NEGATIVE_INFINITY : Math.round(Math.log(rate) / 0.005);
    const bin = bins.get(key) ?? { rate: 0, count: 0 };
    bins.set(key, { rate: Math.max(bin.rate, rate), count: bin.count + 1 });
  }
  return [...bins.values()];
}
