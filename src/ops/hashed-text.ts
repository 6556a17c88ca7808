import type { Ending, HashedState } from '../sync/index.ts'
import { many } from './figures.ts'
import { failureText } from './summary.ts'

/** What a person reads after `state hash`. */
export function hashedText(endings: readonly Ending<HashedState>[]): string[] {
  const lines = endings.flatMap((ending) => {
    if (ending.kind === 'failed') return failureText(ending)
    const { sync, destination, keys, outcomes } = ending.report
    return [
      `${sync} → ${destination}: ${many(keys, 'key')} and ${many(outcomes, 'outcome')} hashed`,
    ]
  })
  const isDone = endings.some(({ kind }) => kind === 'finished')
  return isDone
    ? [
        ...lines,
        'Earlier versions of the tables and parts in the volume still hold them: "customerio-jobs maintain" and VACUUM remove those.',
      ]
    : lines
}
