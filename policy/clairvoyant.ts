import { byMinute } from "./minutes.ts";
import type { Service } from "./service.ts";
import { poolOf } from "./steady-plant.ts";
import type { Trace } from "./trace.ts";

/**
 * A lower bound: no fleet of at least one task that keeps every SLO over the trace has fewer task-hours, though every minute is
 * known and tasks start and stop in no time, when each minute has the bad share of its steady state. It is the largest of
 * the bounds that each SLO sets alone; infinite when no number of tasks keeps one.
 */
export function clairvoyantTaskHours(service: Service, trace: Trace): number {
  const bins = binned(byMinute(trace).rates);
  let latency = 0;
  const bounds = service.slos.map(({ kind, objective }) => {
    const slo = kind === "latency" ? latency++ : undefined;
    return taskMinutes(service, bins, slo, 1 - objective) / 60;
  });
  return Math.max(...bounds);
}

/** Minutes whose rates, in requests a second, are alike. */
interface Bin {
  /** The least of them, for which tasks are counted: a bound may not overstate. */
  readonly rate: number;
  readonly minutes: number;
  /** Their mean, of which the error budget is. */
  readonly mean: number;
}

/** Difference of the natural logarithms of rates that are alike: half a percent. */
const BIN = 0.005;

function binned(rates: readonly number[]): readonly Bin[] {
  const bins = new Map<number, Bin>();
  for (const rate of rates) {
    const key = rate <= 0 ? Number.NEGATIVE_INFINITY : Math.round(Math.log(rate) / BIN);
    const { minutes, mean, rate: least } = bins.get(key) ?? { minutes: 0, mean: 0, rate };
    bins.set(key, {
      rate: Math.min(least, rate),
      minutes: minutes + 1,
      mean: (mean * minutes + rate) / (minutes + 1),
    });
  }
  return [...bins.values()];
}

/** Prices of a bad request a second, in tasks, between which the one that spends the budget is looked for. */
const [LEAST_PRICE, MOST_PRICE] = [1e-6, 1e9];

/**
 * The least task-minutes whose bad requests stay within `budget` (a share), by Lagrange: at any price of a bad request, the least
 * of tasks + price × bad requests, minute by minute, less price × budget, is a bound from below; the price at which
 * the budget is just spent gives the highest.
 */
function taskMinutes(
  service: Service,
  bins: readonly Bin[],
  latency: number | undefined,
  budget: number,
): number {
  const options = bins.map(({ rate }) => cheapestOption(service, rate, latency));
  const allowed = budget * bins.reduce((sum, { mean, minutes }) => sum + mean * minutes, 0);
  const unavoidable = bins.reduce((sum, { minutes }, i) => sum + minutes * options[i]!.unavoidable, 0);
  if (unavoidable > allowed) return Number.POSITIVE_INFINITY;
  const at = (price: number) => {
    let [tasks, bad] = [0, 0];
    bins.forEach(({ minutes }, i) => {
      const option = options[i]!.at(price);
      tasks += option.tasks * minutes;
      bad += option.bad * minutes;
    });
    return { within: bad <= allowed, bound: tasks + price * (bad - allowed) };
  };
  let [low, high] = [LEAST_PRICE, LEAST_PRICE];
  while (high < MOST_PRICE && !at(high).within) [low, high] = [high, high * 8];
  if (!at(high).within) return Number.POSITIVE_INFINITY; // whatever it may cost, no fleet keeps it
  while (high / low > 1 + 1e-6) {
    const price = Math.sqrt(low * high);
    if (at(price).within) high = price;
    else low = price;
  }
  return Math.max(at(0).bound, at(low).bound, at(high).bound);
}

/**
 * At a price, the number of tasks with the least tasks + price × bad requests a second at one rate, and those requests. Below half of
 * what carries the load, bad requests fall in proportion to the tasks, so that of those numbers only the ends can be best.
 */
function cheapestOption(service: Service, rate: number, latency: number | undefined) {
  const pool = poolOf(service);
  const { serviceTime, concurrency } = service.capacity;
  const badAt = (tasks: number, of: number) => {
    const { late, refused } = pool.steady(tasks, of);
    return rate * (latency === undefined ? refused : late[latency]!);
  };
  const fewest = Math.max(1, Math.floor((0.5 * rate * serviceTime.mean) / concurrency));
  const alone = { tasks: 1, bad: badAt(1, rate) };
  const unavoidable = badAt(1, 0);
  const bad: number[] = [];
  /** Of idle tasks: with contention the more the more there are, so that no larger fleet has fewer. */
  const idle: number[] = [];
  const at = (price: number) => {
    let best = alone;
    let least = best.tasks + price * best.bad;
    for (let i = 0; ; i++) {
      idle[i] ??= badAt(fewest + i, 0);
      if (fewest + i + price * idle[i]! >= least) break;
      bad[i] ??= badAt(fewest + i, rate);
      const cost = fewest + i + price * bad[i]!;
      if (cost >= least) continue;
      least = cost;
      best = { tasks: fewest + i, bad: bad[i]! };
    }
    return best;
  };
  return { unavoidable, at };
}
