import type { BatchOutcome, MessageBlock } from '../core/index.ts'
import type { Recorder } from '../delivery/index.ts'
import type { Refusal } from './check.ts'
import type { MessageResult } from './result.ts'

/** Puts what became of each message at the message's own place, whatever the order of the outcomes. */
export class Results implements Recorder {
  readonly #messageIds: readonly string[]
  readonly #results: (MessageResult | undefined)[]
  readonly #places = new Map<MessageBlock, readonly number[]>()

  /** One place for each message, by its id. */
  constructor(messageIds: readonly string[]) {
    this.#messageIds = messageIds
    this.#results = messageIds.map(() => undefined)
  }

  /** Says at which places the messages of a block stand. */
  place(block: MessageBlock, places: readonly number[]): void {
    this.#places.set(block, places)
  }

  /** The message at a place was refused here. */
  refuse(at: number, refusal: Refusal): void {
    this.#results[at] = { status: 'rejected', messageId: this.#messageIds[at] ?? '', ...refusal }
  }

  outcome({ runs, status, reason = '', text = '' }: BatchOutcome): void {
    for (const { block, from, to } of runs) {
      for (const at of this.#places.get(block)?.slice(from, to) ?? []) {
        const messageId = this.#messageIds[at] ?? ''
        this.#results[at] =
          status === 'delivered'
            ? { status, messageId }
            : { status: status === 'undelivered' ? status : 'rejected', messageId, reason, text }
      }
    }
  }

  exchange(): void {}

  async ready(): Promise<void> {}

  /** One result for each message, in order; those without an outcome are undelivered for `reason`. */
  all(reason: string, text: string): MessageResult[] {
    return this.#results.map(
      (result, at) =>
        result ?? { status: 'undelivered', messageId: this.#messageIds[at] ?? '', reason, text },
    )
  }
}
