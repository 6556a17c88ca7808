import type { Json, LockSpec, ProjectSpec, SyncSpec } from '../src/core/index.ts'
import { typeParts } from '../src/source/index.ts'
import { quoteName, quoteTable, quoteText } from '../src/warehouse/index.ts'
import { connect } from './connect.ts'
import type { TwinProcess } from './twin.ts'

/** A source of a project, as its lock and its tests know it. */
export interface SampleTable {
  readonly name: string
  readonly lock: LockSpec
  readonly rows: readonly Readonly<Record<string, Json>>[]
}

/** The tables that can be made for a project, and the syncs whose sources can't. */
export function tablesOf({ syncs }: ProjectSpec): {
  readonly tables: readonly SampleTable[]
  readonly left: readonly { readonly sync: string; readonly because: string }[]
} {
  const tables = new Map<string, SampleTable>()
  const left: { sync: string; because: string }[] = []
  for (const sync of syncs) {
    const { name, lock, outbox } = sync
    const { from } = sync.source
    if (outbox !== undefined) {
      left.push({ sync: name, because: 'which waits for what others insert' })
    } else if (!('table' in from)) {
      left.push({ sync: name, because: 'whose source is a query over tables that nobody locked' })
    } else if (lock === undefined) {
      left.push({ sync: name, because: 'whose columns nobody locked: run "customerio-jobs lock"' })
    } else {
      const before = tables.get(from.table)?.rows ?? []
      tables.set(from.table, { name: from.table, lock, rows: rowsOf(sync, before) })
    }
  }
  return { tables: [...tables.values()], left }
}

/** The given rows of all tests, each key once: tests like to say the same row again. */
function rowsOf({ source, tests }: SyncSpec, before: SampleTable['rows']): SampleTable['rows'] {
  const rows = new Map(before.map((row) => [JSON.stringify(row), row]))
  for (const row of tests.flatMap(({ given }) => given)) {
    const key = JSON.stringify(source.key.map((column) => row[column] ?? null))
    if (!rows.has(key)) rows.set(key, row)
  }
  return [...rows.values()]
}

/** Makes the tables in the twin's warehouse, with their rows. */
export async function loadTables(
  { environment }: TwinProcess,
  tables: readonly SampleTable[],
): Promise<readonly { readonly name: string; readonly rows: number }[]> {
  const { warehouse, close } = connect(environment)
  try {
    for (const table of tables) for (const sql of statementsOf(table)) await warehouse.execute(sql)
    return tables.map(({ name, rows }) => ({ name, rows: rows.length }))
  } finally {
    await close()
  }
}

function statementsOf({ name, lock, rows }: SampleTable): string[] {
  const parts = name.split('.')
  const columns = Object.entries(lock.columns)
  const table = quoteTable(name)
  const lines = rows.map(
    (row) => `(${columns.map(([column, type]) => literal(row[column] ?? null, type)).join(', ')})`,
  )
  return [
    ...(parts.length === 3 ? [`CREATE CATALOG IF NOT EXISTS ${quoteName(parts[0] ?? '')}`] : []),
    `CREATE SCHEMA IF NOT EXISTS ${parts.slice(0, -1).map(quoteName).join('.')}`,
    `CREATE TABLE ${table} (${columns.map(([column, type]) => `${quoteName(column)} ${type}`).join(', ')}) USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')`,
    ...(lines.length === 0 ? [] : [`INSERT INTO ${table} VALUES ${lines.join(', ')}`]),
  ]
}

/** A value of a test as SQL of the column's type. */
function literal(json: Json, type: string): string {
  const { name, parts } = typeParts(type)
  const [first = 'STRING', second = 'STRING'] = parts
  if (Array.isArray(json) && name === 'ARRAY')
    return `array(${json.map((item) => literal(item, first)).join(', ')})`
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    const members = Object.entries(json)
    if (name === 'MAP')
      return `map(${members.flatMap(([key, value]) => [literal(key, first), literal(value, second)]).join(', ')})`
    if (name === 'STRUCT') return structOf(json as Readonly<Record<string, Json>>, parts)
  }
  if (json === null) return `CAST(NULL AS ${type})`
  return `CAST(${quoteText(typeof json === 'string' ? json : JSON.stringify(json))} AS ${type})`
}

function structOf(json: Readonly<Record<string, Json>>, parts: readonly string[]): string {
  const members = parts.map((part) => {
    const [, name = '', type = 'STRING'] = /^\s*`?([^`\s:]+)`?\s*:?\s*(.*)$/s.exec(part) ?? []
    return `${quoteText(name)}, ${literal(json[name] ?? null, type)}`
  })
  return `named_struct(${members.join(', ')})`
}
