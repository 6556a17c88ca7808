import { controlOf } from '../../../audit/index.ts'
import { checkPin, pinned, pinTable, sourceSchema, sqlTypes } from '../../../source/index.ts'
import type { Warehouse } from '../../../warehouse/index.ts'
import { type Bench, type Experiment, numberOf } from './experiment.ts'

const types = [
  'BIGINT',
  'DECIMAL(38,18)',
  'DATE',
  'TIMESTAMP',
  'TIMESTAMP_NTZ',
  'ARRAY<STRING>',
] as const

/** Source tables: pins, change feeds, types. */
export const tableExperiments: readonly Experiment<Bench>[] = [
  {
    name: 'pinned-read',
    fact: 'a pinned version reads the same after other writes, and after the table was replaced',
    promises: [1, 4, 6],
    expected: 'pinned 3 and 3 rows, now 1',
    async run({ warehouse, control }) {
      const table = await madeTable(warehouse, control, 'pins')
      const pin = await pinTable(warehouse, `${control}.pins`)
      if (pin === undefined) return { seen: 'the table has no version' }
      const count = () => numberOf(warehouse, `SELECT count(*) AS \`n\` FROM ${pinned(pin)}`)
      await warehouse.execute(`DELETE FROM ${table} WHERE \`id\` = 1`)
      const afterWrite = await count()
      await warehouse.execute(`CREATE OR REPLACE TABLE ${table} USING DELTA AS SELECT 9 AS \`id\``)
      const afterReplacement = await count()
      await checkPin(warehouse, pin)
      const now = await numberOf(warehouse, `SELECT count(*) AS \`n\` FROM ${table}`)
      return { seen: `pinned ${afterWrite} and ${afterReplacement} rows, now ${now}` }
    },
  },
  {
    name: 'change-feed',
    fact: 'table_changes names every key that was inserted, updated or deleted in a range of versions',
    promises: [1, 8],
    expected: '2 update_postimage, 2 update_preimage, 3 delete, 4 insert',
    async run({ warehouse, control }) {
      const table = await madeTable(warehouse, control, 'feed')
      const from = (await pinTable(warehouse, `${control}.feed`))?.version ?? 0
      await warehouse.execute(`UPDATE ${table} SET \`name\` = 'x' WHERE \`id\` = 2`)
      await warehouse.execute(`DELETE FROM ${table} WHERE \`id\` = 3`)
      await warehouse.execute(`INSERT INTO ${table} VALUES (4, 'd')`)
      const to = (await pinTable(warehouse, `${control}.feed`))?.version ?? 0
      const rows = await warehouse.query(
        `SELECT DISTINCT \`id\`, \`_change_type\` AS \`change\` FROM table_changes('${control}.feed', ${from + 1}, ${to}) ORDER BY 1, 2`,
      )
      return { seen: rows.map(({ id, change }) => `${id} ${change}`).join(', ') }
    },
  },
  {
    name: 'no-row-no-version',
    fact: 'an UPDATE that finds no row makes no new version of the table: what doctor does to try its rights',
    promises: [6],
    expected: '0 new versions',
    async run({ warehouse, control }) {
      const table = await madeTable(warehouse, control, 'quiet')
      const version = async () => (await pinTable(warehouse, `${control}.quiet`))?.version
      const before = await version()
      await warehouse.execute(`UPDATE ${table} SET \`id\` = \`id\` WHERE FALSE`)
      return { seen: `${((await version()) ?? Number.NaN) - (before ?? Number.NaN)} new versions` }
    },
  },
  {
    name: 'types-on-the-wire',
    fact: 'every column of a result carries its full SQL type, by which values are encoded',
    promises: [2],
    expected: types.join(', '),
    async run({ warehouse }) {
      const query = `SELECT ${types.map((type, i) => `CAST(NULL AS ${type}) AS \`c${i}\``).join(', ')}`
      const said = Object.values(sqlTypes(await sourceSchema(warehouse, { query })))
      return { seen: said.join(', ') }
    },
  },
]

/** A table of the scratch schema with three rows and a change feed; gives its quoted name. */
async function madeTable(warehouse: Warehouse, control: string, name: string): Promise<string> {
  const table = controlOf(control).name(name)
  await warehouse.execute(
    `CREATE TABLE ${table} (\`id\` BIGINT, \`name\` STRING) USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')`,
  )
  await warehouse.execute(`INSERT INTO ${table} VALUES (1, 'a'), (2, 'b'), (3, 'c')`)
  return table
}
