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
 * A pool of burstable instances, one mean balance standing for all: with credits it serves as `full` does, without them, in
 * standard mode, as `throttled`; in unlimited mode it is charged for what it borrows beyond a day's. Instances that join
 * bring their launch credits, those that leave pay what they owe. `cpuShare` is the CPU utilization of a pool that is all busy.
 */
export function creditedPool(
  rules: CreditRules,
  cpuShare: number,
  full: TaskPool,
  throttled: TaskPool,
): CreditedPool {
  let [balance, before, charged] = [launchBalance(rules), 0, 0];
  const resized = (tasks: number) => {
    charged = Math.max(0, before - tasks) * owed(rules, balance);
    if (tasks > before && before > 0) balance = joined(balance, before / tasks, launchBalance(rules));
    before = tasks;
  };
  const spend = (tasks: number, busy: number, seconds: number) => {
    const slice = creditSlice(rules, balance, Math.min(1, busy * cpuShare), seconds);
    balance = slice.balance;
    charged += tasks * slice.charged;
  };
  return {
    serve: (tasks, rate, seconds, inSystem) => {
      resized(tasks);
      const whole = full.serve(tasks, rate, seconds, inSystem);
      const lasting = Math.min(seconds, burstSeconds(rules, balance, Math.min(1, whole.busy * cpuShare)));
      if (lasting >= seconds) {
        spend(tasks, whole.busy, seconds);
        return whole;
      }
      if (lasting < MOMENT) {
        const slow = throttled.serve(tasks, rate, seconds, inSystem);
        spend(tasks, slow.busy, seconds);
        return slow;
      }
      const first = copied(full.serve(tasks, rate, lasting, inSystem));
      spend(tasks, first.busy, lasting);
      const rest = throttled.serve(tasks, rate, seconds - lasting, first.inSystem);
      spend(tasks, rest.busy, seconds - lasting);
      return mixed(first, rest, lasting / seconds);
    },
    charged: () => charged,
  };
}

/** The mean balance once instances with another one have joined; `share` is that of those that were there. */
function joined(balance: CreditBalance, share: number, fresh: CreditBalance): CreditBalance {
  return {
    accrued: mean(share, balance.accrued, fresh.accrued),
    launch: mean(share, balance.launch, fresh.launch),
    surplus: mean(share, balance.surplus, fresh.surplus),
  };
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
  };
}
