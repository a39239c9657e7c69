import {
  burstSeconds,
  type CreditBalance,
  type CreditRules,
  creditSlice,
  launchBalance,
  owed,
} from "./credits.ts";
import type { Served, TaskPool } from "./task-pool.ts";

/** A pool that may cost more than its tasks. */
export interface CreditedPool extends Pick<TaskPool, "serve"> {
  /** US dollars for surplus credits in the slice served last, of all instances. */
  readonly charged?: () => number;
}

/** Credits that are left for less time than this, seconds, are none. */
const MOMENT = 0.5;

/**
 * Balances closer than this share of what an instance can save are one: 17 s of full speed. With 2 % CPU tracking at 50 % on a t2.small was found
 * good for 99.3 % of requests, which are 98.5 to 99.0 % served one by one, and 98.5 % here (2026-11-27).
 */
const ALIKE = 0.001;

/** Instances that started together, or whose balances are as good as one. */
interface Cohort {
  count: number;
  balance: CreditBalance;
  /** Requests in each, and the spread of their waits (task-pool.ts). */
  inSystem: number;
  spread: number;
}

const NOTHING: Served = { late: new Float64Array(0), refused: 0, busy: 0, inSystem: 0, spread: 1 };

type MutableServed = { -readonly [K in keyof Served]: Served[K] };

/**
 * A pool of burstable instances, each with the balance of those that started with it: with credits they serve as `full` does, without them, in
 * standard mode, as `throttled`; in unlimited mode they are charged for what they borrow beyond a day's. The balancer gives those
 * without credits as much as the others, so that a mean balance would not do: it has credits for as long as anyone has. Instances that join
 * bring their launch credits; the newest leave first, and pay what they owe. `cpuShare` is the CPU utilization of a pool that is all busy.
 */
export function creditedPool(
  rules: CreditRules,
  cpuShare: number,
  full: TaskPool,
  throttled: TaskPool,
): CreditedPool {
  return new Cohorts(rules, cpuShare, full, throttled);
}

/** A class for the reason that `SteadyPool` is one (task-pool.ts). */
class Cohorts implements CreditedPool {
  private readonly rules: CreditRules;
  private readonly cpuShare: number;
  private readonly full: TaskPool;
  private readonly throttled: TaskPool;
  private readonly sum: MutableServed = { ...NOTHING };
  /** The oldest first. */
  private cohorts: Cohort[] = [];
  private dollars = 0;
  /** What `full` served last in this slice, and the queues that it began with: those of most cohorts are the same. */
  private whole: Served = NOTHING;
  private began = Number.NaN;
  private beganSpread = 1;

  constructor(rules: CreditRules, cpuShare: number, full: TaskPool, throttled: TaskPool) {
    this.rules = rules;
    this.cpuShare = cpuShare;
    this.full = full;
    this.throttled = throttled;
  }

  serve(tasks: number, rate: number, seconds: number, inSystem: number): Served {
    this.resize(tasks);
    const { cohorts, sum } = this;
    const before = meanInSystem(cohorts, tasks);
    this.began = Number.NaN;
    clear(sum);
    for (let i = 0; i < cohorts.length; i++) {
      const cohort = cohorts[i]!;
      const start = before > 0 ? (cohort.inSystem * inSystem) / before : inSystem;
      const served = this.serveBy(cohort, tasks, rate, seconds, start);
      cohort.inSystem = served.inSystem;
      cohort.spread = served.spread;
      if (cohorts.length === 1) return served;
      add(sum, served, cohort.count / tasks);
    }
    this.cohorts = alike(cohorts, ALIKE * this.rules.most);
    return sum;
  }

  charged(): number {
    return this.dollars;
  }

  private resize(tasks: number): void {
    const { cohorts, rules } = this;
    this.dollars = 0;
    let more = tasks - total(cohorts);
    if (more > 0) cohorts.push({ count: more, balance: launchBalance(rules), inSystem: 0, spread: 1 });
    for (let newest = cohorts.at(-1); newest && more < 0; newest = cohorts.at(-1)) {
      const gone = Math.min(-more, newest.count);
      this.dollars += gone * owed(rules, newest.balance);
      newest.count -= gone;
      more += gone;
      if (newest.count === 0) cohorts.pop();
    }
  }

  /** What instances of a cohort do that begin with `start` requests each. */
  private serveBy(cohort: Cohort, tasks: number, rate: number, seconds: number, start: number): Served {
    const { rules, cpuShare, full, throttled } = this;
    const { spread } = cohort;
    if (start !== this.began || spread !== this.beganSpread)
      this.whole = full.serve(tasks, rate, seconds, start, spread);
    this.began = start;
    this.beganSpread = spread;
    const { whole } = this;
    const lasting = burstSeconds(rules, cohort.balance, Math.min(1, whole.busy * cpuShare));
    if (lasting >= seconds) {
      this.spend(cohort, whole.busy, seconds);
      return whole;
    }
    if (lasting < MOMENT) {
      const slow = throttled.serve(tasks, rate, seconds, start, spread);
      this.spend(cohort, slow.busy, seconds);
      return slow;
    }
    this.began = Number.NaN;
    const first = copied(full.serve(tasks, rate, lasting, start, spread));
    this.spend(cohort, first.busy, lasting);
    const rest = throttled.serve(tasks, rate, seconds - lasting, first.inSystem, first.spread);
    this.spend(cohort, rest.busy, seconds - lasting);
    return mixed(first, rest, lasting / seconds);
  }

  private spend(cohort: Cohort, busy: number, seconds: number): void {
    const slice = creditSlice(this.rules, cohort.balance, Math.min(1, busy * this.cpuShare), seconds);
    cohort.balance = slice.balance;
    this.dollars += cohort.count * slice.charged;
  }
}

function total(cohorts: readonly Cohort[]): number {
  let count = 0;
  for (const cohort of cohorts) count += cohort.count;
  return count;
}

function meanInSystem(cohorts: readonly Cohort[], tasks: number): number {
  let sum = 0;
  for (const { count, inSystem } of cohorts) sum += count * inSystem;
  return sum / tasks;
}

function clear(sum: MutableServed): void {
  sum.late.fill(0);
  sum.refused = sum.busy = sum.inSystem = sum.spread = 0;
}

/** Adds what a share of the instances did. */
function add(sum: MutableServed, each: Served, share: number): void {
  if (sum.late.length === 0) sum.late = new Float64Array(each.late.length);
  for (let i = 0; i < each.late.length; i++) sum.late[i]! += share * each.late[i]!;
  sum.refused += share * each.refused;
  sum.busy += share * each.busy;
  sum.inSystem += share * each.inSystem;
  sum.spread += share * each.spread;
}

/** Those that started one after the other taken together where their balances are within so many credits. */
function alike(cohorts: readonly Cohort[], credits: number): Cohort[] {
  const apart: Cohort[] = [];
  for (const cohort of cohorts) {
    const older = apart.at(-1);
    if (older !== undefined && Math.abs(net(older.balance) - net(cohort.balance)) <= credits)
      join(older, cohort);
    else apart.push(cohort);
  }
  return apart;
}

function net({ accrued, launch, surplus }: CreditBalance): number {
  return accrued + launch - surplus;
}

function join(older: Cohort, newer: Cohort): void {
  const count = older.count + newer.count;
  const share = older.count / count;
  const [a, b] = [older.balance, newer.balance];
  older.balance = {
    accrued: mean(share, a.accrued, b.accrued),
    launch: mean(share, a.launch, b.launch),
    surplus: mean(share, a.surplus, b.surplus),
  };
  older.inSystem = mean(share, older.inSystem, newer.inSystem);
  older.spread = mean(share, older.spread, newer.spread);
  older.count = count;
}

function mean(share: number, a: number, b: number): number {
  return share * a + (1 - share) * b;
}

function copied(served: Served): Served {
  return { ...served, late: served.late.slice() };
}

/** Both parts of a slice; `share` is the length of the first. */
function mixed(first: Served, rest: Served, share: number): Served {
  return {
    late: first.late.map((late, i) => mean(share, late, rest.late[i]!)),
    refused: mean(share, first.refused, rest.refused),
    busy: mean(share, first.busy, rest.busy),
    inSystem: rest.inSystem,
    spread: rest.spread,
  };
}
