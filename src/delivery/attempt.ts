import type { Answer, BatchFormat, Clock, Send } from '../core/index.ts'
import { assemble, type Batch } from './batch.ts'
import type { Breaker } from './breaker.ts'
import type { Budget } from './budget.ts'
import { orAborted } from './or-aborted.ts'
import type { Recorder } from './recorder.ts'
import type { Stopping } from './stopping.ts'

/** What one attempt works with. */
export interface AttemptParts {
  readonly send: Send
  readonly format: BatchFormat
  readonly budget: Budget
  readonly breaker: Breaker
  readonly recorder: Recorder
  readonly stopping: Stopping
  readonly clock: Clock
  /** Tells this delivery's partitions from those of others that share the budget. */
  readonly name: string
}

/**
 * One request: waits for the breaker, the recorder and a permit, in this order, sends, writes the exchange down, and
 * lets the budget and the breaker learn from the answer. Rejects only when the delivery stops.
 */
export function attempting(parts: AttemptParts): (batch: Batch) => Promise<Answer> {
  const { send, format, budget, breaker, recorder, stopping, clock, name } = parts
  return async (batch) => {
    const pass = await breaker.pass(stopping.stop)
    await orAborted(recorder.ready(), stopping.stop)
    const waitingSince = clock.now()
    const permit = await budget.take(`${name}/${batch.partition}`, batch.purpose, stopping.stop)
    const sending = async () => {
      stopping.stop.throwIfAborted()
      const body = assemble(format, batch)
      batch.attempts++
      const startedAt = clock.now()
      return { bytes: body.length, startedAt, answer: await send(body, stopping.cut) }
    }
    const { bytes, startedAt, answer } = await sending().finally(() => permit.over())
    recorder.exchange({
      batch: batch.id,
      attempt: batch.attempts,
      ...(answer.status === undefined ? {} : { status: answer.status }),
      ...(answer.verdict === 'delivered' ? {} : { reason: answer.reason }),
      partition: batch.partition,
      startedAt,
      durationMs: clock.now() - startedAt,
      waitMs: startedAt - waitingSince,
      bytes,
      messages: batch.count,
      answer: answer.text,
    })
    budget.learn(answer)
    breaker.record(answer.verdict === 'retry' && answer.status !== 429, pass)
    return answer
  }
}
