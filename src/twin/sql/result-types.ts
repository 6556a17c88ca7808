import type { DuckDBConnection } from '@duckdb/node-api'
import { unsupported } from './errors.ts'
import { quoteName } from './literals.ts'

/** A column of a query's result: its name, and the type it leaves with. */
export interface ResultColumn {
  readonly name: string
  /** DuckDB type text, free of types that Databricks has no equal of. */
  readonly type: string
  /** DuckDB's own type text. */
  readonly own: string
  readonly isCast: boolean
}

const foreign = /"NULL"|\b(?:U?HUGEINT|UBIGINT|UINTEGER|USMALLINT|UTINYINT|UUID|JSON|BIGNUM)\b/g
const strange = /\b(?:INTERVAL|TIME|TIMETZ|BIT|UNION|ENUM)\b(?! ZONE)/

/** Databricks' type where DuckDB alone has its own: sums of integers are BIGINT, the untyped NULL is text. */
const natives: Readonly<Record<string, string>> = {
  '"NULL"': 'VARCHAR',
  UUID: 'VARCHAR',
  JSON: 'VARCHAR',
  UTINYINT: 'SMALLINT',
  USMALLINT: 'INTEGER',
}

/** The columns of a query. Raises what is wrong with the query before it runs. */
export async function resultColumns(
  connection: DuckDBConnection,
  query: string,
): Promise<ResultColumn[]> {
  const prepared = await connection.prepare(query)
  try {
    const indexes = Array.from({ length: prepared.columnCount }, (_, i) => i)
    const untyped = await untypedColumns(connection, query, indexes)
    return indexes.map((i) => {
      const own = untyped.has(i) ? '"NULL"' : prepared.columnType(i).toString()
      if (strange.test(own.replaceAll(/"(?:[^"]|"")*"|TIMESTAMP WITH TIME ZONE/g, ''))) {
        throw unsupported(`a result of type ${own}`)
      }
      const type = own.replaceAll(foreign, (found) => natives[found] ?? 'BIGINT')
      return { name: prepared.columnName(i), type, own, isCast: type !== own }
    })
  } finally {
    prepared.destroySync()
  }
}

/** Columns that are the untyped NULL, which DuckDB shows as INTEGER once a statement is prepared. No row is read. */
async function untypedColumns(
  connection: DuckDBConnection,
  query: string,
  indexes: readonly number[],
): Promise<ReadonlySet<number>> {
  if (!/\bnull\b/.test(query)) return new Set()
  const types = indexes.map((i) => `typeof(__c${i})`).join(', ')
  const names = indexes.map((i) => `__c${i}`).join(', ')
  const [ctes, body] = splitWith(query)
  const reader = await connection.runAndReadAll(
    `${ctes} SELECT ${types} FROM (SELECT 1) AS __one LEFT JOIN (${body}) AS __q(${names}) ON false`,
  )
  const [row = []] = reader.getRows()
  return new Set(indexes.filter((i) => row[i] === '"NULL"'))
}

/** A query's WITH clause, and what comes after it: a query that holds a WITH has no untyped columns any more. */
function splitWith(query: string): [ctes: string, body: string] {
  if (!query.startsWith('WITH ')) return ['', query]
  let depth = 0
  for (const { 0: found, index } of query.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (found === '(') depth++
    if (found !== ')') continue
    depth--
    const after = query.slice(index + 1)
    if (depth === 0 && !/^(?:,| AS )/.test(after)) return [query.slice(0, index + 1), after]
  }
  return ['', query]
}

/** The query with every column cast to the type it must leave with; itself where nothing is to be done. */
export async function nativeQuery(connection: DuckDBConnection, query: string): Promise<string> {
  const columns = await resultColumns(connection, query)
  return columns.some((column) => column.isCast) ? projected(query, columns) : query
}

/** The query's columns by position under their own names and types. */
export function projected(query: string, columns: readonly ResultColumn[]): string {
  const inner = columns.map((_, i) => `__c${i}`)
  const items = columns.map(({ name, type }, i) => `CAST(__c${i} AS ${type}) AS ${quoteName(name)}`)
  return `SELECT ${items.join(', ')} FROM (${query}) AS __q(${inner.join(', ')})`
}
