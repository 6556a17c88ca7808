import { type AuditError, type Clock, codesOf, type Log, silentLog } from '../core/index.ts'
import { isLeaseLost, type Lease, leaseLost } from './lease.ts'
import type { Leases } from './leases.ts'

/** A lease that is renewed in the background. */
export interface KeptLease {
  /** Aborts with the AuditError LEASE_LOST. */
  readonly signal: AbortSignal
  /**
   * Throws LEASE_LOST once the lease is lost or its time has passed without a renewal. Asks nobody, so a process that
   * was frozen notices before it sends anything: its timers may come late.
   */
  check(): void
  /** Ends the renewals; the lease itself is still there, to be released. A renewal under way does no harm then. */
  stop(): void
}

/** How a lease is kept. */
export interface KeepOptions {
  /** Time between renewals in ms: a fraction of the lease's. */
  readonly everyMs: number
  readonly clock: Clock
  readonly log?: Log
}

/**
 * Renews a lease until told to stop. A renewal that fails is tried again at the next beat; the lease counts as lost
 * when another run has it, and when none was confirmed for as long as it holds: nobody can know then who has it.
 */
export function keepLease(
  leases: Pick<Leases, 'renew'>,
  lease: Lease,
  options: KeepOptions,
): KeptLease {
  const { everyMs, clock, log = silentLog } = options
  const lost = new AbortController()
  const ended = new AbortController()
  let { freshUntil } = lease
  let lastFailure: unknown

  const lose = (error: AuditError) => {
    ended.abort()
    if (!lost.signal.aborted) lost.abort(error)
  }
  const check = () => {
    if (!ended.signal.aborted && clock.now() >= freshUntil) lose(leaseLost(lease, lastFailure))
    lost.signal.throwIfAborted()
  }
  const renewals = async () => {
    for (;;) {
      await clock.sleep(everyMs, ended.signal)
      try {
        freshUntil = (await leases.renew(lease)).freshUntil
      } catch (error) {
        if (ended.signal.aborted) return
        if (isLeaseLost(error)) return lose(error)
        lastFailure = error
        log.warn('the lease could not be renewed yet', {
          sync: lease.sync,
          code: codesOf(error)[0],
        })
      }
    }
  }
  const watch = async () => {
    for (;;) {
      await clock.sleep(Math.max(0, freshUntil - clock.now()), ended.signal)
      check()
    }
  }
  // Both end by a rejected sleep or check: what that means stands in the signals.
  renewals().catch(() => {})
  watch().catch(() => {})

  return { signal: lost.signal, check, stop: () => ended.abort() }
}
