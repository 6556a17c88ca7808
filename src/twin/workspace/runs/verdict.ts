import type { RunIf } from './settings.ts'

/** What became of a task or a whole run. */
export type Result =
  | 'SUCCESS'
  | 'FAILED'
  | 'TIMEDOUT'
  | 'CANCELED'
  | 'EXCLUDED'
  | 'UPSTREAM_FAILED'
  | 'UPSTREAM_CANCELED'

/** True for the results that count as good: what was left out by its own condition is nobody's failure. */
export function isGood(result: Result): boolean {
  return result === 'SUCCESS' || result === 'EXCLUDED'
}

/** What a task does once all that it depends on is over: it runs, or has a result without running. */
export function verdict(runIf: RunIf, before: readonly Result[]): 'run' | Result {
  if (before.length === 0 || isMet(runIf, before)) return 'run'
  if (runIf !== 'ALL_SUCCESS' || before.every((one) => one === 'EXCLUDED')) return 'EXCLUDED'
  return before.some((one) => one.endsWith('CANCELED')) ? 'UPSTREAM_CANCELED' : 'UPSTREAM_FAILED'
}

function isMet(runIf: RunIf, before: readonly Result[]): boolean {
  if (before.every((one) => one === 'EXCLUDED')) return false
  const isBad = (one: Result) => !isGood(one)
  switch (runIf) {
    case 'ALL_SUCCESS':
    case 'NONE_FAILED':
      return before.every(isGood)
    case 'ALL_DONE':
      return true
    case 'AT_LEAST_ONE_SUCCESS':
      return before.includes('SUCCESS')
    case 'AT_LEAST_ONE_FAILED':
      return before.some(isBad)
    case 'ALL_FAILED':
      return before.every(isBad)
  }
}

/** What a run is whose last tasks (those that no other waits for) ended so. */
export function overall(
  last: readonly Result[],
  all: readonly Result[],
): Result | 'SUCCESS_WITH_FAILURES' {
  if (last.some((one) => one.endsWith('CANCELED'))) return 'CANCELED'
  if (!last.every(isGood)) return 'FAILED'
  return all.every(isGood) ? 'SUCCESS' : 'SUCCESS_WITH_FAILURES'
}
