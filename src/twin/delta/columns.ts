import { DeltaError } from './errors.ts'
import type { Column } from './model.ts'
import type { LogState } from './replay.ts'
import { fieldNamed, readSchema, toFields } from './schema.ts'
import { type Settings, withFields } from './settings.ts'
import { type Field, sqlText } from './types.ts'

/** Where a column goes: first, or after another one. */
export type Place = 'first' | { readonly after: string }

/** A column to add. */
export interface PlacedColumn extends Column {
  /** Default: at the end. */
  readonly place?: Place
}

/** What is to be another way with a column; what is left out stays. */
export interface ColumnChange {
  readonly comment?: string
  readonly place?: Place
  /** Takes NOT NULL off. */
  readonly nullable?: true
  /** Databricks SQL type text. */
  readonly type?: string
}

/** The same table with more columns. Refuses names that are there, and NOT NULL, which old rows break. */
export function withColumns(
  state: LogState,
  columns: readonly PlacedColumn[],
  table: string,
): Settings {
  let { fields } = readSchema(state.metadata, table)
  for (const column of columns) {
    if (!column.nullable) throw notNull(column.name)
    if (fieldNamed(fields, column.name) !== undefined) throw alreadyThere(column.name, table)
    const [field] = toFields([column])
    if (field !== undefined) fields = placed(fields, field, column.place, table)
  }
  return withFields(state, fields)
}

/** The same table with one column changed. */
export function withChangedColumn(
  state: LogState,
  name: string,
  change: ColumnChange,
  table: string,
): Settings {
  const { fields } = readSchema(state.metadata, table)
  const field = changedField(state, name, change, table)
  if (change.place === undefined) {
    return withFields(
      state,
      fields.map((old) => (old.name === field.name ? field : old)),
    )
  }
  const others = fields.filter((old) => old.name !== field.name)
  return withFields(state, placed(others, field, change.place, table))
}

/** The column as it will be. Refuses another type, which needs the feature of type widening. */
export function changedField(
  state: LogState,
  name: string,
  change: ColumnChange,
  table: string,
): Field {
  const { fields } = readSchema(state.metadata, table)
  const old = columnNamed(fields, name, table)
  const [asked] = toFields([{ name: old.name, type: change.type ?? 'INT', nullable: true }])
  const typed = change.type === undefined ? old.type : asked?.type
  if (JSON.stringify(typed) !== JSON.stringify(old.type)) {
    throw new DeltaError(
      'DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP',
      `ALTER TABLE CHANGE COLUMN is not supported for changing column ${old.name} from ${sqlText(old.type)} to ${change.type}.`,
      { table, column: old.name },
    )
  }
  return {
    ...old,
    nullable: change.nullable ?? old.nullable,
    metadata:
      change.comment === undefined ? old.metadata : { ...old.metadata, comment: change.comment },
  }
}

/** How added columns stand in the history. */
export function addedColumns(columns: readonly PlacedColumn[]): Readonly<Record<string, string>> {
  const added = columns.map((column) => ({
    column: toFields([column])[0],
    ...(column.place === undefined ? {} : { position: placeText(column.place) }),
  }))
  return { columns: JSON.stringify(added) }
}

/** How a changed column stands in the history. */
export function changedColumn(
  field: Field,
  place: Place | undefined,
): Readonly<Record<string, string>> {
  const position = place === undefined ? {} : { position: placeText(place) }
  return { column: JSON.stringify(field), ...position }
}

function placed(
  fields: readonly Field[],
  field: Field,
  place: Place | undefined,
  table: string,
): Field[] {
  if (place === undefined) return [...fields, field]
  if (place === 'first') return [field, ...fields]
  const at = fields.indexOf(columnBefore(fields, place.after, table)) + 1
  return [...fields.slice(0, at), field, ...fields.slice(at)]
}

function placeText(place: Place): string {
  return place === 'first' ? 'FIRST' : `AFTER ${place.after}`
}

/** The column that another one is to follow. */
function columnBefore(fields: readonly Field[], name: string, table: string): Field {
  const found = fieldNamed(fields, name)
  if (found !== undefined) return found
  const names = fields.map((field) => field.name).join(', ')
  throw new DeltaError('FIELD_NOT_FOUND', `No such struct field \`${name}\` in ${names}.`, {
    table,
  })
}

function columnNamed(fields: readonly Field[], name: string, table: string): Field {
  const found = fieldNamed(fields, name)
  if (found !== undefined) return found
  const near = fields.map((field) => `\`${field.name}\``).join(', ')
  throw new DeltaError(
    'UNRESOLVED_COLUMN.WITH_SUGGESTION',
    `A column, variable, or function parameter with name \`${name}\` cannot be resolved. Did you mean one of the following? [${near}].`,
    { table, column: name },
  )
}

function notNull(name: string): DeltaError {
  return new DeltaError(
    'DELTA_OPERATION_NOT_ALLOWED',
    `Operation not allowed: \`NOT NULL in ALTER TABLE ADD COLUMNS\` is not supported for Delta tables. Column ${name} cannot be added as NOT NULL: the rows that are there have no value for it. Add it without NOT NULL.`,
    { column: name },
  )
}

function alreadyThere(name: string, table: string): DeltaError {
  return new DeltaError(
    'FIELD_ALREADY_EXISTS',
    `Column ${name} is already in ${table}. Choose another name.`,
    { column: name },
  )
}
