import { z } from "zod";
import { twelveDigits } from "../policy/rounded.ts";
import {
  empiricalServiceTime,
  empiricalServiceTimeOf,
  leastMean,
  type Quantile,
  type ServiceTime,
} from "../policy/service-time.ts";
import { didYouMean } from "./bad-input.ts";
import { duration, plainNumber } from "./quantity.ts";

/** Service times as declared: the mean and its cv, or percentiles and perhaps the mean. */
export interface DeclaredServiceTime {
  readonly serviceTime: ServiceTime;
  /** What of them was assumed. */
  readonly notes: readonly string[];
}

/** The coefficient of variation of exponential service times, taken when none is declared. */
const EXPONENTIAL = 1;

/** Beyond this coefficient of variation no formula says anything useful. */
const WIDEST = 10;

const SHAPE =
  "it must be a map such as { mean: 200 ms, cv: 0.7 } or { p50: 120 ms, p90: 300 ms, p99: 900 ms }";

/** `{ mean: 200 ms, cv: 0.7 }`, or at least two percentiles `{ p50: 120 ms, p99: 900 ms }`, which may have a mean. */
export const serviceTimeSchema = z
  .record(z.string(), z.unknown(), SHAPE)
  .transform((members, context): DeclaredServiceTime => {
    const known = context.issues.length;
    const refuse = (key: string, message: string) =>
      context.issues.push({ code: "custom", path: [key], input: members[key], message });
    const time = (key: string) => positive(members[key], (message) => refuse(key, message));
    const percentiles = Object.keys(members).filter((key) => /^p[\d.]+$/.test(key));
    for (const key of Object.keys(members))
      if (!["mean", "cv", ...percentiles].includes(key))
        refuse(key, `it is unknown; ${didYouMean(key, ["mean", "cv", "p50", "p90", "p99"])}`);
    const mean = members.mean === undefined ? undefined : time("mean");
    const declared =
      percentiles.length > 0
        ? fromPercentiles(members, percentiles, time, mean, refuse)
        : fromMoments(members, mean, refuse);
    return declared === undefined || context.issues.length > known ? z.NEVER : declared;
  });

type Refuse = (key: string, message: string) => void;

/** Seconds that a request takes at the least and at the most: outside, it is a unit that is wrong, and figures overflow. */
const SHORTEST = 1e-6;
const LONGEST = 86_400;

function positive(input: unknown, refuse: (message: string) => void): number | undefined {
  const value = duration(input);
  if (typeof value !== "number") refuse(value.refused);
  else if (value <= 0) refuse("it must be greater than 0 s");
  else if (value < SHORTEST || value > LONGEST) refuse("a request takes from 1 us to 24 h. Check the unit");
  else return value;
  return undefined;
}

function fromMoments(
  members: Readonly<Record<string, unknown>>,
  mean: number | undefined,
  refuse: Refuse,
): DeclaredServiceTime | undefined {
  if (members.mean === undefined) refuse("mean", SHAPE);
  const cv = members.cv === undefined ? EXPONENTIAL : plainNumber(members.cv);
  if (typeof cv !== "number") refuse("cv", cv.refused);
  else if (cv < 0 || cv > WIDEST)
    refuse(
      "cv",
      `a coefficient of variation is from 0 to ${WIDEST}; beyond, no formula says anything useful`,
    );
  else if (mean !== undefined)
    return {
      serviceTime: { mean, cv },
      notes:
        members.cv === undefined
          ? ["serviceTime.cv is not declared: 1 is taken, as of exponential service times"]
          : [],
    };
  return undefined;
}

function fromPercentiles(
  members: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  time: (key: string) => number | undefined,
  mean: number | undefined,
  refuse: Refuse,
): DeclaredServiceTime | undefined {
  if (members.cv !== undefined) refuse("cv", "the percentiles say it already. Remove one of the two");
  const read = keys.map((key) => ({ key, share: shareOf(key), time: time(key) }));
  for (const { key, share } of read)
    if (!(share > 0 && share < 1)) refuse(key, "a percentile lies between p0 and p100, both left out");
  if (keys.length < 2) refuse(keys[0]!, "one percentile is no distribution; declare at least two");
  const quantiles = read.flatMap(({ key, share, time }) =>
    time === undefined || !(share > 0 && share < 1) ? [] : [{ key, share, time }],
  );
  const rising = quantiles.toSorted((a, b) => a.share - b.share);
  const disorder = rising.flatMap((quantile, i) => fallsBehind(quantile, rising[i - 1]));
  for (const { key, message } of disorder) refuse(key, message);
  const readable = rising.length === keys.length && (members.mean === undefined || mean !== undefined);
  return readable && keys.length > 1 && disorder.length === 0
    ? empirical(
        rising.map(({ share, time }) => ({ share, time })),
        mean,
        refuse,
      )
    : undefined;
}

interface Named extends Quantile {
  readonly key: string;
}

/** What is wrong with a percentile after the next lower one, if anything is. */
function fallsBehind({ key, share, time }: Named, before: Named | undefined) {
  if (before === undefined) return [];
  if (before.share === share) return [{ key, message: `${before.key} is the same percentile` }];
  if (before.time <= time) return [];
  return [
    { key, message: `it must be at least ${before.key}, ${before.time} s: a larger share takes longer` },
  ];
}

function empirical(
  quantiles: readonly Quantile[],
  mean: number | undefined,
  refuse: Refuse,
): DeclaredServiceTime | undefined {
  const serviceTime =
    mean === undefined ? empiricalServiceTime(quantiles) : empiricalServiceTimeOf(quantiles, mean);
  if (serviceTime === undefined) {
    refuse(
      "mean",
      `the percentiles alone make a mean of at least ${leastMean(quantiles).toPrecision(4)} s. Correct one of them`,
    );
    return undefined;
  }
  const last = quantiles.at(-1)!;
  if (serviceTime.cv > WIDEST) {
    const key = mean === undefined ? `p${twelveDigits(100 * last.share)}` : "mean";
    refuse(
      key,
      `it makes a coefficient of variation of ${serviceTime.cv.toPrecision(3)}; beyond ${WIDEST}, no formula says anything useful`,
    );
    return undefined;
  }
  const tail =
    mean === undefined
      ? "as the two last percentiles go on (log-normal)"
      : `such that the mean is the ${mean} s declared (log-normal)`;
  return {
    serviceTime,
    notes: [
      `serviceTime: log-normal between the percentiles, and beyond the last of them, ${last.time} s, ${tail}: mean ${serviceTime.mean.toPrecision(3)} s, cv ${serviceTime.cv.toPrecision(3)}`,
    ],
  };
}

/** `p99.9` is 0.999. */
function shareOf(key: string): number {
  return twelveDigits(Number(key.slice(1)) / 100);
}
