/** Within (0, 1), the same for the same seed: a Weyl sequence with the golden ratio's step, mixed as in MurmurHash3's finalizer (A. Appleby, public domain). */
export function uniform(seed: number): () => number {
  let state = Math.imul(seed, 0x85ebca6b);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (((mixed ^ (mixed >>> 16)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** Of mean 0 and variance 1 (G. E. P. Box & M. E. Muller, Annals of Mathematical Statistics 29, 1958). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}
