/** How far a delivery may go; every number has a default in {@link defaultLimits}. */
export interface DeliveryLimits {
  /** Bytes of bodies in hand (flying, waiting or backing off). Memory is about twice this, with their blocks. */
  readonly bodiesInMemoryBytes: number
  /** Batches in hand at once; lanes at most. Give the HTTP client as many connections. */
  readonly maxInFlight: number
  /** How long one batch is tried again before it is given up as undelivered. */
  readonly deadlineMs: number
  /** How long requests in flight may still be answered once the delivery stops. */
  readonly graceMs: number
  /** First and largest delay between two attempts, before jitter. */
  readonly backoff: { readonly firstMs: number; readonly mostMs: number }
  readonly breaker: BreakerLimits
}

/** When the breaker opens and how long it may stay open. */
export interface BreakerLimits {
  /** Failures in a row that open it. */
  readonly failuresInRow: number
  /** Or this share of failures among at least `leastAnswers` answers within `spanMs`. */
  readonly failedShare: number
  readonly leastAnswers: number
  readonly spanMs: number
  /** How long it stays open before one request is let through as a probe. */
  readonly probeAfterMs: number
  /** Open for longer than this, the destination counts as down. Keep it below `deadlineMs`. */
  readonly mostOpenMs: number
}

/** The defaults: 96 MiB, 64 batches, 10 minutes a batch, 20 s of grace, down after 5 minutes. */
export const defaultLimits: DeliveryLimits = {
  bodiesInMemoryBytes: 96 * 2 ** 20,
  maxInFlight: 64,
  deadlineMs: 600_000,
  graceMs: 20_000,
  backoff: { firstMs: 250, mostMs: 30_000 },
  breaker: {
    failuresInRow: 20,
    failedShare: 0.8,
    leastAnswers: 50,
    spanMs: 30_000,
    probeAfterMs: 5_000,
    mostOpenMs: 300_000,
  },
}
