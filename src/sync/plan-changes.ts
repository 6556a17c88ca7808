import type { Position } from '../audit/index.ts'
import { SourceError } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import {
  changedColumnsStatement,
  changedRowsStatement,
  checkPin,
  type EarlierRows,
  keyColumn,
  pinned,
  sourceSchema,
  sqlTypes,
} from '../source/index.ts'
import type { SqlRow } from '../warehouse/index.ts'
import type { Assessed } from './assess.ts'
import type { Parts } from './parts.ts'

/** A source column, by the fields of the message that are made of it. */
export interface ChangedColumn {
  readonly column: string
  /** For example `traits.name`. */
  readonly fields: readonly string[]
  readonly rows: number
}

/** One value of a row, then and now, as JSON text; undefined is NULL. */
export interface ChangedValue {
  readonly fields: readonly string[]
  /** True when no field shows it as it is, so that nobody is shown it here either. */
  readonly isMasked: boolean
  readonly was?: string
  readonly now?: string
}

/** A row that differs. */
export interface ChangedRow {
  readonly key: string
  readonly values: readonly ChangedValue[]
}

/** How the rows to send differ from those of the version that the sync last came up to. */
export type Changes =
  | {
      readonly kind: 'known'
      readonly version: number
      /** Rows to send that were there at that version. */
      readonly compared: number
      /** Columns that differ somewhere, most rows first. */
      readonly columns: readonly ChangedColumn[]
      /** A few rows; empty unless values may be shown. */
      readonly rows: readonly ChangedRow[]
    }
  | { readonly kind: 'unknown'; readonly because: string }

/** Rows shown at most. */
const shownRows = 3

/**
 * Compares what would be sent with what the source held when the sync last came up to its end. Values leave the
 * warehouse only when they are asked for.
 */
export async function changesSince(
  { warehouse }: Pick<Parts, 'warehouse'>,
  { query, mapping, parameters, scope }: Assessed,
  position: Position | undefined,
  withValues: boolean,
  signal?: AbortSignal,
): Promise<Changes> {
  const columns = mapping.hashColumns
  try {
    const earlier = await earlierRows(warehouse, scope.pin, position, signal)
    if ('because' in earlier) return { kind: 'unknown', ...earlier }
    const [counts] = await warehouse.query(
      changedColumnsStatement(query, columns, earlier),
      parameters,
      signal,
    )
    const changed = columns
      .map((column, i) => ({
        column,
        fields: fieldsOf(mapping, column),
        rows: Number(counts?.[`changed_${i}`]),
      }))
      .filter(({ rows }) => rows > 0)
      .sort((a, b) => b.rows - a.rows)
    const rows =
      withValues && changed.length > 0
        ? await warehouse.query(
            changedRowsStatement(query, columns, earlier, shownRows),
            parameters,
            signal,
          )
        : []
    return {
      kind: 'known',
      version: earlier.pin.version,
      compared: Number(counts?.compared),
      columns: changed,
      rows: rows.map((row) => changedRow(row, mapping)),
    }
  } catch (error) {
    if (!(error instanceof SourceError) || error.disposition === 'retry') throw error
    // Old files may have been removed; the rest of a plan does not depend on them.
    return { kind: 'unknown', because: `the version before can't be read (${error.code})` }
  }
}

/** The version of the checkpoint, where it is still the one that was read then. */
async function earlierRows(
  warehouse: Parts['warehouse'],
  pin: Assessed['scope']['pin'],
  position: Position | undefined,
  signal?: AbortSignal,
): Promise<EarlierRows | { readonly because: string }> {
  const { version, committedAt } = position ?? {}
  if (pin.snapshot) return { because: 'a query or view keeps no earlier versions' }
  if (position === undefined) return { because: 'no window was closed yet' }
  if (version === undefined || committedAt === undefined) {
    return { because: 'the source was a query or view then' }
  }
  const before = { ...pin, version, committedAt }
  try {
    await checkPin(warehouse, before, signal)
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'SOURCE_REPLACED') throw error
    return { because: 'the table was made again since, or its history does not reach back' }
  }
  const schema = await sourceSchema(warehouse, { query: `SELECT * FROM ${pinned(before)}` }, signal)
  return { pin: before, types: sqlTypes(schema) }
}

function changedRow(row: SqlRow, mapping: Mapping): ChangedRow {
  const values = mapping.hashColumns.flatMap((column, i): ChangedValue[] => {
    const [was, now] = [row[`was_${i}`], row[`now_${i}`]]
    if (was === now) return []
    const isMasked = mapping.fields
      .filter((field) => field.column === column)
      .every(({ mask }) => mask !== undefined)
    return [
      {
        fields: fieldsOf(mapping, column),
        isMasked,
        ...(isMasked ? {} : { ...part('was', was), ...part('now', now) }),
      },
    ]
  })
  return { key: String(row[keyColumn]), values }
}

/** The member `v` of an object, as it is written; an empty object has none. */
function part(name: 'was' | 'now', text: unknown): { was?: string; now?: string } {
  const value = String(text).match(/^\{"v":([\s\S]*)\}$/)?.[1]
  return value === undefined ? {} : { [name]: value }
}

function fieldsOf({ fields }: Mapping, column: string): string[] {
  return fields.filter((one) => one.column === column).map(({ field }) => field)
}
