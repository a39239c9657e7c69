import type { Observation, ResponseFigure } from "./observation.ts";

/** A figure that failed requests may have decided. */
export interface Doubted {
  readonly label: string;
  /** Ratio of the row's requests that failed. */
  readonly errors: number;
  readonly figures: readonly ResponseFigure["of"][];
}

/**
 * Failed requests, timeouts above all, may stand at the very end of the response times. Up to this share of the requests beyond
 * a percentile they move it by no more than −ln(1 − 0.25) ÷ ln 100 = 6 % at p99 of a tail that falls exponentially.
 */
const MOST_OF_TAIL = 0.25;

/** Percentiles that say what a mean says, of a location and a spread. */
const INSTEAD_OF_MEAN = 2;

/**
 * The observations with those figures alone that their failed requests can hardly have decided, and what was left out. A failure
 * after 60 s in a thousand requests adds 60 ms to their mean: it goes where two percentiles are left to stand for it.
 */
export function undoubted(observations: readonly Observation[]): {
  readonly observations: readonly Observation[];
  readonly doubted: readonly Doubted[];
} {
  const parts = observations.map((each) => {
    const standing = standingFigures(each);
    const figures = each.responses.filter((figure) => !standing.includes(figure)).map(({ of }) => of);
    return { each: figures.length === 0 ? each : { ...each, responses: standing }, figures };
  });
  return {
    observations: parts.map(({ each }) => each),
    doubted: parts.flatMap(({ each: { label, errors }, figures }) =>
      figures.length === 0 ? [] : [{ label, errors, figures }],
    ),
  };
}

function standingFigures({ responses, errors }: Observation): readonly ResponseFigure[] {
  if (errors === 0) return responses;
  const percentiles = responses.filter(({ of }) => of !== "mean" && errors <= MOST_OF_TAIL * (1 - of));
  return percentiles.length >= INSTEAD_OF_MEAN
    ? percentiles
    : responses.filter((figure) => figure.of === "mean" || percentiles.includes(figure));
}
