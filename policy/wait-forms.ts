import { type ServiceTime, shareServedWithin } from "./service-time.ts";

/**
 * How waits between none and `maxWait` are distributed if only their mean and variance are known: of all densities with these two the one of
 * the greatest entropy, exp(−αx − βx²) (E. T. Jaynes, "Information theory and statistical mechanics", Physical Review 106(4), 1957). In heavy
 * traffic steady states are of this kind, with β = 0: exponential below saturation, even at it, rising to the patience beyond. So are, with
 * β > 0, tasks that have been overloaded for a while: normal. A form is told by its mean, as a share of `maxWait`, and its spread: its
 * variance ÷ that of the form of this mean with β = 0.
 */
export interface WaitForms {
  /** By mean: the variance where the spread is 1 ÷ the square of the mean's distance from the nearer end. */
  readonly scv: Float64Array;
  /** By mean, then by spread: the density at no wait ÷ what it is where the spread is 1. That at the longest wait is the mirrored mean's. */
  readonly idle: Float64Array;
}

/** Steps of the mean, even in the root of its distance from the nearer end, and of the spread, even in its root. */
export const [MEANS, SPREADS] = [96, 6];

/** Numbers for one mean: a spread of 0 to 1. */
export const ROW = SPREADS + 1;

/** Where a mean, as a share of the longest wait, lies among the steps. */
export function placeOf(share: number): number {
  return MEANS * (share <= 0.5 ? Math.sqrt(share / 2) : 1 - Math.sqrt((1 - share) / 2));
}

/** The distance of a step's mean from the nearer end, as a share of the longest wait. */
function nearerAt(place: number): number {
  return 2 * (Math.min(place, MEANS - place) / MEANS) ** 2;
}

let forms: WaitForms | undefined;

/** The forms, which are the same for all services: made once. */
export function waitForms(): WaitForms {
  forms ??= tabulated();
  return forms;
}

function tabulated(): WaitForms {
  const scv = new Float64Array(MEANS + 1);
  const idle = new Float64Array((MEANS + 1) * ROW);
  for (let place = 0; place <= HALF; place++) {
    const row = densities()[place]!;
    const whole = row.at(-1)!;
    scv[place] = scv[MEANS - place] = whole.variance;
    row.forEach(({ near, far }, i) => {
      idle[(MEANS - place) * ROW + i + 1] = whole.far > 0 ? Math.min(1, far / whole.far) : 0;
      idle[place * ROW + i + 1] = Math.min(1, near / whole.near);
    });
    idle[(MEANS - place) * ROW + SPREADS] = 1;
  }
  return { scv, idle };
}

/**
 * By mean, spread and threshold: the share later than the threshold, less as much of that where the spread is 1 as the spread is. There the
 * queueing model knows better: what it says, times the spread, is to be added.
 */
export function lateForms(
  serviceTime: ServiceTime,
  maxWait: number,
  thresholds: readonly number[],
): Float64Array {
  const late = new Float64Array((MEANS + 1) * ROW * thresholds.length);
  for (let place = 0; place <= MEANS; place++) {
    const [nearer, mirrored] = [nearerAt(place) * maxWait, place > HALF];
    const row = densities()[mirrored ? MEANS - place : place]!;
    const step = nearer * row[0]!.step;
    const from = (distance: number) => (mirrored ? maxWait - distance : distance);
    thresholds.forEach((threshold, i) => {
      const beyond = (wait: number) => 1 - shareServedWithin(serviceTime, threshold - wait);
      const shares = Float64Array.from({ length: POINTS }, (_, k) => beyond(from((k + 0.5) * step)));
      const whole = product(row.at(-1)!.masses, shares);
      for (let j = 0; j < SPREADS; j++) {
        const share = j === 0 ? beyond(from(nearer)) : product(row[j - 1]!.masses, shares);
        late[(place * ROW + j) * thresholds.length + i] = share - (j / SPREADS) ** 2 * whole;
      }
    });
  }
  return late;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Up to half the longest wait; what is beyond is its mirror image. */
const HALF = MEANS / 2;

/** A density on 0 to the longest wait, in units of its mean. */
interface Density extends Parameters {
  /** Of equal steps from 0 on. */
  readonly masses: Float64Array;
  readonly step: number;
  /** The density at no wait and at the longest. */
  readonly near: number;
  readonly far: number;
  readonly variance: number;
}

let made: readonly (readonly Density[])[] | undefined;

/** By mean up to half the longest wait, then by spread, without one of 0. The least mean, which is none, has the forms of the next. */
function densities(): readonly (readonly Density[])[] {
  if (made !== undefined) return made;
  let row = bySpread(REACH, []);
  made = Array.from({ length: HALF + 1 }, (_, place) => {
    const longest = 1 / nearerAt(Math.max(1, place));
    if (longest < REACH) row = bySpread(longest, row);
    return row;
  });
  return made;
}

/** The forms of one mean; `like` are those of a mean beside it, if there are any. */
function bySpread(longest: number, like: readonly Density[]): readonly Density[] {
  const row = new Array<Density>(SPREADS);
  for (let i = SPREADS - 1; i >= 0; i--) {
    const variance = row.at(-1) && ((i + 1) / SPREADS) ** 2 * row.at(-1)!.variance;
    row[i] = density(longest, variance, like[i] ?? row[i + 1] ?? EXPONENTIAL);
  }
  return row;
}

/** Parameters of a form. */
interface Parameters {
  readonly alpha: number;
  readonly beta: number;
}

const EXPONENTIAL: Parameters = { alpha: 1, beta: 0 };

/** Means after which hardly anything of a density is left, and the points that stand for it in sums. */
const [REACH, POINTS] = [16, 64];

/** Newton's steps at most, how far off moments may be, the least part of a step, and what the logarithm may rise by in one. */
const [ROUNDS, EXACT, LEAST_PART, ROUNDING] = [60, 1e-8, 1e-4, 1e-14];

/**
 * The form with a mean of 1 and this variance, by Newton's method from the parameters of one that is like it; that with β = 0 where there
 * is no variance to meet. What is minimized, the logarithm of the mass + β × variance, is convex: where a step does not lower it, half of it may.
 */
function density(longest: number, variance: number | undefined, start: Parameters): Density {
  const step = longest / POINTS;
  const apart = Float64Array.from({ length: POINTS }, (_, i) => (i + 0.5) * step - 1);
  const masses = new Float64Array(POINTS);
  let { alpha, beta } = start;
  let log = fill(masses, apart, alpha, beta);
  let found = moments(masses, apart);
  for (let round = 0; round < ROUNDS; round++) {
    const { one, two, three, four } = found;
    const off = variance === undefined ? 0 : two - variance;
    if (Math.abs(one) < EXACT && Math.abs(off) < EXACT) break;
    const [aa, ab, bb] = [two - one ** 2, three - one * two, four - two ** 2];
    const determinant = aa * bb - ab ** 2;
    const a = variance === undefined ? one / aa : (bb * one - ab * off) / determinant;
    const b = variance === undefined ? 0 : (aa * off - ab * one) / determinant;
    const before = log;
    for (let part = 1; part > LEAST_PART; part /= 2) {
      log = fill(masses, apart, alpha + part * a, beta + part * b);
      if (log + part * b * (variance ?? 0) > before + ROUNDING) continue;
      alpha += part * a;
      beta += part * b;
      break;
    }
    found = moments(masses, apart);
  }
  const at = (x: number) => Math.exp(-(alpha + beta * (x - 1)) * (x - 1) - log) / step;
  return {
    masses,
    step,
    near: at(0),
    far: longest < REACH ? at(longest) : 0,
    variance: found.two - found.one ** 2,
    alpha,
    beta,
  };
}

/** Fills in the masses, which add up to 1, and returns the logarithm of what they added up to before. */
function fill(masses: Float64Array, apart: Float64Array, alpha: number, beta: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < masses.length; i++) {
    masses[i] = -(alpha + beta * apart[i]!) * apart[i]!;
    if (masses[i]! > highest) highest = masses[i]!;
  }
  let sum = 0;
  for (let i = 0; i < masses.length; i++) sum += masses[i] = Math.exp(masses[i]! - highest);
  for (let i = 0; i < masses.length; i++) masses[i]! /= sum;
  return Math.log(sum) + highest;
}

function moments(masses: Float64Array, apart: Float64Array) {
  let [one, two, three, four] = [0, 0, 0, 0];
  for (let i = 0; i < masses.length; i++) {
    const [mass, x] = [masses[i]!, apart[i]!];
    const square = x * x;
    one += mass * x;
    two += mass * square;
    three += mass * square * x;
    four += mass * square * square;
  }
  return { one, two, three, four };
}
