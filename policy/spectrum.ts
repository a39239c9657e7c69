/** A complex sequence: real and imaginary parts, a power of two long. */
export interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The discrete Fourier transform Σ x[j] e^(−2πijk/N) of a sequence, N a power of two. Cooley & Tukey 1965, iterative. */
export function fourier({ re, im }: Spectrum): Spectrum {
  const size = re.length;
  const out = { re: new Float64Array(size), im: new Float64Array(size) };
  const order = reversedOrder(size);
  for (let i = 0; i < size; i++) {
    const from = order[i]!;
    out.re[i] = re[from]!;
    out.im[i] = im[from]!;
  }
  for (let half = 1; half < size; half *= 2) butterflies(out, half);
  return out;
}

function butterflies({ re, im }: Spectrum, half: number): void {
  const { cos, sin } = roots(half);
  for (let start = 0; start < re.length; start += 2 * half)
    for (let k = 0; k < half; k++) {
      const top = start + k;
      const bottom = top + half;
      const real = re[bottom]! * cos[k]! + im[bottom]! * sin[k]!;
      const imaginary = im[bottom]! * cos[k]! - re[bottom]! * sin[k]!;
      re[bottom] = re[top]! - real;
      im[bottom] = im[top]! - imaginary;
      re[top]! += real;
      im[top]! += imaginary;
    }
}

const ORDERS = new Map<number, Int32Array>();

/** Each index below `size`, a power of two, with its bits in reverse order. */
function reversedOrder(size: number): Int32Array {
  const known = ORDERS.get(size);
  if (known !== undefined) return known;
  const bits = 31 - Math.clz32(size);
  const made = Int32Array.from({ length: size }, (_, i) => reversed(i, bits));
  ORDERS.set(size, made);
  return made;
}

/** The bits of `index` in reverse order. */
function reversed(index: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((index >> bit) & 1) << (bits - 1 - bit);
  return result;
}

const ROOTS = new Map<number, { readonly cos: Float64Array; readonly sin: Float64Array }>();

/** cos and sin of πk/half, k below `half`. */
export function roots(half: number): { readonly cos: Float64Array; readonly sin: Float64Array } {
  const known = ROOTS.get(half);
  if (known !== undefined) return known;
  const angle = (_: number, k: number) => (Math.PI * k) / half;
  const angles = Float64Array.from({ length: half }, angle);
  const made = { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
  ROOTS.set(half, made);
  return made;
}
