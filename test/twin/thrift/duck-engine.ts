import { type DuckDBConnection, DuckDBInstance, StatementType } from '@duckdb/node-api'
import type { NamedParameter, SqlEngine, SqlSession } from '../../../src/twin/sql/contract.ts'
import { SqlError } from '../../../src/twin/sql/contract.ts'

/** What a test sees of the engine: how many connections are out, and which sessions were asked for. */
export interface DuckEngine extends SqlEngine {
  readonly opened: { catalog?: string; schema?: string }[]
  readonly lent: () => number
  run(sql: string): Promise<void>
  close(): void
}

/** The engine's contract over plain DuckDB: DuckDB's own SQL, a connection per statement, `:name` bound by cast. */
export async function duckEngine(): Promise<DuckEngine> {
  const instance = await DuckDBInstance.create(':memory:')
  const opened: { catalog?: string; schema?: string }[] = []
  let lent = 0

  const execute: SqlSession['execute'] = async (sql, parameters, signal) => {
    const connection = await instance.connect()
    lent++
    // Again and again: DuckDB forgets an interrupt that comes before the query has started.
    let interrupting: NodeJS.Timeout | undefined
    const interrupt = () => {
      interrupting = setInterval(() => connection.interrupt(), 5)
    }
    if (signal.aborted) interrupt()
    else signal.addEventListener('abort', interrupt)
    const close = () => {
      lent--
      signal.removeEventListener('abort', interrupt)
      clearInterval(interrupting)
      connection.closeSync()
    }
    try {
      await connection.run("SET TimeZone = 'UTC'")
      return { ...(await answer(connection, sql, parameters)), close }
    } catch (error) {
      close()
      throw worded(error as Error)
    }
  }
  return {
    opened,
    lent: () => lent,
    async run(sql) {
      const connection = await instance.connect()
      await connection.run("SET TimeZone = 'UTC'")
      await connection.run(sql)
      connection.closeSync()
    },
    session(defaults) {
      opened.push(defaults)
      return { execute, close: () => {} }
    },
    close: () => instance.closeSync(),
  }
}

async function answer(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly NamedParameter[],
) {
  const values: Record<string, string | null> = {}
  let text = sql
  for (const { name, type, value } of parameters) {
    values[name] = value
    const as = type === 'STRING' ? 'VARCHAR' : type.replace('TIMESTAMP', 'TIMESTAMPTZ')
    const bound = value === null ? `$${name}` : `CAST($${name} AS ${as})`
    text = text.replaceAll(`:${name}`, bound)
  }
  const result = await connection.stream(text, values)
  if (result.statementType === StatementType.SELECT) return { result }
  const { INSERT, UPDATE, DELETE } = StatementType
  if (![INSERT, UPDATE, DELETE].includes(result.statementType)) return {}
  const count = (await result.getRows())[0]?.[0]
  const inserted = result.statementType === INSERT ? `, ${count} AS num_inserted_rows` : ''
  return {
    result: await connection.stream(`SELECT ${count} AS num_affected_rows${inserted}`),
    modifiedRows: Number(count),
  }
}

function worded(error: Error): SqlError {
  const table = /Table with name (\w+) does not exist/.exec(error.message)?.[1]
  return table === undefined
    ? new SqlError(`[PARSE_SYNTAX_ERROR] ${error.message} SQLSTATE: 42601`, '42601')
    : new SqlError(
        `[TABLE_OR_VIEW_NOT_FOUND] The table or view \`${table}\` cannot be found. SQLSTATE: 42P01`,
        '42P01',
      )
}
