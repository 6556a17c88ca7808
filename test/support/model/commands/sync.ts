import fc from 'fast-check'
import { hold, release } from '../../../../src/ops/index.ts'
import { attempt } from '../attempt.ts'
import { type MappingName, mappings } from '../sync-file.ts'
import { type Command, command } from './command.ts'

const run = fc.constant(command('run', (history) => attempt(history)))

const edits = fc.constantFrom(...(Object.keys(mappings) as MappingName[])).map((mapping) =>
  command(
    `edit the mapping: ${mapping}`,
    async ({ model }) => {
      model.mapping = mapping
    },
    (model) => model.mapping !== mapping,
  ),
)

/** A run while the sync is held opens no window and sends nothing. */
const held = fc.constant(
  command('run while held', async (history) => {
    const { model, real } = history
    await hold(real.parts(model), real.sync, 'the model says so')
    const before = real.bench.twin.store.counts().requests
    const endings = await attempt(history, { mayFail: ['SYNC_HELD'] })
    await release(real.parts(model), real.sync)
    const sent = real.bench.twin.store.counts().requests - before
    if (sent > 0 || endings.some(({ kind }) => kind === 'finished')) {
      throw new Error('a sync that is held ran')
    }
  }),
)

/** What is done to the sync by hand. */
export const syncCommands: [number, fc.Arbitrary<Command>][] = [
  [9, run],
  [1, edits],
  [1, held],
]
