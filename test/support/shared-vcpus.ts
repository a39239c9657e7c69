import type { ServiceTime } from "../../policy/service-time.ts";
import { serviceTimeAt } from "../../policy/service-time.ts";
import { seededRandom } from "./simulate.ts";

/** A task whose requests first compute, sharing its vCPUs evenly, and then spend the rest of their service time elsewhere. */
export interface SharingTask {
  readonly serviceTime: ServiceTime;
  /** Of an idle task's service time that is computing. */
  readonly share: number;
  readonly vcpus: number;
  readonly slots: number;
}

/** Response times, seconds, of `count` requests at `rate` a second in one of `tasks` tasks behind a round-robin balancer. */
export function sharedVcpus(
  { serviceTime, share, vcpus, slots }: SharingTask,
  tasks: number,
  rate: number,
  count: number,
): { readonly mean: number; readonly p99: number } {
  const random = seededRandom(5);
  const draw = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()); // Box & Muller 1958
  const gap = () =>
    Array.from({ length: tasks }, () => -Math.log(1 - random()) / (rate * tasks)).reduce((a, b) => a + b);
  const thread = Math.min(1, vcpus); // a request computes in one thread
  const queue: number[] = [];
  const times: number[] = [];
  let computing: { readonly arrived: number; readonly rest: number; left: number }[] = [];
  let resting: { readonly arrived: number; readonly done: number }[] = [];
  let [now, arrival] = [0, gap()];
  const start = (arrived: number) => {
    const time = serviceTimeAt(serviceTime, draw());
    computing.push({ arrived, left: share * time * thread, rest: (1 - share) * time });
  };
  while (times.length < count) {
    const speed = Math.min(thread, vcpus / computing.length);
    const computed = now + Math.min(...computing.map(({ left }) => left)) / speed;
    const rested = Math.min(...resting.map(({ done }) => done));
    const next = Math.min(arrival, computed, rested);
    for (const each of computing) each.left -= speed * (next - now);
    now = next;
    if (next === arrival) {
      arrival = now + gap();
      queue.push(now);
    } else if (next === computed) {
      const least = Math.min(...computing.map(({ left }) => left));
      const ready = computing.filter(({ left }) => left === least);
      computing = computing.filter(({ left }) => left > least);
      resting.push(...ready.map(({ arrived, rest }) => ({ arrived, done: now + rest })));
    } else {
      times.push(...resting.filter(({ done }) => done <= now).map(({ arrived }) => now - arrived));
      resting = resting.filter(({ done }) => done > now);
    }
    while (queue.length > 0 && computing.length + resting.length < slots) start(queue.shift()!);
  }
  const sorted = times.toSorted((a, b) => a - b);
  return {
    mean: times.reduce((sum, time) => sum + time) / times.length,
    p99: sorted[Math.floor(0.99 * sorted.length)]!,
  };
}
