import { TooManyFailed } from '../core/index.ts'

/**
 * Stops the sending when more than `maxFailedPercent` of the first 1000 answered messages are rejected, or of any
 * later 10,000. It acts as soon as that is certain, so it may act before that many are answered.
 */
export class FailureBrake {
  readonly #maxFailedPercent: number
  /** What the last 10,000 answers were, as far as one entry per batch tells. */
  readonly #recent: { readonly answered: number; readonly rejected: number }[] = []
  #answered = 0
  #rejected = 0
  #answeredInAll = 0

  constructor(maxFailedPercent: number) {
    this.#maxFailedPercent = maxFailedPercent
  }

  /** Counts the messages of an outcome. Returns `TooManyFailed` when the sending must stop. */
  count(answered: number, rejected: number): TooManyFailed | undefined {
    this.#recent.push({ answered, rejected })
    this.#answered += answered
    this.#rejected += rejected
    this.#answeredInAll += answered
    for (let oldest = this.#recent[0]; oldest !== undefined; oldest = this.#recent[0]) {
      if (this.#answered - oldest.answered < laterSpan) break
      this.#answered -= oldest.answered
      this.#rejected -= oldest.rejected
      this.#recent.shift()
    }
    const span = this.#answeredInAll <= firstSpan ? firstSpan : Math.max(laterSpan, this.#answered)
    const isTooMany = this.#rejected > (span * this.#maxFailedPercent) / 100
    return isTooMany ? tooMany(this.#rejected, this.#maxFailedPercent) : undefined
  }
}

const firstSpan = 1_000
const laterSpan = 10_000

function tooMany(rejected: number, maxFailedPercent: number): TooManyFailed {
  return new TooManyFailed(
    'TOO_MANY_FAILED',
    `More than ${maxFailedPercent} % of the messages were rejected, so the sending stopped. ` +
      'Look at dead_letters for the reasons, or raise max_failed_percent.',
    { context: { rejected, maxFailedPercent } },
  )
}
