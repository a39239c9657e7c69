import { normalShare, normalTail, normalTailRatio } from "./normal.ts";
import { power } from "./power.ts";

/** Square roots of the busy servers after which the recursion has forgotten its start, to all digits. */
const FORGETFUL = 30;

/** Share of arrivals that find `servers` busy and are lost (M/G/c/c). Erlang 1917; recursion of Jagerman 1974. */
export function erlangB(servers: number, offeredLoad: number): number {
  const busy = Math.min(servers, offeredLoad);
  const first = Math.max(0, Math.floor(busy - FORGETFUL * Math.sqrt(busy)));
  let blocking = 1;
  for (let k = first + 1; k <= servers; k++)
    blocking = (offeredLoad * blocking) / (k + offeredLoad * blocking);
  return blocking;
}

/**
 * Share of arrivals that wait in M/M/c. Above a load of one erlang a server the queue has no steady
 * state and the value exceeds 1: the analytic continuation that finite patience makes finite again.
 */
export function erlangC(servers: number, offeredLoad: number): number {
  const blocking = erlangB(servers, offeredLoad);
  return blocking / (1 - (offeredLoad / servers) * (1 - blocking));
}

/** One first-come-first-served queue before `servers` equal servers; variability as squared coefficients of variation. */
export interface Queue {
  readonly servers: number;
  /** Mean service time, seconds. */
  readonly serviceTime: number;
  readonly serviceScv: number;
  readonly arrivalScv: number;
}

/** `P(W > x) = probability × exp(−decay × x)`, x in seconds: the waiting time with unlimited patience. */
export interface WaitingTail {
  readonly probability: number;
  /** 1/s; negative above a utilization of 1. */
  readonly decay: number;
}

/**
 * Waiting time in GI/G/c at `utilization` (offered load ÷ servers, not 1).
 * W. Whitt, "Approximations for the GI/G/m queue", Production and Operations Management 2(2), 1993:
 * the waiting probability of §4 and the mean of (2.24–2.25); exponential given that one waits (§5).
 */
export function waitingTail(queue: Queue, utilization: number): WaitingTail {
  const { servers, serviceTime, serviceScv, arrivalScv } = queue;
  const heavyTraffic = ((arrivalScv + serviceScv) / 2) * (serviceTime / (servers * (1 - utilization)));
  if (utilization >= 1) return { probability: delayFromLoss(queue, utilization), decay: 1 / heavyTraffic };
  const erlang = erlangC(servers, utilization * servers);
  // So few wait that the share has no number: what they would wait does not matter.
  if (erlang < Number.EPSILON ** 8) return { probability: 0, decay: 1 / heavyTraffic };
  const probability = waitingProbability(queue, utilization, erlang);
  const mean = meanCorrection(queue, utilization) * heavyTraffic * erlang;
  return { probability, decay: Math.max(probability, Number.MIN_VALUE) / mean };
}

/**
 * Share that waits if it follows from the share that is lost where nobody may wait, as Erlang C does from Erlang B; beyond a utilization
 * of 1 its continuation. Lost are as many as of servers ÷ z with load ÷ z, z the peakedness of the arrivals: W. S. Hayward's equivalent
 * (A. A. Fredericks, "Congestion in blocking systems – a simple approximation technique", Bell System Technical Journal 59(6), 1980).
 * Between whole servers the logarithm of Erlang B is linear.
 */
export function delayFromLoss({ servers, serviceScv, arrivalScv }: Queue, utilization: number): number {
  const equivalent = servers / peakedness(arrivalScv, serviceScv);
  const few = Math.floor(equivalent);
  const blocking = (count: number) => erlangB(count, utilization * count);
  const [most, least] = [blocking(few), blocking(few + 1)];
  if (least === 0) return 0; // so few are lost that the share has no number
  const lost = most * power(least / most, equivalent - few);
  return lost / (1 - utilization * (1 - lost));
}

/** Up to so many servers, or with arrivals as irregular as Poisson's, Whitt's mixture holds (4.1); else the delay of many servers does. */
const FEW_SERVERS = 6;

/**
 * Erlang C corrected for arrivals and service that are not exponential. Few servers: Whitt 1993, (4.1)–(4.4). Many: Erlang C times
 * what the peakedness of the arrivals does to the delay in the Halfin–Whitt limit (Operations Research 29(3), 1981). Whitt's own
 * mixture for many falls where the load rises: with 9 servers, cv 0.3 and regular arrivals from 0.16 at 86 % busy to 0.10 at 90 %,
 * where every request served shows 0.19 and 0.31.
 */
function waitingProbability(queue: Queue, utilization: number, erlang: number): number {
  const { servers: m, serviceScv, arrivalScv } = queue;
  const idle = (1 - utilization) * Math.sqrt(m);
  if (m > FEW_SERVERS && arrivalScv < 1) {
    const calmer = idle / Math.sqrt(peakedness(arrivalScv, serviceScv));
    return Math.min(1, (delayInTheLimit(calmer) / delayInTheLimit(idle)) * erlang);
  }
  const corrected = (x: number) => Math.min(1, normalTailRatio(x, idle) * erlang);
  const lightest = corrected((2 * idle) / (1 + arrivalScv));
  const heaviest = corrected(((1 + serviceScv) * idle) / (arrivalScv + serviceScv));
  return utilization ** 2 * heaviest + (1 - utilization ** 2) * lightest;
}

/**
 * Variance ÷ mean of how many of endless servers are busy: 1 + (ca² − 1) E[min(S, S′)] ÷ E[S] (W. Whitt, "Heavy-traffic approximations
 * for service systems with blocking", AT&T Bell Laboratories Technical Journal 63(5), 1984); of two log-normal service times, with
 * σ² = ln(1 + cs²), the shorter is 2 Φ(−σ ÷ √2) of the mean.
 */
function peakedness(arrivalScv: number, serviceScv: number): number {
  return 1 - (1 - arrivalScv) * 2 * normalTail(Math.sqrt(Math.log1p(serviceScv) / 2));
}

/** Halfin & Whitt 1981, (2.3): 1 ÷ (1 + β Φ(β) ÷ φ(β)), β = (1 − ρ) √m. */
function delayInTheLimit(beta: number): number {
  return 1 / (1 + beta * normalShare(beta) * Math.sqrt(2 * Math.PI) * Math.exp(beta ** 2 / 2));
}

/** Whitt 1993, (2.10)–(2.25): what the Allen–Cunneen mean is multiplied by. */
function meanCorrection(queue: Queue, utilization: number): number {
  const { servers: m, serviceScv: cs2, arrivalScv: ca2 } = queue;
  const gap = Math.min(
    0.24,
    ((1 - utilization) * (m - 1) * (Math.sqrt(4 + 5 * m) - 2)) / (16 * m * utilization),
  );
  const regularArrivals = (1 - 4 * gap) * Math.exp((-2 * (1 - utilization)) / (3 * utilization));
  const regularService = 1 + gap;
  const mean = (ca2 + cs2) / 2;
  const base = Math.min(1, (regularService + regularArrivals) / 2);
  const mixed = mean >= 1 ? 1 : power(base, 2 * (1 - mean));
  if (ca2 === cs2) return mixed;
  if (ca2 > cs2) {
    const whole = 4 * ca2 - 3 * cs2;
    return ((4 * (ca2 - cs2)) / whole) * regularService + (cs2 / whole) * mixed;
  }
  const whole = 2 * (ca2 + cs2);
  return ((cs2 - ca2) / whole) * regularArrivals + ((cs2 + 3 * ca2) / whole) * mixed;
}
