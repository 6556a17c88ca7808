import type { MessageRun } from '../core/index.ts'
import { identityText } from './identity.ts'

/**
 * Identities one of whose messages was given up in this delivery: their later messages must not overtake it.
 * Judged by the exact identity, never by its hash. With `together`, all messages are about one another: once one is given
 * up, none follows.
 */
export class HeldIdentities {
  readonly #held = new Set<string>()
  readonly #together: boolean

  constructor(together = false) {
    this.#together = together
  }

  /** Holds the identities of all messages in `runs`. */
  hold(runs: readonly MessageRun[]): void {
    for (const { block, from, to } of runs) {
      for (let i = from; i < to; i++) this.#held.add(identityText(block, i))
    }
  }

  /** Splits `runs` into messages that may go and messages that are held, both in order. */
  sort(runs: readonly MessageRun[]): { free: readonly MessageRun[]; held: readonly MessageRun[] } {
    if (this.#held.size === 0) return { free: runs, held: [] }
    if (this.#together) return { free: [], held: runs }
    const free: MessageRun[] = []
    const held: MessageRun[] = []
    for (const { block, from, to } of runs) {
      let start = from
      let isHeld = this.#held.has(identityText(block, from))
      for (let i = from + 1; i <= to; i++) {
        const isNextHeld = i < to && this.#held.has(identityText(block, i))
        if (i < to && isNextHeld === isHeld) continue
        const run = { block, from: start, to: i }
        if (isHeld) held.push(run)
        else free.push(run)
        start = i
        isHeld = isNextHeld
      }
    }
    return { free, held }
  }
}
