import fc from 'fast-check'
import { SyncError } from '../../../../src/core/index.ts'
import { type Parts, type RunOptions, runWindow } from '../../../../src/sync/index.ts'
import { attempt, type Ending } from '../attempt.ts'
import { type History, namesOf } from '../history.ts'
import { type End, mortal } from '../mortal.ts'
import { destinations } from '../sync-file.ts'
import { type Command, command } from './command.ts'

/** A process that ends at one of its calls to the outside. */
const crashes = fc
  .record({
    call: fc.integer({ min: 1, max: 70 }),
    end: fc.constantFrom<End>('killed before', 'killed after', 'stopped'),
    limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  })
  .map(({ call, end, limit }) =>
    command(
      `run${limit === undefined ? '' : ` with limit ${limit}`} ${end} at call ${call}`,
      async (history) => {
        await attempt(history, {
          ...(limit === undefined ? {} : { limit }),
          go: async (parts) => {
            const process = mortal(parts, call, end)
            return inTurn(process.parts, process.signal, process.hasEnded)
          },
          mayFail: ['KILLED', 'RUN_STOPPED', 'UPLOAD_FAILED'],
          isUnsure: true,
        })
        await forgetLeases(history)
      },
    ),
  )

/** Time passes: what a killed process holds ends by itself. */
async function forgetLeases({ model, real }: History): Promise<void> {
  await real.bench.sql(
    `UPDATE main.customerio.checkpoints SET expires_at = timestamp_seconds(0) WHERE sync IN (${namesOf(model)})`,
  )
}

/** One destination after the other, so that the calls of a process come in one order. */
async function inTurn(
  parts: Parts,
  signal: AbortSignal,
  hasEnded: () => boolean,
): Promise<Ending[]> {
  const endings: Ending[] = []
  for (const destination of destinations) {
    for (const sync of hasEnded() ? [] : parts.project.syncs) {
      endings.push(await one(parts, sync, destination, { signal }))
    }
  }
  return endings
}

async function one(
  parts: Parts,
  sync: Parts['project']['syncs'][number],
  destination: string,
  options: RunOptions,
): Promise<Ending> {
  try {
    await runWindow(parts, sync, destination, options)
    return { kind: 'finished', destination }
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    return { kind: 'failed', destination, code: error.code }
  }
}

/** The killing and stopping of processes. */
export const crashCommands: [number, fc.Arbitrary<Command>][] = [[3, crashes]]
