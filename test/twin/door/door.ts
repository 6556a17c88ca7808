import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DBSQLClient, type DBSQLParameter } from '@databricks/sql'
import { startTwin, type Twin, type TwinOptions } from '../../../src/twin/index.ts'

type Session = Awaited<ReturnType<DBSQLClient['openSession']>>

/** A row as the driver hands it on. */
export type Row = Record<string, unknown>

/** A twin in a folder of its own, and the unmodified driver at its warehouse, over TLS. */
export interface Door {
  readonly twin: Twin
  /** Runs statements one after the other; the rows of the last one. */
  sql(...statements: string[]): Promise<Row[]>
  /** Runs a statement with named parameters. */
  ask(
    statement: string,
    namedParameters: Record<string, DBSQLParameter | number | string>,
  ): Promise<Row[]>
  /** The error class that a statement ends with, and its SQLSTATE. */
  failure(statement: string): Promise<{ code: string; sqlState: string; message: string }>
  close(): Promise<void>
}

type Run = (
  sql: string,
  options?: Parameters<Session['executeStatement']>[1],
  schema?: string,
) => Promise<Row[]>

/** Opens a door; the schema `main.s` is there and is where short names are looked up. Close it, whatever happened. */
export async function openDoor(options: Partial<TwinOptions> = {}): Promise<Door> {
  const folder = mkdtempSync(join(tmpdir(), 'door-'))
  const twin = await startTwin({ folder, ...options })
  const client = new DBSQLClient({ logger: { log() {} } })
  await client.connect({
    host: 'localhost',
    port: Number(new URL(twin.workspaceOrigin).port),
    path: `/sql/1.0/warehouses/${twin.warehouseId}`,
    token: twin.token,
    customCaCert: twin.ca,
    telemetryEnabled: false,
  } as Parameters<DBSQLClient['connect']>[0])
  // A session for each statement: a test may move the clock beyond a session's life.
  const run: Run = async (sql, options = {}, schema = 's') => {
    const session = await client.openSession({ initialCatalog: 'main', initialSchema: schema })
    const operation = await session.executeStatement(sql, { runAsync: true, ...options })
    try {
      return (await operation.fetchAll()) as Row[]
    } finally {
      await operation.close()
      await session.close()
    }
  }
  await run('CREATE SCHEMA main.s', {}, 'default')
  return {
    twin,
    async sql(...statements) {
      let rows: Row[] = []
      for (const statement of statements) rows = await run(statement)
      return rows
    },
    ask: (statement, namedParameters) => run(statement, { namedParameters }),
    async failure(statement) {
      const error = await run(statement).then(
        () => {
          throw new Error(`did not fail: ${statement}`)
        },
        (cause: { message: string }) => cause,
      )
      const [, code = ''] = /\[([A-Z0-9_.]+)\]/.exec(error.message) ?? []
      const [, sqlState = ''] = /SQLSTATE: (\w{5})/.exec(error.message) ?? []
      return { code, sqlState, message: error.message }
    },
    async close() {
      await client.close()
      await twin.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
