import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Clock } from '../../../src/core/index.ts'
import {
  type Column,
  type CommitOptions,
  type DeltaTable,
  Lake,
  type TableName,
} from '../../../src/twin/delta/index.ts'

/** A clock that moves one second at each look. */
export function tickingClock(start = Date.parse('2024-03-01T00:00:00Z')): Clock {
  let time = start
  return {
    now() {
      time += 1000
      return time
    },
    async sleep() {},
  }
}

/** A lake in a folder of its own, with schema `main.s`, and a connection set up as the engine's are. */
export interface Bench {
  readonly lake: Lake
  readonly connection: DuckDBConnection
  rows(relation: string): Promise<unknown[][]>
  close(): void
}

export async function openBench(clock: Clock = tickingClock(), prefix = 'delta-'): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run("SET TimeZone='UTC'")
  const lake = Lake.open(folder, clock)
  lake.createSchema('main', 's')
  return {
    lake,
    connection,
    async rows(relation) {
      const read = await connection.runAndReadAll(`SELECT * FROM ${relation} AS x ORDER BY ALL`)
      return read.getRowsJson() as unknown[][]
    },
    close() {
      lake.close()
      connection.closeSync()
      instance.closeSync()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function named(table: string): TableName {
  return { catalog: 'main', schema: 's', table }
}

export function column(name: string, type: string, nullable = true): Column {
  return { name, type, nullable }
}

export const written: CommitOptions = { operation: 'WRITE' }

export const feedOn = { properties: { 'delta.enableChangeDataFeed': 'true' } }

/** The rows of the table's newest snapshot. */
export async function rowsOf(bench: Bench, table: DeltaTable): Promise<unknown[][]> {
  return bench.rows(table.scan(await table.snapshot()))
}

/** One line of a commit, loosely. */
export type LogLine = Record<string, Record<string, unknown>>

/** The lines of a commit file. */
export function commitLines(table: DeltaTable, version: number): LogLine[] {
  const name = `${String(version).padStart(20, '0')}.json`
  const text = readFileSync(join(table.folder, '_delta_log', name), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Every Parquet file below the table's folder that is not in the log. */
export function dataFiles(table: DeltaTable): string[] {
  const names = readdirSync(table.folder, { recursive: true }) as string[]
  return names.filter((name) => name.endsWith('.parquet') && !name.startsWith('_delta_log')).sort()
}
