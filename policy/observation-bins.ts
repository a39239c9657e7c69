import type { Observation, ResponseFigure } from "./observation.ts";

/** Observations beyond this many are grouped by load before the fit. */
const FEW = 24;

/** Groups at most, and observations in each at least: with three, one outlier does not move the median. */
const MOST_GROUPS = 16;
const LEAST_EACH = 3;

/** Many observations as at most 16 groups, one for each quantile of the load of a task: the median of each figure. Few stay as they are. */
export function binned(observations: readonly Observation[]): readonly Observation[] {
  if (observations.length <= FEW) return observations;
  const groups = Math.min(MOST_GROUPS, Math.floor(observations.length / LEAST_EACH));
  const inOrder = observations.toSorted((a, b) => load(a) - load(b));
  return Array.from({ length: groups }, (_, i) => {
    const [from, to] = [i, i + 1].map((edge) => Math.floor((edge * inOrder.length) / groups));
    return middle(inOrder.slice(from, to));
  });
}

function load({ arrivalRate, tasks }: Observation): number {
  return arrivalRate / tasks;
}

function middle(group: readonly Observation[]): Observation {
  const of = (value: (each: Observation) => number) => median(group.map(value));
  const tasks = of((each) => each.tasks);
  const known = group.flatMap(({ cpu }) => (cpu === null ? [] : [cpu]));
  const figures = new Set(group.flatMap(({ responses }) => responses.map(({ of }) => of)));
  return {
    label: `${group.length} rows from ${group[0]!.label}`,
    arrivalRate: of(load) * tasks,
    throughput: of(({ throughput, tasks }) => throughput / tasks) * tasks,
    tasks,
    responses: [...figures].map((figure) => ({ of: figure, time: median(times(group, figure)) })),
    errors: of(({ errors }) => errors),
    cpu: known.length === 0 ? null : median(known),
  };
}

function times(group: readonly Observation[], figure: ResponseFigure["of"]): readonly number[] {
  return group.flatMap(({ responses }) => responses.flatMap(({ of, time }) => (of === figure ? [time] : [])));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}
