import type { Arrivals } from "../../policy/latency-fit.ts";
import type { Plant } from "../../policy/replay.ts";
import type { TaskProfile } from "../../policy/service.ts";
import { serviceTimeAt } from "../../policy/service-time.ts";

/** Mulberry32: uniform in [0, 1), the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Serves every single request by itself: Poisson arrivals, unless they are evenly spaced, round robin over ready tasks,
 * `concurrency` servers and one queue a task, log-normal service, refusal beyond `maxWait`.
 */
export function requestPlant(
  profile: TaskProfile,
  thresholds: readonly number[],
  random: () => number,
  arrivals: Arrivals = "random",
): Plant {
  const { concurrency, serviceTime, maxWait } = profile;
  const times = serviceTimeTable(serviceTime, 1 << 16);
  let freeAt = new Float64Array(0); // one slot after another, task after task
  let [tasksBefore, next, now] = [0, 0, 0];
  return (tasks, rate, seconds) => {
    if (tasks > tasksBefore) {
      const grown = new Float64Array(tasks * concurrency);
      grown.set(freeAt.subarray(0, tasksBefore * concurrency));
      freeAt = grown;
    }
    tasksBefore = tasks;
    const end = now + seconds;
    const heldBefore = held(freeAt, tasks * concurrency, now);
    const late = new Array<number>(thresholds.length).fill(0);
    let [arrived, refused, work, response] = [0, 0, 0, 0];
    const gap = () => (arrivals === "even" ? 1 : -Math.log(1 - random())) / rate;
    for (let time = now + gap(); time < end; time += gap()) {
      arrived++;
      if (next >= tasks) next = 0;
      const first = next++ * concurrency;
      let slot = first;
      for (let i = first + 1; i < first + concurrency; i++) if (freeAt[i]! < freeAt[slot]!) slot = i;
      const wait = Math.max(0, freeAt[slot]! - time);
      if (wait > maxWait) {
        refused++;
        for (let i = 0; i < late.length; i++) late[i]!++;
        continue;
      }
      const service = times[(random() * times.length) | 0]!;
      for (let i = 0; i < late.length; i++) if (wait + service > thresholds[i]!) late[i]!++;
      freeAt[slot] = time + wait + service;
      work += service;
      response += wait + service;
    }
    now = end;
    const busy = heldBefore + work - held(freeAt, tasks * concurrency, end);
    return {
      arrived,
      late,
      refused,
      busy: busy / (tasks * concurrency * seconds),
      responseTime: arrived > refused ? response / (arrived - refused) : 0,
    };
  };
}

/** Seconds of service that the first `slots` slots still owe at `time` to what they have accepted. */
function held(freeAt: Float64Array, slots: number, time: number): number {
  let owed = 0;
  for (let slot = 0; slot < slots; slot++) owed += Math.max(0, freeAt[slot]! - time);
  return owed;
}

/** Equally likely service times: the distribution's quantiles at the middles of `count` equal shares. */
function serviceTimeTable(serviceTime: TaskProfile["serviceTime"], count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) =>
    serviceTimeAt(serviceTime, normalQuantile((i + 0.5) / count)),
  );
}

/** Acklam's rational approximation of the standard normal quantile, relative error below 1.15e-9. */
function normalQuantile(p: number): number {
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ];
  const b = [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
  ];
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ];
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
  if (p > 0.97575) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return (
      (((((c[0]! * q + c[1]!) * q + c[2]!) * q + c[3]!) * q + c[4]!) * q + c[5]!) /
      ((((d[0]! * q + d[1]!) * q + d[2]!) * q + d[3]!) * q + 1)
    );
  }
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((a[0]! * r + a[1]!) * r + a[2]!) * r + a[3]!) * r + a[4]!) * r + a[5]!) * q) /
    (((((b[0]! * r + b[1]!) * r + b[2]!) * r + b[3]!) * r + b[4]!) * r + 1)
  );
}
