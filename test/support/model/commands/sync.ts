import fc from 'fast-check'
import { hold, release } from '../../../../src/ops/index.ts'
import { attempt } from '../attempt.ts'
import { nameOf } from '../history.ts'
import { type MappingName, mappings } from '../sync-file.ts'
import { type Command, command } from './command.ts'

const run = fc.constant(command('run', (history) => attempt(history)))

/** A window of so many messages at most; the rest waits for the next one. */
const limited = fc
  .integer({ min: 1, max: 4 })
  .map((limit) => command(`run with limit ${limit}`, (history) => attempt(history, { limit })))

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
    await hold(real.parts(model), nameOf(model), 'the model says so')
    const before = real.bench.twin.store.counts().requests
    const endings = await attempt(history, { mayFail: ['SYNC_HELD'] })
    await release(real.parts(model), nameOf(model))
    const sent = real.bench.twin.store.counts().requests - before
    if (sent > 0 || endings.some(({ kind }) => kind === 'finished')) {
      throw new Error('a sync that is held ran')
    }
  }),
)

/** Another name; what is known under the old one goes on to count once a run has written something down under it. */
const renames = fc.constant(
  command(
    'rename the sync',
    async ({ model, real }) => {
      const name = `${model.names[0]}_${model.names.length}`
      model.names.push(name)
      await real.setUp(name)
    },
    (model) =>
      model.names.length < 3 &&
      Object.values(model.sides).every(({ ran }) => ran.has(nameOf(model))),
  ),
)

/** What is done to the sync by hand. */
export const syncCommands: [number, fc.Arbitrary<Command>][] = [
  [9, run],
  [2, limited],
  [1, edits],
  [1, held],
  [1, renames],
]
