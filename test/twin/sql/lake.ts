import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../../src/core/index.ts'
import { Lake } from '../../../src/twin/delta/index.ts'
import { createSqlEngine, type NamedParameter, SqlError } from '../../../src/twin/sql/index.ts'

/** What a statement gave: its rows as JSON values, and what the contract says about it. */
export interface Ran {
  readonly rows: unknown[]
  readonly types: string[]
  readonly names: string[]
  readonly modifiedRows: number | undefined
}

/** Where the tests' clock stands: 2026-03-04T05:06:07Z. */
export const nowMs = Date.UTC(2026, 2, 4, 5, 6, 7)

/** A lake in a folder of its own with an engine over it. */
export async function openLake(denied: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'twin-sql-'))
  const lake = Lake.open(folder)
  const clock: Clock = { now: () => nowMs, sleep: async () => {} }
  const engine = await createSqlEngine(lake, { clock, denied, memoryMiB: 512 })
  const session = engine.session({ catalog: 'main', schema: 'gold' })
  const run = async (sql: string, parameters: readonly NamedParameter[] = []): Promise<Ran> => {
    const done = await session.execute(sql, parameters, new AbortController().signal)
    try {
      const { result, modifiedRows } = done
      if (result === undefined) return { rows: [], types: [], names: [], modifiedRows }
      const rows = (await result.getRowsJson()) as unknown[]
      return {
        rows,
        types: result.columnTypes().map(String),
        names: result.columnNames(),
        modifiedRows,
      }
    } finally {
      done.close()
    }
  }
  /** Every row of a query. */
  const rows = async (sql: string, parameters: readonly NamedParameter[] = []) =>
    (await run(sql, parameters)).rows
  /** The error that a statement ends with. */
  const failure = async (sql: string, parameters: readonly NamedParameter[] = []) => {
    try {
      await run(sql, parameters)
    } catch (error) {
      if (error instanceof SqlError) return error
      throw error
    }
    throw new Error(`did not fail: ${sql}`)
  }
  const close = () => {
    engine.close()
    lake.close()
    rmSync(folder, { recursive: true, force: true })
  }
  await run('CREATE CATALOG IF NOT EXISTS main')
  await run('CREATE SCHEMA IF NOT EXISTS main.gold')
  return { folder, lake, engine, session, run, rows, failure, close }
}

export type TestLake = Awaited<ReturnType<typeof openLake>>
