import { type Answer, newId } from '../../../core/index.ts'
import type { Stage } from './experiment.ts'

/** Longest wait for one answer. */
const patienceMs = 60_000

/** Messages about the person of an experiment, and their way to Customer.io in strict mode. */
export function messages({ destination, person, clock }: Stage) {
  const common = () => ({ userId: person, messageId: newId(clock.now()) })
  return {
    identify: (traits: object, more: object = {}) => ({
      type: 'identify',
      ...common(),
      traits,
      ...more,
    }),
    track: (event: string, properties: object = {}, more: object = {}) => ({
      type: 'track',
      ...common(),
      event,
      properties,
      ...more,
    }),
    /** Sends them as one batch. */
    send: (...batch: readonly object[]): Promise<Answer> =>
      destination.send(
        new TextEncoder().encode(JSON.stringify({ batch })),
        AbortSignal.timeout(patienceMs),
      ),
  }
}

/** The status of an answer, or why there was none; and for a refusal the words of it that are known. */
export function said({ status, reason, text }: Answer): string {
  if (status === undefined) return `no answer (${reason})`
  return status < 300 ? String(status) : `${status} "${text}"`
}
