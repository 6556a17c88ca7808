import type { Ending, MovedState } from '../sync/index.ts'
import { failureText } from './summary.ts'

const outcomes: Readonly<Record<MovedState['outcome'], string>> = {
  'taken over': 'goes on with what was known under the old name',
  'has its own': 'has a position of its own already; nothing was taken over',
  'nothing known': 'nothing is known under the old name',
}

/** What a person reads after `state mv`. */
export function movedText(endings: readonly Ending<MovedState>[]): string[] {
  return endings.flatMap((ending) => {
    if (ending.kind === 'failed') return failureText(ending)
    const { sync, destination, from, outcome } = ending.report
    return [`${sync} (was ${from}) → ${destination}: ${outcomes[outcome]}`]
  })
}
