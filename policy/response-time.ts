import type { ResponseFigure } from "./observation.ts";
import type { TaskProfile } from "./service.ts";
import { serviceTimeQuantile } from "./service-time.ts";
import { steadyState } from "./steady-state.ts";

/** How close ln P(longer) comes to what is sought; a percentile is then as exact as its steady state. */
const TOLERANCE = 1e-10;

/** Response times, in seconds, that the model expects of the accepted requests at `rate` requests per second a task. */
export function responseTimes(
  profile: TaskProfile,
  tasks: number,
  rate: number,
  figures: readonly ResponseFigure["of"][],
): readonly number[] {
  const utilization = (rate * profile.serviceTime.mean) / profile.concurrency;
  const shares = figures.filter((figure) => figure !== "mean");
  const quantiles = responseQuantiles(profile, tasks, utilization, shares);
  return figures.map((figure) =>
    figure === "mean" ? meanResponse(profile, tasks, utilization) : quantiles[shares.indexOf(figure)]!,
  );
}

/** By Little's law. */
function meanResponse(profile: TaskProfile, tasks: number, utilization: number): number {
  const { mean } = profile.serviceTime;
  if (utilization === 0) return mean;
  const { inSystem, refused } = steadyState(profile, tasks, [], utilization);
  return (inSystem * mean) / (utilization * profile.concurrency * (1 - refused));
}

interface Bracket {
  /** Logarithms of seconds: the quantile lies between them. */
  low: number;
  high: number;
  /** How far ln P(longer) is above what is sought at one end and below at the other. */
  above: number;
  below: number;
  /** Which end moved last. */
  moved: "low" | "high" | "none";
  found: number;
}

/** All quantiles of one steady state side by side, by the Illinois method on the logarithm of the tail. */
function responseQuantiles(
  profile: TaskProfile,
  tasks: number,
  utilization: number,
  shares: readonly number[],
): readonly number[] {
  const excess = (times: readonly number[], sought: readonly number[]) => {
    const { late, refused } = steadyState(profile, tasks, times.map(Math.exp), utilization);
    return late.map((share, i) =>
      Math.log(Math.max(share - refused, 1e-15) / (1 - refused) / (1 - sought[i]!)),
    );
  };
  const idle = shares.map((share) => serviceTimeQuantile(profile.serviceTime, share));
  const lows = idle.map((time) => Math.log(time) - 1e-6); // waiting only adds to the service
  const highs = idle.map((time) => Math.log(time + profile.maxWait));
  const [above, below] = [excess(lows, shares), excess(highs, shares)];
  const brackets = shares.map((_, i): Bracket => {
    const [low, high] = [lows[i]!, highs[i]!];
    return { low, high, above: above[i]!, below: below[i]!, moved: "none", found: Number.NaN };
  });
  for (let turn = 0; turn < 100; turn++) {
    const open = brackets.flatMap(({ found }, i) => (Number.isNaN(found) ? [i] : []));
    if (open.length === 0) break;
    const times = open.map((i) => between(brackets[i]!, turn));
    const values = excess(
      times,
      open.map((i) => shares[i]!),
    );
    open.forEach((i, k) => {
      narrow(brackets[i]!, times[k]!, values[k]!);
    });
  }
  return brackets.map(({ low, high, found }) => Math.exp(Number.isNaN(found) ? (low + high) / 2 : found));
}

/** Where the straight line crosses 0; every fourth time the middle, so that both ends close in. */
function between({ low, high, above, below }: Bracket, turn: number): number {
  if (turn % 4 === 3 || !(above > below)) return (low + high) / 2;
  return low + Math.min(0.999, Math.max(0.001, above / (above - below))) * (high - low);
}

function narrow(bracket: Bracket, time: number, value: number): void {
  if (Math.abs(value) < TOLERANCE || bracket.high - bracket.low < TOLERANCE) bracket.found = time;
  if (value > 0) {
    if (bracket.moved === "low") bracket.below /= 2;
    Object.assign(bracket, { low: time, above: value, moved: "low" });
    return;
  }
  if (bracket.moved === "high") bracket.above /= 2;
  Object.assign(bracket, { high: time, below: value, moved: "high" });
}
