import { type Cohort, Cohorts, mean } from "./cohorts.ts";
import {
  burstSeconds,
  type CreditBalance,
  type CreditRules,
  creditSlice,
  launchBalance,
  owed,
} from "./credits.ts";
import type { Served, TaskPool } from "./task-pool.ts";

/** Credits that are left for less time than this, seconds, are none. */
const MOMENT = 0.5;

/**
 * Balances closer than this share of what an instance can save are one: 17 s of full speed. With 2 % CPU tracking at 50 % on a t2.small was found
 * good for 99.3 % of requests, which are 98.5 to 99.0 % served one by one, and 98.5 % here (2026-11-27).
 */
const ALIKE = 0.001;

/** Instances that started together, or whose balances and queues are as good as one. */
interface CreditedCohort extends Cohort {
  balance: CreditBalance;
}

const NOTHING: Served = { late: new Float64Array(0), refused: 0, busy: 0, idle: 1, inSystem: 0, spread: 1 };

/**
 * Burstable instances, each with the balance of those that started with it: with credits they serve as `full` does, without them, in
 * standard mode, as `throttled`; in unlimited mode they are charged for what they borrow beyond a day's. The balancer gives those
 * without credits as much as the others, so that a mean balance would not do: it has credits for as long as anyone has. Instances that join
 * bring their launch credits; those that leave pay what they owe. `cpuShare` is the CPU utilization of a pool that is all busy.
 */
export class CreditedCohorts extends Cohorts<CreditedCohort> {
  private readonly rules: CreditRules;
  private readonly cpuShare: number;
  private readonly full: TaskPool;
  private readonly throttled: TaskPool;
  private dollars = 0;
  /** What `full` served last in this slice, and the queues that it began with: those of most cohorts are the same. */
  private whole: Served = NOTHING;
  private began = Number.NaN;
  private beganSpread = 1;

  constructor(rules: CreditRules, cpuShare: number, full: TaskPool, throttled: TaskPool) {
    super();
    this.rules = rules;
    this.cpuShare = cpuShare;
    this.full = full;
    this.throttled = throttled;
  }

  override serve(tasks: number, rate: number, seconds: number): Served {
    this.dollars = 0;
    this.began = Number.NaN;
    return super.serve(tasks, rate, seconds);
  }

  /** US dollars for surplus credits in the slice served last, of all instances. */
  override get charged(): number {
    return this.dollars;
  }

  protected override calmUpTo(tasks: number): number {
    return this.full.calm(tasks);
  }

  protected override started(count: number): CreditedCohort {
    return { count, inSystem: 0, spread: 1, balance: launchBalance(this.rules) };
  }

  protected override leave({ balance }: CreditedCohort, gone: number): void {
    this.dollars += gone * owed(this.rules, balance);
  }

  protected override served(cohort: CreditedCohort, tasks: number, rate: number, seconds: number): Served {
    const { rules, cpuShare, full, throttled } = this;
    const { inSystem, spread } = cohort;
    if (inSystem !== this.began || spread !== this.beganSpread)
      this.whole = full.serve(tasks, rate, seconds, inSystem, spread);
    this.began = inSystem;
    this.beganSpread = spread;
    const { whole } = this;
    const lasting = burstSeconds(rules, cohort.balance, Math.min(1, whole.busy * cpuShare));
    if (lasting >= seconds) {
      this.spend(cohort, whole.busy, seconds);
      return whole;
    }
    if (lasting < MOMENT) {
      const slow = throttled.serve(tasks, rate, seconds, inSystem, spread);
      this.spend(cohort, slow.busy, seconds);
      return slow;
    }
    this.began = Number.NaN;
    const first = copied(full.serve(tasks, rate, lasting, inSystem, spread));
    this.spend(cohort, first.busy, lasting);
    const rest = throttled.serve(tasks, rate, seconds - lasting, first.inSystem, first.spread);
    this.spend(cohort, rest.busy, seconds - lasting);
    return mixed(first, rest, lasting / seconds);
  }

  private spend(cohort: CreditedCohort, busy: number, seconds: number): void {
    const slice = creditSlice(this.rules, cohort.balance, Math.min(1, busy * this.cpuShare), seconds);
    cohort.balance = slice.balance;
    this.dollars += cohort.count * slice.charged;
  }

  protected override isAlike(older: CreditedCohort, newer: CreditedCohort): boolean {
    return Math.abs(net(older.balance) - net(newer.balance)) <= ALIKE * this.rules.most;
  }

  protected override join(older: CreditedCohort, newer: CreditedCohort, share: number): void {
    const [a, b] = [older.balance, newer.balance];
    older.balance = {
      accrued: mean(share, a.accrued, b.accrued),
      launch: mean(share, a.launch, b.launch),
      surplus: mean(share, a.surplus, b.surplus),
    };
  }
}

function net({ accrued, launch, surplus }: CreditBalance): number {
  return accrued + launch - surplus;
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
    idle: mean(share, first.idle, rest.idle),
    inSystem: rest.inSystem,
    spread: rest.spread,
  };
}
