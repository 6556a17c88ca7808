import fc from 'fast-check'
import { newRow } from '../history.ts'
import { rebuildWays } from '../source.ts'
import { destinations } from '../sync-file.ts'
import { type Command, command } from './command.ts'
import { anyKey, anyValues } from './rows.ts'

/** The whole table anew, a few rows of it otherwise than before, or with other columns. */
const rebuilds = fc
  .record({
    way: fc.constantFrom(...rebuildWays),
    edits: fc.uniqueArray(fc.tuple(anyKey, fc.option(anyValues, { freq: 3 })), {
      maxLength: 2,
      selector: ([key]) => key,
    }),
    shape: fc.record({ extra: fc.boolean(), wide: fc.boolean() }),
  })
  .map(({ way, edits, shape }) =>
    command(
      `rebuild ${way} ${JSON.stringify({ edits, ...shape })}`,
      async ({ model, real }) => {
        for (const [key, values] of edits) {
          const id = model.base + key
          const others = model.rows.filter((row) => row.id !== id)
          model.rows = values === null ? others : [...others, newRow(model, id, values)]
        }
        if (way !== 'overwrite') model.shape = shape
        model.breaks++
        await real.bench.sql(...real.statements.rebuild(way, model.rows, model.shape, model.feed))
      },
      // An open window reads the table it pinned: with another one in its place somebody has to give it up.
      ({ sides }) =>
        way !== 'renamed' || destinations.every((name) => sides[name].open === undefined),
    ),
  )

const optimize = fc.constant(
  command('optimize', ({ real }) => real.bench.sql(...real.statements.optimize())),
)

const addColumn = fc.constant(
  command(
    'add a column',
    async ({ model, real }) => {
      model.shape = { ...model.shape, extra: true }
      await real.bench.sql(...real.statements.addColumn())
    },
    ({ shape }) => !shape.extra,
  ),
)

const feed = fc.boolean().map((isOn) =>
  command(
    `feed ${isOn ? 'on' : 'off'}`,
    async ({ model, real }) => {
      model.feed = isOn
      model.breaks++
      await real.bench.sql(...real.statements.feed(isOn))
    },
    (model) => model.feed !== isOn,
  ),
)

/** What happens to the table as a whole. */
export const tableCommands: [number, fc.Arbitrary<Command>][] = [
  [3, rebuilds],
  [1, optimize],
  [1, addColumn],
  [1, feed],
]
