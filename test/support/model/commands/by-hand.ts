import fc from 'fast-check'
import { backfill, replay } from '../../../../src/sync/index.ts'
import { attempt, type Ending } from '../attempt.ts'
import { type Command, command } from './command.ts'

const by = { who: 'the model', why: 'to see what comes of it' }

/** Everything anew, changed or not. */
const backfills = fc.constant(
  command('backfill', (history) =>
    attempt(history, {
      window: 'backfill',
      go: async (parts) => {
        const endings: Ending[] = []
        for (const sync of parts.project.syncs) {
          endings.push(...(await backfill(parts, sync, { by, filter: {}, windows: 1 })))
        }
        return endings.map(placed)
      },
    }),
  ),
)

/** What was refused or given up, with its row as it is now. */
const replays = fc.constant(
  command('replay', (history) =>
    attempt(history, {
      window: 'replay',
      go: async (parts) => {
        const endings: Ending[] = []
        for (const sync of parts.project.syncs) {
          endings.push(...(await replay(parts, sync, { by, filter: {}, send: true })))
        }
        return endings.map(placed)
      },
    }),
  ),
)

/** With its destination, which a report has inside; a window that was not looked for may stay open. */
function placed(ending: Ending): Ending {
  return ending.kind === 'finished' ? { ...ending, kind: 'asked' } : ending
}

/** What nobody schedules. */
export const byHandCommands: [number, fc.Arbitrary<Command>][] = [
  [1, backfills],
  [1, replays],
]
