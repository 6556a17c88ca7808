/** Milliseconds to wait before the next attempt, after `failures` failed ones (1 or more). */
export type Backoff = (failures: number) => number

/** Exponential backoff with full jitter: anything from 0 to `firstMs` × 2^(failures − 1), at most `mostMs`. */
export function fullJitter(
  { firstMs, mostMs }: { readonly firstMs: number; readonly mostMs: number },
  random: () => number,
): Backoff {
  return (failures) => random() * Math.min(mostMs, firstMs * 2 ** (failures - 1))
}
