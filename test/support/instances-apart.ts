import {
  burstSeconds,
  type CreditBalance,
  creditRules,
  creditSlice,
  launchBalance,
  owed,
} from "../../policy/credits.ts";
import { thresholdsOf } from "../../policy/demand-curve.ts";
import { baselinePace, fullPace } from "../../policy/pace.ts";
import type { Service } from "../../policy/service.ts";
import { cpuShare } from "../../policy/task-bounds.ts";
import { taskPool } from "../../policy/task-pool.ts";

/** Burstable instances with a book and a queue for each, none of them taken together: what is refused, requests, and charged, US dollars. */
export function instancesApart(service: Service) {
  const rules = creditRules(service.compute)!;
  const share = cpuShare(service);
  const paces = [fullPace(service), baselinePace(service) ?? fullPace(service)] as const;
  const [full, slow] = paces.map((pace) => taskPool(service.capacity, thresholdsOf(service), pace));
  const instances: { balance: CreditBalance; inSystem: number; spread: number }[] = [];
  return (tasks: number, rate: number, seconds: number) => {
    let [charged, refused] = [0, 0];
    while (instances.length > tasks) charged += owed(rules, instances.pop()!.balance);
    while (instances.length < tasks)
      instances.push({ balance: launchBalance(rules), inSystem: 0, spread: 1 });
    for (const each of instances) {
      const part = (pool: typeof full, length: number) => {
        if (length === 0) return;
        const served = pool!.serve(tasks, rate, length, each.inSystem, each.spread);
        const slice = creditSlice(rules, each.balance, Math.min(1, served.busy * share), length);
        each.balance = slice.balance;
        each.inSystem = served.inSystem;
        each.spread = served.spread;
        charged += slice.charged;
        refused += (served.refused * rate * length) / tasks;
      };
      const { busy } = full!.serve(tasks, rate, seconds, each.inSystem, each.spread);
      const lasting = Math.min(seconds, burstSeconds(rules, each.balance, Math.min(1, busy * share)));
      const fast = lasting < 0.5 ? 0 : lasting;
      part(full, fast);
      part(slow, seconds - fast);
    }
    return { charged, refused: tasks === 0 ? rate * seconds : refused };
  };
}
