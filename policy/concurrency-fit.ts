import {
  degreesOfFreedom,
  type LatencyData,
  type LatencyFit,
  latencyFit,
  type Outlier,
} from "./latency-fit.ts";
import { normalDeviate } from "./normal.ts";
import type { Estimate, Observation } from "./observation.ts";
import { standardErrors } from "./student.ts";

/** The best fit over all concurrencies tried, and which of them the data cannot tell from it. */
export interface ConcurrencyFit {
  readonly best: LatencyFit;
  /** Requests at a time; `high` is infinite where the data shows no limit. */
  readonly concurrency: Estimate;
  readonly outliers: readonly Outlier[];
}

/** The concurrency that explains the data best, by a profile of the sum of squares over whole numbers. */
export function concurrencyFit(data: LatencyData): ConcurrencyFit {
  const start = startOf(data.rows);
  const [least, most] = candidates(data, start.mean);
  const tried = new Map<number, LatencyFit>();
  const at = (concurrency: number, outliers: readonly Outlier[]) => {
    const fit = tried.get(concurrency) ?? latencyFit(data, concurrency, outliers, start);
    tried.set(concurrency, fit);
    return fit;
  };
  for (let slots = most; slots >= least; slots = Math.min(slots - 1, Math.floor(slots / 1.5))) at(slots, []);
  const outliers = outliersOf(data.rows, refined(at, tried, []));
  if (outliers.length > 0) {
    const again = [...tried.keys()];
    tried.clear();
    for (const slots of again) at(slots, outliers);
  }
  const best = refined(at, tried, outliers);
  return { best, concurrency: range(at, tried, { best, data, most, least }, outliers), outliers };
}

/** Utilization of the busiest row from which a search may begin: from beyond saturation it finds no way back. */
const JUST_KEEPS_UP = 0.95;

/** The fit of a concurrency that is known. */
export function knownConcurrencyFit(data: LatencyData, concurrency: number): ConcurrencyFit {
  const found = startOf(data.rows);
  const full = concurrency / Math.max(...data.rows.map(({ arrivalRate, tasks }) => arrivalRate / tasks));
  const start = { ...found, mean: Math.min(found.mean, JUST_KEEPS_UP * full) };
  const first = latencyFit(data, concurrency, [], start);
  const outliers = outliersOf(data.rows, first);
  const best = outliers.length === 0 ? first : latencyFit(data, concurrency, outliers, start);
  return { best, concurrency: { value: concurrency, low: concurrency, high: concurrency }, outliers };
}

type Fit = (concurrency: number, outliers: readonly Outlier[]) => LatencyFit;

/** A log-normal with the median and the highest percentile of the row with the least load. */
function startOf(rows: readonly Observation[]): { readonly mean: number; readonly cv: number } {
  const idlest = rows.reduce((least, row) =>
    row.arrivalRate / row.tasks < least.arrivalRate / least.tasks ? row : least,
  );
  const times = idlest.responses.map(({ time }) => time);
  const median = idlest.responses.find(({ of }) => of === 0.5)?.time;
  if (median === undefined) return { mean: likelyMean(idlest), cv: USUAL_CV };
  const spread = Math.max(...times) / median;
  const cv = Math.min(2, Math.max(0.2, Math.log(spread) / 2));
  return { mean: median * Math.sqrt(1 + cv ** 2), cv };
}

/** Coefficient of variation of service times where no median says how far others are from it: 0.72 was measured of 26,392 inference requests (Alibaba's GenTD26, github.com/alibaba/clusterdata). */
const USUAL_CV = 0.7;

/** The mean as measured, else that of a log-normal with the lowest percentile measured. */
function likelyMean({ responses }: Observation): number {
  const mean = responses.find(({ of }) => of === "mean");
  if (mean !== undefined) return mean.time;
  const lowest = responses.reduce((least, figure) => (figure.of < least.of ? figure : least));
  const sigma = Math.sqrt(Math.log(1 + USUAL_CV ** 2));
  return lowest.time * Math.exp(sigma ** 2 / 2 - sigma * normalDeviate(Number(lowest.of)));
}

/** Slots beyond this are surely connections, as in the declaration. */
const MOST_SLOTS = 10_000;

/** From just too few for the busiest row up to ten times as many as it keeps busy, where nothing waits. */
function candidates({ rows }: LatencyData, mean: number): readonly [number, number] {
  const busiest = Math.max(...rows.map(({ arrivalRate, tasks }) => arrivalRate / tasks));
  const busy = busiest * mean;
  const most = Math.min(MOST_SLOTS, Math.max(8, Math.ceil(10 * busy)));
  return [Math.min(most, Math.max(1, Math.floor(0.5 * busy))), most];
}

function bestOf(tried: ReadonlyMap<number, LatencyFit>): LatencyFit {
  return [...tried.values()].reduce((best, fit) => (fit.sumOfSquares < best.sumOfSquares ? fit : best));
}

/** A relative difference between sums of squares that tells nothing. */
const ALIKE = 1e-3;

/** Halves the gaps beside the best concurrency until its neighbors are tried, or differ no more. */
function refined(at: Fit, tried: Map<number, LatencyFit>, outliers: readonly Outlier[]): LatencyFit {
  for (;;) {
    const { concurrency, sumOfSquares } = bestOf(tried);
    const known = [...tried.keys()].toSorted((a, b) => a - b);
    const place = known.indexOf(concurrency);
    const middles = [known[place - 1], known[place + 1]].flatMap((other) =>
      other === undefined ||
      Math.abs(other - concurrency) <= 1 ||
      tried.get(other)!.sumOfSquares < (1 + ALIKE) * sumOfSquares
        ? []
        : [Math.round((other + concurrency) / 2)],
    );
    if (middles.length === 0) return bestOf(tried);
    for (const middle of middles) at(middle, outliers);
  }
}

interface Profile {
  readonly best: LatencyFit;
  readonly data: LatencyData;
  readonly least: number;
  readonly most: number;
}

/** Profile-t interval (Bates & Watts, Nonlinear Regression Analysis, 1988, §6.1): whatever raises the sum of squares by less than t² variances. */
function range(
  at: Fit,
  tried: ReadonlyMap<number, LatencyFit>,
  { best, data, least, most }: Profile,
  outliers: readonly Outlier[],
): Estimate {
  const limit = best.sumOfSquares + standardErrors(degreesOfFreedom(data)) ** 2 * best.variance;
  const likely = (concurrency: number) => at(concurrency, outliers).sumOfSquares <= limit;
  const known = [...tried.keys()].toSorted((a, b) => a - b);
  const high = known.find((slots) => slots > best.concurrency && !likely(slots));
  const low = known.findLast((slots) => slots < best.concurrency && !likely(slots));
  return {
    value: best.concurrency,
    low: low === undefined ? least : edge(best.concurrency, low, likely),
    high:
      high === undefined && likely(most)
        ? Number.POSITIVE_INFINITY
        : edge(best.concurrency, high ?? most, likely),
  };
}

/** The farthest likely one between one that is and one that is not. */
function edge(inside: number, outside: number, likely: (concurrency: number) => boolean): number {
  let [within, beyond] = [inside, outside];
  while (Math.abs(within - beyond) > 1) {
    const middle = Math.round((within + beyond) / 2);
    if (likely(middle)) within = middle;
    else beyond = middle;
  }
  return within;
}

/** A figure this many scaled median absolute deviations off, and off by a half at least, is left out … */
const FAR = 5;
const FAR_RATIO = Math.log(1.5);

/** … as long as it is one of few. */
const FEW = 0.05;

function outliersOf(rows: readonly Observation[], { residuals }: LatencyFit): readonly Outlier[] {
  const sizes = residuals
    .flat()
    .map(Math.abs)
    .toSorted((a, b) => a - b);
  const scale = 1.4826 * (sizes[Math.floor(sizes.length / 2)] ?? 0); // of a normal distribution
  const far = rows.flatMap(({ responses }, row) =>
    responses.flatMap(({ of }, i) =>
      Math.abs(residuals[row]![i]!) > Math.max(FAR * scale, FAR_RATIO) ? [{ row, of }] : [],
    ),
  );
  return far.length <= FEW * sizes.length ? far : [];
}
