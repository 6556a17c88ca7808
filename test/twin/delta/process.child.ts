import { DuckDBInstance } from '@duckdb/node-api'
import { Lake } from '../../../src/twin/delta/index.ts'

/** One of several processes that append to one table at once: rows of its own, and one transaction they all share. */
const [folder = '', worker = '', count = ''] = process.argv.slice(2)
const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
await connection.run("SET TimeZone='UTC'")
const table = Lake.open(folder).table({ catalog: 'main', schema: 's', table: 't' })
if (table === undefined) throw new Error('no table')
for (let i = 0; i < Number(count); i++) {
  const select = `SELECT ${worker} AS worker, ${i} AS i`
  await table.append(connection, select, { operation: 'WRITE' })
}
const shared = { operation: 'WRITE', txn: [{ appId: 'shared', version: 1 }] }
await table.append(connection, 'SELECT -1 AS worker, -1 AS i', shared)
