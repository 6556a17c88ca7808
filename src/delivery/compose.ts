import { DestinationError, newId } from '../core/index.ts'
import { attempting } from './attempt.ts'
import { fullJitter } from './backoff.ts'
import type { Packed } from './batch.ts'
import { Breaker } from './breaker.ts'
import { HeldIdentities } from './held-identities.ts'
import type { DeliveryLimits } from './limits.ts'
import type { DeliverOptions } from './options.ts'
import { reauthorizing } from './reauthorize.ts'
import { retrying } from './retry.ts'
import { settling } from './settle.ts'
import type { Stopping } from './stopping.ts'
import type { Tally } from './tally.ts'

/** What becomes of a packed batch, composed from the inside out: one attempt, the secret, the retries, the outcome. */
export function compose(
  options: DeliverOptions,
  limits: DeliveryLimits,
  stopping: Stopping,
  tally: Tally,
): (packed: Packed) => Promise<void> {
  const { send, format, budget, clock, random = Math.random } = options
  const breaker = new Breaker(limits.breaker, clock)
  const name = newId(clock.now())
  const attempt = attempting({
    send,
    format,
    budget,
    breaker,
    recorder: tally,
    stopping,
    clock,
    name,
  })
  const authorized = reauthorizing(attempt, options.reauthorize ?? (async () => false))
  const persistent = retrying(authorized, {
    backoff: fullJitter(limits.backoff, random),
    deadlineMs: limits.deadlineMs,
    clock,
    stop: stopping.stop,
  })
  return settling({
    send: persistent,
    format,
    tally,
    clock,
    ...(options.lanes === 'free' ? {} : { held: new HeldIdentities(options.lanes === 'in-order') }),
    unauthorized: () => stopping.now(isUnauthorized()),
  })
}

function isUnauthorized(): DestinationError {
  return new DestinationError(
    'UNAUTHORIZED',
    'The destination refuses the key. Check the key and the region of the destination, then run the same command again.',
  )
}
