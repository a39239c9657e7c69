import { power } from "./power.ts";
import { delayFromLoss, type Queue, type WaitingTail, waitingTail } from "./queue.ts";
import type { TaskProfile } from "./service.ts";
import { serviceTimePoints, shareServedWithin } from "./service-time.ts";
import { waitingTime } from "./waiting-time.ts";

/** What one task does in the long run at one utilization; shares are ratios of the requests that arrive. */
export interface SteadyState {
  /** Offered load ÷ slots; above 1 only patience keeps the queue finite. */
  readonly utilization: number;
  /** Share refused because the wait would exceed `maxWait`. */
  readonly refused: number;
  /** Share refused or served later than each threshold asked for. */
  readonly late: readonly number[];
  /** Mean number of requests in the task, waiting or served. */
  readonly inSystem: number;
}

/**
 * One task of `tasks` behind a round-robin balancer. The balancer gives each task every `tasks`-th of the
 * Poisson arrivals: an Erlang renewal stream with squared coefficient of variation 1/tasks.
 * Finite patience after Boots & Tijms, "A multiserver queueing system with impatient customers",
 * Management Science 45(3), 1999: below `maxWait` the wait is distributed as with unlimited patience,
 * and the share refused is (1 − ρ) G / (1 − ρ G), G the share that would wait longer; exact for M/M/c.
 */
export function steadyState(
  profile: TaskProfile,
  tasks: number,
  thresholds: readonly number[],
  utilization: number,
): SteadyState {
  if (utilization === 0) return idle(profile, thresholds);
  const rho = Math.abs(utilization - 1) < 1e-6 ? 1 + 1e-6 : utilization; // the limit at 1 exists; the formula divides by 0 there
  const tail = waitingTail(queueOf(profile, tasks), rho);
  const patience =
    rho < 1 ? stablePatience(profile, tasks, rho, tail) : overloadedPatience(profile, tasks, rho, tail);
  const accepted = 1 - patience.refused;
  const late = thresholds.map((threshold) => 1 - accepted * servedWithin(profile, threshold, patience));
  const arrivalRate = (rho * profile.concurrency) / profile.serviceTime.mean;
  const inSystem = arrivalRate * accepted * (patience.meanWait + profile.serviceTime.mean);
  return { utilization, refused: patience.refused, late, inSystem };
}

/** Share of the accepted whose wait and service together stay within `threshold`. */
function servedWithin({ serviceTime }: TaskProfile, threshold: number, { waitWithin }: Patience): number {
  const { times, shares } = serviceTimePoints(serviceTime, threshold);
  let sum = 0;
  for (let i = 0; i < times.length; i++) sum += shares[i]! * waitWithin(threshold - times[i]!);
  return sum;
}

/** What `maxWait` makes of a waiting tail: the share refused, and the wait of those accepted. */
interface Patience {
  readonly refused: number;
  /** Share of the accepted that wait at most so many seconds. */
  readonly waitWithin: (time: number) => number;
  /** Seconds. */
  readonly meanWait: number;
}

function stablePatience(
  profile: TaskProfile,
  tasks: number,
  rho: number,
  { probability, decay }: WaitingTail,
): Patience {
  const { maxWait } = profile;
  const longer = waitingTime(profile, tasks, rho);
  const atLimit = longer(maxWait);
  const beyond = beyondPatience(profile, tasks, rho, longer(0), atLimit);
  const cut = probability * Math.exp(-decay * maxWait);
  return {
    refused: refusedShare(rho, beyond),
    waitWithin: (x) => (x < 0 ? 0 : x >= maxWait ? 1 : (1 - longer(x)) / (1 - atLimit)),
    meanWait: ((probability - cut) / decay - maxWait * cut) / (1 - cut),
  };
}

/** How much the first slot that gets free counts where patience is short; found by simulation (docs/capacity-accuracy.md). */
const AT_ONCE = 0.4;

/**
 * P(W > maxWait) as it decides who is refused, given the share that waits with unlimited patience and the tail of its waits, for patience
 * of few service times put right by two limits. The share that waits is that of a loss system the more, as a geometric mean, the shorter
 * patience is and the nearer saturation. And slots that are all busy get free one after the other like Poisson arrivals, however regular
 * or variable their services, until as many have as there are: at first waits fall as with a cv of 1.
 */
function beyondPatience(
  profile: TaskProfile,
  tasks: number,
  rho: number,
  waiting: number,
  tail: number,
): number {
  if (waiting === 0) return 0;
  const { concurrency, serviceTime, maxWait } = profile;
  const patience = maxWait / serviceTime.mean;
  const lossy =
    rho < 1 ? power(delayFromLoss(queueOf(profile, tasks), rho) / waiting, power(rho, 1 + patience)) : 1; // in overload it is that share
  if (concurrency === 1) return lossy * tail;
  const soon = AT_ONCE * Math.exp(-patience);
  const freed = Math.exp((-2 * concurrency * (1 - rho) * patience) / (1 / tasks + 1));
  return lossy * power(tail, 1 - soon) * power(waiting * freed, soon);
}

/** Share refused at a utilization below 1 when `longer` of the requests would wait longer than `maxWait` if all were patient. */
export function refusedShare(utilization: number, longer: number): number {
  return ((1 - utilization) * longer) / (1 - utilization * longer);
}

/** The same beyond a utilization of 1, divided through by G(maxWait), which grows without bound. */
function overloadedPatience(
  profile: TaskProfile,
  tasks: number,
  rho: number,
  { probability, decay }: WaitingTail,
): Patience {
  const { maxWait } = profile;
  const inverse = Math.exp(decay * maxWait) / probability;
  const relative = (x: number) => Math.exp(decay * (maxWait - x));
  return {
    refused: (rho - 1) / (rho - 1 / beyondPatience(profile, tasks, rho, probability, 1 / inverse)),
    waitWithin: (x) => (x < 0 ? 0 : x >= maxWait ? 1 : (relative(x) - inverse) / (1 - inverse)),
    meanWait: (maxWait - (1 - Math.exp(decay * maxWait)) / -decay) / (1 - inverse),
  };
}

function queueOf({ concurrency, serviceTime }: TaskProfile, tasks: number): Queue {
  return {
    servers: concurrency,
    serviceTime: serviceTime.mean,
    serviceScv: serviceTime.cv ** 2,
    arrivalScv: 1 / tasks,
  };
}

function idle({ serviceTime }: TaskProfile, thresholds: readonly number[]): SteadyState {
  const late = thresholds.map((threshold) => 1 - shareServedWithin(serviceTime, threshold));
  return { utilization: 0, refused: 0, late, inSystem: 0 };
}
