/**
 * Σ a[j] b[k − j] for j from `from` to `k`. Four sums side by side, as a processor adds four numbers in the time that it waits
 * for one sum: the triangular loops of a random walk are made of these.
 */
export function convolutionAt(a: Float64Array, b: Float64Array, from: number, k: number): number {
  let [one, two, three, four, j] = [0, 0, 0, 0, from];
  for (; j + 3 <= k; j += 4) {
    one += a[j]! * b[k - j]!;
    two += a[j + 1]! * b[k - j - 1]!;
    three += a[j + 2]! * b[k - j - 2]!;
    four += a[j + 3]! * b[k - j - 3]!;
  }
  for (; j <= k; j++) one += a[j]! * b[k - j]!;
  return one + two + (three + four);
}
