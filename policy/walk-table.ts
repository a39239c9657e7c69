import { convolutionAt } from "./convolution.ts";
import { erlangExcess, onLattice } from "./lattice.ts";
import { power } from "./power.ts";
import { latticeWait } from "./random-walk.ts";
import { residualLongerThan, type ServiceTime } from "./service-time.ts";
import { fourier, type Spectrum } from "./spectrum.ts";

export interface WalkWait {
  /** P(W > 0). */
  readonly probability: number;
  /** ln P(W > x | W > 0), x in mean service times ÷ slots. */
  readonly logTail: (x: number) => number;
}

/** Step of the lattice in mean service times ÷ slots, its points, and those of the wait that are kept. */
const [STEP, POINTS, KEPT] = [1 / 10, 1024, 400];

/** Waits are tabulated at these numbers of tasks and utilizations; between them logarithms are linear. */
const FLEETS = [1, 2, 4, 8, 16, 32] as const;
const UTILIZATIONS: readonly number[] = [
  ...Array.from({ length: 35 }, (_, i) => (i + 4) / 40),
  0.97,
  0.985,
  0.9925,
  0.997,
];

/**
 * The wait in GI/G/1 with service `slots` times as fast, arrivals being every `tasks`-th of a Poisson stream. With several
 * slots the first part of a wait is instead the least of so many residual services, all running: Tijms, van Hoorn &
 * Federgruen, "Approximations for the steady-state probabilities in the M/G/c queue", Advances in Applied
 * Probability 13(1), 1981. Exact for one slot but for the lattice.
 */
export function walkWait(
  serviceTime: ServiceTime,
  slots: number,
  tasks: number,
  utilization: number,
): WalkWait {
  const nodes = nodesOf(serviceTime, slots);
  const corners = cornersAt(tasks, utilization).map(({ fleet, level, share }) => ({
    node: nodes(fleet, level),
    share,
  }));
  const logProbability = corners.reduce((sum, { node, share }) => sum + share * node.logProbability, 0);
  const lowest = Math.min(1, utilization / UTILIZATIONS[0]!); // below the first level the probability is in proportion
  const probability = tasks === 1 ? utilization : lowest * Math.exp(logProbability);
  return { probability, logTail: (x) => logTailAt(corners, x) };
}

/** The entries of the table around a number of tasks and a utilization, with their weights. */
function cornersAt(tasks: number, utilization: number) {
  const fleets = between(FLEETS, Math.min(tasks, FLEETS.at(-1)!), (size) => 1 / size);
  const levels = between(UTILIZATIONS, utilization, (level) => level);
  const corners: { readonly fleet: number; readonly level: number; readonly share: number }[] = [];
  for (const fleet of fleets)
    for (const level of levels)
      corners.push({ fleet: fleet.at, level: level.at, share: fleet.share * level.share });
  return corners;
}

/** The one or two of rising `values` around `x`, weighted by its distance on a `scale`. */
function between(values: readonly number[], x: number, scale: (value: number) => number) {
  let i = 0;
  while (i < values.length - 1 && values[i]! < x) i++;
  const above = values[i]!;
  const below = above <= x || i === 0 ? above : values[i - 1]!;
  if (above <= below) return [{ at: above, share: 1 }];
  const share = (scale(x) - scale(below)) / (scale(above) - scale(below));
  return [
    { at: below, share: 1 - share },
    { at: above, share },
  ];
}

interface Node {
  readonly logProbability: number;
  /** ln P(W > i steps | W > 0). */
  readonly logTails: Float64Array;
}

interface Corner {
  readonly node: Node;
  readonly share: number;
}

function logTailAt(corners: readonly Corner[], x: number): number {
  const at = x / STEP;
  const cell = Math.min(KEPT - 2, Math.floor(at)); // beyond the last the tail goes on as it did
  let sum = 0;
  for (let i = 0; i < corners.length; i++) {
    const { node, share } = corners[i]!;
    const [here, next] = [node.logTails[cell]!, node.logTails[cell + 1]!];
    sum += share * (here + (at - cell) * (next - here));
  }
  return sum;
}

type Nodes = (tasks: number, level: number) => Node;

/** Shapes of service times whose nodes are kept; more than a plan ever needs. */
const SHAPES = 32;
const KNOWN = new Map<string, Nodes>();

/** The nodes of service times seen before, by slots: their shape takes longer to spell out than a wait to look up. */
const FOUND = new WeakMap<ServiceTime, { readonly slots: number; readonly nodes: Nodes }>();

function nodesOf(serviceTime: ServiceTime, slots: number): Nodes {
  const found = FOUND.get(serviceTime);
  if (found?.slots === slots) return found.nodes;
  const nodes = nodesOfShape(serviceTime, slots);
  FOUND.set(serviceTime, { slots, nodes });
  return nodes;
}

/** Nodes depend on the shape of the service times, not on their mean; each is worked out when it is first asked for. */
function nodesOfShape({ mean, cv, quantiles, tail }: ServiceTime, slots: number): Nodes {
  const shape = quantiles?.map(({ share, time }) => ({ share, time: time / mean }));
  const unit = {
    mean: 1,
    cv,
    ...(shape === undefined ? {} : { quantiles: shape }),
    ...(tail === undefined ? {} : { tail }),
  };
  const key = `${slots} ${cv.toPrecision(12)} ${shape?.map(({ share, time }) => `${share} ${time.toPrecision(9)}`)} ${tail?.toPrecision(9)}`;
  const known = KNOWN.get(key);
  if (known !== undefined) return known;
  if (KNOWN.size >= SHAPES) KNOWN.delete(KNOWN.keys().next().value!);
  const service = onLattice((x) => residualLongerThan(unit, x), STEP, POINTS);
  const spectrum = paddedSpectrum(service);
  const made = new Map<number, Node>();
  const nodes: Nodes = (tasks, level) => {
    const id = tasks + level; // a whole number and a fraction
    const node = made.get(id) ?? nodeOf(service, spectrum, slots, tasks, level);
    made.set(id, node);
    return node;
  };
  KNOWN.set(key, nodes);
  return nodes;
}

function nodeOf(
  service: Float64Array,
  spectrum: Spectrum,
  slots: number,
  tasks: number,
  utilization: number,
): Node {
  const interarrival = onLattice(erlangExcess(tasks, 1 / utilization), STEP, POINTS);
  const drift = interarrival.reduce((sum, share, i) => sum + i * (share - service[i]!), 0);
  const { wait, ladder } = latticeWait(spectrum, paddedSpectrum(interarrival), drift, KEPT);
  const logProbability = Math.log(edge(beyondEach(wait), 0));
  if (logProbability < RAREST) return { logProbability, logTails: wait.map((_, i) => -i * STEP) };
  const waits = convolved(firstPart(ladder(), slots), wait);
  return { logProbability, logTails: logTailsOf(beyondEach(waits)) };
}

/** Of waits rarer than this (its logarithm) rounding leaves nothing: an exponential stands for them. */
const RAREST = Math.log(1e-9);

/** P(X > i) of probabilities at 0, 1, 2 …; what they lack of 1 lies beyond all. */
function beyondEach(probabilities: Float64Array): Float64Array {
  const result = new Float64Array(probabilities.length);
  let beyond = Math.max(0, 1 - probabilities.reduce((sum, share) => sum + share, 0));
  for (let i = probabilities.length - 1; i >= 0; i--) {
    result[i] = beyond;
    beyond += probabilities[i]!;
  }
  return result;
}

/** No share of requests below this has a number worth keeping. */
const LEAST = 1e-13;

/** P(X > x) at x = i: lattice probabilities stand for half a step to both sides. */
function edge(beyond: Float64Array, i: number): number {
  const left = i === 0 ? 2 * beyond[0]! - beyond[1]! : beyond[i - 1]!;
  return Math.max(LEAST, (beyond[i]! + left) / 2);
}

function logTailsOf(beyond: Float64Array): Float64Array {
  const start = Math.log(edge(beyond, 0));
  let lowest = 0;
  return beyond.map((_, i) => (lowest = Math.min(lowest, Math.log(edge(beyond, i)) - start)));
}

/**
 * The first part of a wait: with one slot the ladder height, which is then the residual service; with several the least
 * of so many, each of them on a clock that runs `slots` times as fast as the walk's.
 */
function firstPart(ladder: Float64Array, slots: number): Float64Array {
  if (slots === 1) return ladder;
  const beyond = beyondEach(ladder);
  const longer = (x: number) => {
    const at = Math.max(0, x / slots);
    const cell = Math.floor(at);
    const here = edge(beyond, cell);
    return power(Math.min(1, here + (at - cell) * (edge(beyond, cell + 1) - here)), slots);
  };
  return ladder.map((_, i) => longer(i - 0.5) - longer(i + 0.5));
}

function convolved(a: Float64Array, b: Float64Array): Float64Array {
  return Float64Array.from(a, (_, k) => convolutionAt(a, b, 0, k));
}

/** The transform of probabilities with as many zeros behind them. */
function paddedSpectrum(probabilities: Float64Array): Spectrum {
  const re = new Float64Array(2 * probabilities.length);
  re.set(probabilities);
  return fourier({ re, im: new Float64Array(re.length) });
}
