import type { DuckDBConnection } from '@duckdb/node-api'
import type { At, DeltaTable, Lake, TableName } from '../delta/index.ts'
import { Cursor } from './cursor.ts'
import { schemaNotFound, sqlError, tableNotFound, unsupported } from './errors.ts'
import { historyQuery } from './history.ts'
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

  /** The table of this name. Throws `TABLE_OR_VIEW_NOT_FOUND`, also where the name is a view's. */
  table(name: TableName): DeltaTable {
    this.permit(name)
    const table = this.lake.table(name)
    if (table === undefined) throw tableNotFound(showTable(name))
    return table
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
    this.permit(relation.name)
    const saved = this.lake.view(relation.name)
    if (saved !== undefined && relation.kind === 'table' && relation.pin === undefined) {
      const inner: Scope = { ...scope, ...fresh, prefix: view, relations: [], mentions: [] }
      const body = scope.query(new Cursor(saved.sql), inner)
      await this.bind(inner)
      if (saved.columns === undefined) return body
      const names = saved.columns.map((column) => quoteName(column.name)).join(', ')
      return `SELECT ${names} FROM (${body}) AS "__view"(${names})`
    }
    const table = this.table(relation.name)
    if (relation.kind === 'history') return historyQuery(await table.history(relation.limit))
    if (relation.kind === 'changes') return await this.changesQuery(table, relation)
    const at = relation.pin === undefined ? undefined : await this.at(relation.pin)
    return `SELECT * FROM ${table.scan(await table.snapshot(at))}`
  }

  private async changesQuery(table: DeltaTable, relation: Relation & { kind: 'changes' }) {
    const from = await this.version(relation.from)
    const to = relation.to === undefined ? undefined : await this.version(relation.to)
    return `SELECT * FROM ${await table.changes(from, to)}`
  }

  private async at(pin: Pin): Promise<At> {
    if ('version' in pin) return { version: await this.version(pin.version) }
    const micros = await this.value(`SELECT epoch_us(CAST(${pin.timestamp} AS TIMESTAMPTZ))`)
    return { timestamp: Math.floor(Number(micros) / 1000) }
  }

  private async version(text: string): Promise<number> {
    return Number(await this.value(`SELECT CAST(${text} AS BIGINT)`))
  }
}

/** What a view's own text starts with: nothing of the statement around it. */
const fresh = {
  ctes: [],
  lambdas: new Map<string, string>(),
  parameters: new Map<string, string>(),
  depth: 0,
}
