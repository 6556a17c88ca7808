import type { Answer } from '../core/index.ts'

/**
 * Tries a sending again after the secret was read again: once for the whole delivery, however many batches are
 * refused together. `reauthorize` says whether there is a new secret; without one, or when the new one is refused
 * too, the answer stays `unauthorized`.
 */
export function reauthorizing<T extends unknown[]>(
  attempt: (...args: T) => Promise<Answer>,
  reauthorize: () => Promise<boolean>,
): (...args: T) => Promise<Answer> {
  let renewal: Promise<boolean> | undefined
  let isRenewed = false
  return async (...args) => {
    const wasRenewed = isRenewed
    const answer = await attempt(...args)
    if (answer.verdict !== 'unauthorized' || wasRenewed) return answer
    renewal ??= reauthorize()
    isRenewed = await renewal
    return isRenewed ? attempt(...args) : answer
  }
}
