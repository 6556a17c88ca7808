import type { Answer, BatchFormat, Clock, MessageRun, OutcomeStatus } from '../core/index.ts'
import { newId } from '../core/index.ts'
import { type Batch, bodyBytes, countOf, halves, type Packed, type Purpose } from './batch.ts'
import type { HeldIdentities } from './held-identities.ts'
import type { Tally } from './tally.ts'

/** What {@link settling} works with. */
export interface SettleParts {
  /** Sends a batch until there is a final answer. */
  readonly send: (batch: Batch) => Promise<Answer>
  readonly format: BatchFormat
  readonly tally: Tally
  readonly clock: Clock
  /** Present when messages of one identity must keep their order. */
  readonly held?: HeldIdentities
  /** The destination refuses the key. */
  readonly unauthorized: () => void
}

/**
 * Brings every message of a batch to its outcome. A refused batch is halved, first half first, until the offender is
 * alone, so that no good message is blamed; a batch that is too large is split in the same way, without blame.
 */
export function settling(parts: SettleParts): (packed: Packed) => Promise<void> {
  const { send, format, tally, clock, held, unauthorized } = parts

  const settle = async (batch: Batch): Promise<void> => {
    const { free, held: late } = held?.sort(batch.runs) ?? { free: batch.runs, held: [] }
    if (late.length > 0) giveUp(late, batch, afterUndelivered)
    if (free.length === 0) return
    const going = late.length === 0 ? batch : smaller(batch, free, batch.purpose)
    const answer = await send(going)
    switch (answer.verdict) {
      case 'delivered':
        return record(going, 'delivered')
      case 'bisect':
        return going.count === 1 ? record(going, 'rejected', answer) : halve(going, 'bisection')
      case 'split':
        return going.count === 1 ? record(going, 'rejected', answer) : halve(going, going.purpose)
      case 'dead-letter':
        return record(going, 'rejected', answer)
      case 'unauthorized':
        giveUp(going.runs, going, answer)
        return unauthorized()
      case 'retry':
        return giveUp(going.runs, going, answer)
      default:
        return answer.verdict satisfies never
    }
  }

  const halve = async (batch: Batch, purpose: Purpose): Promise<void> => {
    for (const half of halves(batch.runs)) await settle(smaller(batch, half, purpose))
  }

  const smaller = (batch: Batch, runs: readonly MessageRun[], purpose: Purpose): Batch => ({
    ...batch,
    id: newId(clock.now()),
    runs,
    count: countOf(runs),
    bytes: bodyBytes(format, runs),
    purpose,
  })

  const giveUp = (runs: readonly MessageRun[], batch: Batch, why: Why): void => {
    held?.hold(runs)
    record({ ...batch, runs }, 'undelivered', why)
  }

  const record = (batch: Batch, status: OutcomeStatus, why?: Why): void =>
    tally.outcome({
      runs: batch.runs,
      status,
      ...(why === undefined ? {} : { reason: why.reason, text: why.text }),
      batch: batch.attempts === 0 ? '' : batch.id,
      attempt: batch.attempts,
      sentAt: clock.now(),
    })

  return (packed) => settle({ ...packed, id: newId(clock.now()), purpose: 'message', attempts: 0 })
}

type Why = Pick<Answer, 'reason' | 'text'>

const afterUndelivered: Why = {
  reason: 'after_undelivered',
  text: 'An earlier message of the same identity was not delivered; this one waits for it.',
}
