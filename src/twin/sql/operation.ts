import type { DuckDBConnection } from '@duckdb/node-api'
import type { At, DeltaTable, Lake, TableName } from '../delta/index.ts'
import { Cursor } from './cursor.ts'
import { schemaNotFound, sqlError, tableNotFound, unsupported } from './errors.ts'
import { historyQuery } from './history.ts'
import { columnTagsQuery } from './information-schema.ts'
import { quoteName } from './literals.ts'
import { type Defaults, showSchema, showTable } from './names.ts'
import type { Bound, Pin, Relation, Scope } from './scope.ts'

/** What a statement comes to. */
export interface Outcome {
  /** A DuckDB query for the result; absent when the statement has none. */
  readonly query?: string
  readonly modifiedRows?: number
}

/** A statement, read and checked, ready to run. */
export type Statement = (operation: Operation) => Promise<Outcome>

/** One running statement: a DuckDB connection of its own, and the lake as the user may see it. */
export class Operation {
  readonly connection: DuckDBConnection
  readonly lake: Lake
  readonly signal: AbortSignal
  private readonly denied: readonly string[]

  constructor(
    connection: DuckDBConnection,
    lake: Lake,
    denied: readonly string[],
    signal: AbortSignal,
  ) {
    this.connection = connection
    this.lake = lake
    this.denied = denied
    this.signal = signal
  }

  /** The table of this name. Throws `TABLE_OR_VIEW_NOT_FOUND`, or what stands for it where the name is a view's. */
  table(name: TableName): DeltaTable {
    this.permit(name)
    const table = this.lake.table(name)
    if (table !== undefined) return table
    throw this.lake.view(name) === undefined
      ? tableNotFound(showTable(name))
      : tableNotView(showTable(name))
  }

  /** Throws `SCHEMA_NOT_FOUND` when the schema is not there. */
  requireSchema(name: Defaults): void {
    if (!this.lake.hasSchema(name.catalog, name.schema)) throw schemaNotFound(showSchema(name))
  }

  /** Throws `INSUFFICIENT_PERMISSIONS` for names that the engine's options deny. */
  permit(name: TableName): void {
    const full = [name.catalog, name.schema, name.table].join('.')
    if (!this.denied.some((denied) => denied.toLowerCase() === full)) return
    throw sqlError(
      'INSUFFICIENT_PERMISSIONS',
      `Insufficient privileges: User does not have SELECT or MODIFY on Table '${full}'.`,
      '42501',
    )
  }

  /** Makes the private views that a translated text refers to. */
  async bind(scope: Scope): Promise<void> {
    for (const bound of scope.relations) {
      const query = await this.relationQuery(bound, scope)
      await this.connection.run(`CREATE TEMP VIEW ${quoteName(bound.view)} AS ${query}`)
    }
  }

  /** Runs a query that gives one value. */
  async value(query: string): Promise<unknown> {
    const reader = await this.connection.runAndReadAll(query)
    return reader.getRows()[0]?.[0]
  }

  private async relationQuery({ view, relation }: Bound, scope: Scope): Promise<string> {
    if (relation.kind === 'files') throw unsupported('files outside COPY INTO')
    if (relation.kind === 'column-tags') return await columnTagsQuery(this, relation.catalog)
    this.permit(relation.name)
    const saved = this.lake.view(relation.name)
    if (saved !== undefined && relation.kind === 'table') {
      if (relation.pin !== undefined) throw noTimeTravel(showTable(relation.name))
      const inner: Scope = { ...scope, ...fresh, prefix: view, relations: [], mentions: [] }
      const body = scope.query(new Cursor(saved.sql), inner)
      await this.bind(inner)
      if (saved.columns === undefined) return body
      const names = saved.columns.map((column) => quoteName(column.name)).join(', ')
      return `SELECT ${names} FROM (${body}) AS "__view"(${names})`
    }
    if (saved !== undefined && relation.kind === 'changes')
      throw noChanges(showTable(relation.name))
    const table = this.table(relation.name)
    if (relation.kind === 'history') return historyQuery(await table.history(relation.limit))
    if (relation.kind === 'changes') return await this.changesQuery(table, relation)
    const at = relation.pin === undefined ? undefined : await this.at(relation.pin)
    return `SELECT * FROM ${table.scan(await table.snapshot(at))}`
  }

  private async changesQuery(table: DeltaTable, relation: Relation & { kind: 'changes' }) {
    const from = await this.boundary(relation.from)
    const to = relation.to === undefined ? undefined : await this.boundary(relation.to)
    return `SELECT * FROM ${await table.changes(from, to)}`
  }

  /** An end of the change feed's range: integers are versions, everything else is a time. */
  private async boundary(text: string): Promise<number | At> {
    const type = String(await this.value(`SELECT typeof(${text})`))
    if (type.endsWith('INT') || type === 'INTEGER') return await this.version(text)
    const micros = await this.value(`SELECT epoch_us(TRY_CAST(${text} AS TIMESTAMPTZ))`)
    if (micros !== null) return { timestamp: Math.floor(Number(micros) / 1000) }
    const isNull = await this.value(`SELECT (${text}) IS NULL`)
    throw isNull ? nullBoundary() : invalidTimestamp()
  }

  /** What a pin's expressions come to. */
  async at(pin: Pin): Promise<At> {
    if ('version' in pin) return { version: await this.version(pin.version) }
    const micros = await this.value(`SELECT epoch_us(CAST(${pin.timestamp} AS TIMESTAMPTZ))`)
    return { timestamp: Math.floor(Number(micros) / 1000) }
  }

  private async version(text: string): Promise<number> {
    return Number(await this.value(`SELECT CAST(${text} AS BIGINT)`))
  }
}

function tableNotView(name: string) {
  return sqlError(
    'EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE',
    `The statement expects a table but ${name} is a view.`,
    '42809',
  )
}

function noTimeTravel(name: string) {
  return sqlError(
    'UNSUPPORTED_FEATURE.TIME_TRAVEL',
    `The feature is not supported: Time travel on the relation: ${name}.`,
    '0A000',
  )
}

function noChanges(name: string) {
  return sqlError(
    'DELTA_TABLE_ONLY_OPERATION',
    `${name} is not a Delta table. table_changes is only supported for Delta tables.`,
    '0AKDD',
  )
}

function nullBoundary() {
  return sqlError(
    'DELTA_CDC_READ_NULL_RANGE_BOUNDARY',
    'CDC read start/end parameters cannot be null. Please provide a valid version or timestamp.',
    '22004',
  )
}

function invalidTimestamp() {
  return sqlError(
    'DELTA_TIMESTAMP_INVALID',
    'The provided timestamp cannot be converted to a valid timestamp.',
    '42816',
  )
}

/** What a view's own text starts with: nothing of the statement around it. */
const fresh = {
  ctes: [],
  lambdas: new Map<string, string>(),
  parameters: new Map<string, string>(),
  depth: 0,
}
