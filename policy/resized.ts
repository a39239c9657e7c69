import type { Resources } from "./instance-types.ts";
import type { TaskProfile } from "./service.ts";
import { slowed } from "./service-time.ts";

/**
 * What a task does on another size. Its slots are in proportion to its vCPUs, rounded down, one at the least. With CPU time
 * declared only that part of a request depends on the size: one thread runs on at most one vCPU, and on half a vCPU takes
 * twice as long. Without, a request takes as long as before, and what each vCPU serves is the same: less than a whole slot
 * makes it slower instead.
 */
export function resized(profile: TaskProfile, from: Resources, to: Resources): TaskProfile {
  const slots = (profile.concurrency * to.vcpus) / from.vcpus;
  const concurrency = Math.max(1, Math.floor(slots + 1e-9));
  const slower = profile.cpuTime === undefined ? Math.max(1, 1 / slots) : threadSlowdown(profile, from, to);
  return { ...profile, concurrency, serviceTime: slowed(profile.serviceTime, slower) };
}

/** How many times as long an idle task takes for a request: its CPU time by the speed of a thread, the rest as before. */
function threadSlowdown({ cpuTime = 0, serviceTime }: TaskProfile, from: Resources, to: Resources): number {
  const [before, after] = [Math.min(1, from.vcpus), Math.min(1, to.vcpus)];
  const computing = Math.min(1, cpuTime / before / serviceTime.mean);
  return 1 - computing + (computing * before) / after;
}
