/**
 * Probabilities at 0, `step`, 2 `step` … that stand for a distribution on the positive numbers and have its mean:
 * each value is split between its two neighbors. `excess` is E[(X − x)⁺], whose second differences these are;
 * what lies beyond the last point is put there.
 */
export function onLattice(excess: (x: number) => number, step: number, points: number): Float64Array {
  const result = new Float64Array(points);
  let [before, here, total] = [excess(0) + step, excess(0), 0];
  for (let i = 0; i < points - 1; i++) {
    const after = excess((i + 1) * step);
    result[i] = Math.max(0, (before - 2 * here + after) / step);
    total += result[i]!;
    [before, here] = [here, after];
  }
  result[points - 1] = Math.max(0, 1 - total);
  return result;
}

/** E[(X − x)⁺] of the Erlang distribution: the sum of `phases` exponential times with `mean` in all. */
export function erlangExcess(phases: number, mean: number): (x: number) => number {
  const rate = phases / mean;
  return (x) => {
    let [term, sum] = [Math.exp(-rate * x), 0];
    for (let k = 0; k < phases; k++) {
      if (k > 0) term *= (rate * x) / k;
      sum += term;
    }
    return mean * (sum + (term * rate * x) / phases) - x * sum;
  };
}
