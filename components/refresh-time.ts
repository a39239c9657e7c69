import type { InstanceSettings } from "../adapters/instance-settings.ts";
import type { HealthSettings } from "../adapters/target-settings.ts";
import type { TaskProfile } from "../policy/service.ts";
import { hookTimeouts } from "./lifecycle-hooks.ts";
import { gracePeriod, instanceDraining } from "./request-timing.ts";

/** Seconds that AWS may go on trying to launch instances that fail before it gives a refresh up. */
const STUCK = 3600;

/** Seconds from the end of an alarm's window until CloudWatch has its last data points and has evaluated them. */
const EVALUATION = 120;

export interface RefreshTimeArgs {
  readonly settings: Pick<InstanceSettings, "refresh" | "hooks" | "warmPool">;
  readonly capacity: TaskProfile;
  readonly health: HealthSettings;
  /** Seconds, where declared. */
  readonly drain: number | undefined;
  /** Seconds. */
  readonly warmup: number;
  /** Instances at most. */
  readonly max: number;
}

/** Seconds for which alarms are watched once all instances are new: until one that they set off would be on. */
export function bakeTime(window: number | undefined): number {
  return window === undefined ? 0 : window + EVALUATION;
}

/** Seconds after which a refresh of any size has ended, also where it is undone when all but the last instance are new. */
export function refreshTime(args: RefreshTimeArgs, bake: number): number {
  const { settings, capacity, health, drain, warmup, max } = args;
  const hooked = hookTimeouts(settings).reduce((sum, { heartbeatTimeout }) => sum + heartbeatTimeout, 0);
  const each = gracePeriod(capacity, health) + warmup + hooked + instanceDraining(capacity, drain);
  return Math.ceil(2 * rounds(settings.refresh, max) * each + bake + STUCK);
}

/** Of the size that takes the most: of a tenth at a time 19, which go one by one, where 20 go in twos. */
function rounds({ minHealthy, maxHealthy }: InstanceSettings["refresh"], max: number): number {
  const percent = Math.round(100 * (maxHealthy - minHealthy));
  let most = 0;
  for (let size = 1; size <= max; size++) {
    const atOnce = Math.max(1, Math.floor((size * percent) / 100));
    most = Math.max(most, Math.ceil(size / atOnce));
  }
  return most;
}
