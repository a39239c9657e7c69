import math from "mathjs/lib/browser/math.js";

/** Parameters at which the sum of squared residuals is least. */
export interface LeastSquares {
  readonly parameters: readonly number[];
  readonly residuals: readonly number[];
  readonly sumOfSquares: number;
  /** By how much each residual rises with a parameter: a column for each parameter. */
  readonly jacobian: readonly (readonly number[])[];
  /** (JᵀJ)⁻¹ at the minimum: times the residuals' variance, the covariance of the parameters; `null` where it is singular. */
  readonly unscaledCovariance: readonly (readonly number[])[] | null;
  /** Covariance of the parameters where some residuals may err more than others; `null` with the other. */
  readonly robustCovariance: readonly (readonly number[])[] | null;
}

type Residuals = (parameters: readonly number[]) => readonly number[];

const ITERATIONS = 25;

/** A smaller relative gain than this ends the descent. */
const GAIN = 1e-6;

/** Forward differences: residuals are exact to about 1e-10, so that this step balances truncation and noise. */
const STEP = 1e-5;

/**
 * Nonlinear least squares: Levenberg 1944; Marquardt, J. SIAM 11(2), 1963, with his scaling by the diagonal of JᵀJ.
 * Parameters are expected to be of the order of 1, as logarithms are; a point without finite residuals is never taken.
 */
export function leastSquares(residualsAt: Residuals, start: readonly number[]): LeastSquares {
  let parameters = start;
  let residuals = residualsAt(start);
  let squares = sumOfSquares(residuals);
  let damping = 1e-3;
  for (let i = 0; i < ITERATIONS && damping < 1e12; i++) {
    const jacobian = jacobianAt(residualsAt, parameters, residuals);
    const normal = products(jacobian);
    const gradient = projections(jacobian, residuals);
    let gain = -1;
    while (gain < 0 && damping < 1e12) {
      const step = damped(normal, gradient, damping);
      const next = parameters.map((value, j) => value + (step?.[j] ?? Number.NaN));
      const reached = step === null ? [] : residualsAt(next);
      const nextSum = step === null ? Number.NaN : sumOfSquares(reached);
      if (!(nextSum <= squares)) {
        damping *= 8;
        continue;
      }
      gain = (squares - nextSum) / Math.max(squares, Number.MIN_VALUE);
      damping = Math.max(1e-12, damping / 8);
      [parameters, residuals, squares] = [next, reached, nextSum];
    }
    if (gain < GAIN) break;
  }
  const jacobian = jacobianAt(residualsAt, parameters, residuals);
  const unscaledCovariance = inverse(products(jacobian));
  const robustCovariance = unscaledCovariance && robust(jacobian, residuals, unscaledCovariance);
  return { parameters, residuals, sumOfSquares: squares, jacobian, unscaledCovariance, robustCovariance };
}

/** HC3: J. G. MacKinnon & H. White, Journal of Econometrics 29(3), 1985: each residual, put right by its leverage, is its own error. */
function robust(
  jacobian: readonly (readonly number[])[],
  residuals: readonly number[],
  inverted: readonly (readonly number[])[],
): number[][] {
  const pulls = inverted.map((row) => residuals.map((_, i) => sum(row.map((x, k) => x * jacobian[k]![i]!))));
  const errors = residuals.map((residual, i) => {
    const leverage = sum(pulls.map((pull, j) => pull[i]! * jacobian[j]![i]!));
    return residual / Math.max(Number.EPSILON, 1 - leverage);
  });
  return products(pulls.map((pull) => pull.map((x, i) => x * errors[i]!)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function sumOfSquares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value ** 2, 0);
}

/** One column for each parameter. */
function jacobianAt(residualsAt: Residuals, at: readonly number[], residuals: readonly number[]) {
  return at.map((value, j) => {
    const step = STEP * Math.max(1, Math.abs(value));
    const moved = residualsAt(at.map((other, k) => (k === j ? other + step : other)));
    return moved.map((residual, i) => (residual - residuals[i]!) / step);
  });
}

function products(columns: readonly (readonly number[])[]): number[][] {
  return columns.map((a) => projections(columns, a));
}

function projections(columns: readonly (readonly number[])[], values: readonly number[]): number[] {
  return columns.map((column) => column.reduce((sum, x, i) => sum + x * values[i]!, 0));
}

/** The step of (JᵀJ + λ diag JᵀJ) δ = −Jᵀr. */
function damped(normal: readonly (readonly number[])[], gradient: readonly number[], damping: number) {
  const least = Number.EPSILON * Math.max(...normal.map((row, j) => row[j]!));
  const matrix = normal.map((row, j) =>
    row.map((value, k) => (j === k ? value + damping * Math.max(value, least) : value)),
  );
  const inverted = inverse(matrix);
  return inverted === null ? null : projections(inverted, gradient).map((value) => -value);
}

/** `null` for a matrix that is singular to working precision. */
function inverse(matrix: number[][]): number[][] | null {
  try {
    const inverted = math.inv(matrix);
    return inverted.flat().every(Number.isFinite) ? inverted : null;
  } catch {
    return null;
  }
}
