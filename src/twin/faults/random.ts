/** A sequence of numbers in [0, 1), the same for the same seed (any 32-bit integer). */
export function randomSequence(seed: number): () => number {
  let state = seed | 0
  return () => {
    // A Weyl sequence through a 32-bit finaliser: even, and without a memory of neighbouring seeds.
    state = (state + 0x9e3779b9) | 0
    let x = state
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
  }
}
