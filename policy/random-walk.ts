import { convolutionAt } from "./convolution.ts";
import { fourier, roots, type Spectrum } from "./spectrum.ts";

/** The waiting time of GI/G/1 in steps of a lattice. */
export interface LatticeWait {
  /** P(W = k). */
  readonly wait: Float64Array;
  /** P(H = k), H by how much the walk of waits first exceeds its start, given that it ever does: the first part of any wait. */
  readonly ladder: () => Float64Array;
}

/**
 * The wait is the maximum of the random walk whose steps are service minus interarrival time. By Spitzer's identity
 * its generating function is exp(Σ l[j] (z^j − 1)), l[j] the coefficients, for j > 0, of −ln(1 − φ(z)), φ that of a step:
 * one transform there and one back. F. Spitzer, "A combinatorial lemma and its application to probability theory",
 * Transactions of the AMS 82, 1956.
 * `drift` is the mean of interarrival minus service time, in steps.
 */
export function latticeWait(
  service: Spectrum,
  interarrival: Spectrum,
  drift: number,
  points: number,
): LatticeWait {
  const logs = spitzerLogs(service, interarrival, drift);
  const weighted = Float64Array.from({ length: points }, (_, j) => (j === 0 ? 0 : j * logs[j]!));
  let rises = 0;
  for (let j = 1; j < logs.length / 2; j++) rises += logs[j]!;
  const wait = exponentialSeries(weighted, Math.exp(-rises));
  return { wait, ladder: () => ladderOf(weighted, -Math.expm1(-rises)) };
}

/** `reached` is the share of walks that ever exceed their start, however far: a heavy tail reaches beyond the points kept. */
function ladderOf(weighted: Float64Array, reached: number): Float64Array {
  const inverse = exponentialSeries(
    weighted.map((value) => -value),
    1,
  );
  return inverse.map((value, k) => (k === 0 ? 0 : Math.max(0, -value) / reached));
}

/** Coefficients of c · exp(Σ l[j] z^j), given j l[j]: k w[k] = Σ j l[j] w[k−j], w[0] = c. */
function exponentialSeries(weighted: Float64Array, first: number): Float64Array {
  const series = new Float64Array(weighted.length);
  series[0] = first;
  for (let k = 1; k < series.length; k++) series[k] = convolutionAt(weighted, series, 1, k) / k;
  return series;
}

/**
 * The coefficients of −ln((1 − φ(z)) ÷ (1 − 1/z)): for j > 0 those of −ln(1 − φ). The divisor takes away the zero at
 * z = 1, where the quotient is the mean step downwards, `drift`; what it adds has negative powers only.
 */
function spitzerLogs(service: Spectrum, interarrival: Spectrum, drift: number): Float64Array {
  const size = service.re.length;
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  let turned = 0;
  for (let k = 0; k <= size / 2; k++) {
    const [real, imaginary] = k === 0 ? [drift, 0] : quotientAt(service, interarrival, k);
    const angle = Math.atan2(imaginary, real);
    turned = angle + 2 * Math.PI * Math.round((turned - angle) / (2 * Math.PI)); // the angle is continuous along the circle
    re[k] = Math.log(real * real + imaginary * imaginary) / 2;
    im[k] = -turned; // the transform back is the transform of the conjugate
    if (k === 0 || k === size / 2) continue;
    re[size - k] = re[k]!;
    im[size - k] = turned;
  }
  return fourier({ re, im }).re.map((value) => -value / size);
}

function quotientAt(service: Spectrum, interarrival: Spectrum, k: number): readonly [number, number] {
  const { cos, sin } = roots(service.re.length / 2);
  const [s, t] = [service.re[k]!, service.im[k]!];
  const [a, b] = [interarrival.re[k]!, -interarrival.im[k]!]; // conjugate: it is subtracted
  const [x, y] = [1 - (s * a - t * b), -(s * b + t * a)];
  const [u, v] = [1 - (cos[k] ?? -1), -(sin[k] ?? 0)]; // the last is half the circle
  const norm = u * u + v * v;
  return [(x * u + y * v) / norm, (y * u - x * v) / norm];
}
