import fc from 'fast-check'
import { type History, newRow } from '../history.ts'
import type { Values } from '../source.ts'
import { type Command, command } from './command.ts'

/** Keys of a history, counted from its base. */
export const anyKey = fc.integer({ min: 1, max: 5 })

/** Values of a row: mostly good ones, now and then one that is refused here or there. */
export const anyValues: fc.Arbitrary<Values> = fc.record({
  region: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('EU', 'US') },
    { weight: 1, arbitrary: fc.constantFrom('MOON', null) },
  ),
  name: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('a', 'b', null) },
    { weight: 1, arbitrary: fc.constant('big') },
  ),
  visits: fc.constantFrom(1, 2, null),
  joined: fc.oneof(
    { weight: 8, arbitrary: fc.constant('2024-05-01T10:00:00Z') },
    { weight: 1, arbitrary: fc.constant('refuse me') },
  ),
})

/** Gives a key one row with these values, however many it had: an insert, an update, or an end of duplicates. */
export async function write({ model, real }: History, key: number, values: Values): Promise<void> {
  const id = model.base + key
  const row = newRow(model, id, values)
  const had = model.rows.filter((one) => one.id === id).length
  const { update, remove, insert } = real.statements
  model.rows = [...model.rows.filter((one) => one.id !== id), row]
  await real.bench.sql(
    ...(had === 1 ? update(row) : [...(had > 1 ? remove(id) : []), ...insert([row], model.shape)]),
  )
}

/** One to three keys written together. */
const writes = fc
  .uniqueArray(fc.tuple(anyKey, anyValues), {
    minLength: 1,
    maxLength: 3,
    selector: ([key]) => key,
  })
  .map((rows) =>
    command(`write ${JSON.stringify(rows)}`, async (history) => {
      for (const [key, values] of rows) await write(history, key, values)
    }),
  )

const removals = anyKey.map((key) =>
  command(
    `delete ${key}`,
    async ({ model, real }) => {
      const id = model.base + key
      model.rows = model.rows.filter((one) => one.id !== id)
      await real.bench.sql(...real.statements.remove(id))
    },
    ({ rows, base }) => rows.some(({ id }) => id === base + key),
  ),
)

/** A second row of a key, or a row without one. */
const strays = fc.tuple(fc.option(anyKey, { freq: 4 }), anyValues).map(([key, values]) =>
  command(`stray ${key} ${JSON.stringify(values)}`, async ({ model, real }) => {
    const row = newRow(model, key === null ? null : model.base + key, values)
    model.rows = [...model.rows, row]
    await real.bench.sql(...real.statements.insert([row], model.shape))
  }),
)

/** Changes of rows. */
export const rowCommands: [number, fc.Arbitrary<Command>][] = [
  [8, writes],
  [3, removals],
  [1, strays],
]
