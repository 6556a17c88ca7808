/*
 * The control tables as data. Databricks DDL, the columns of parts, the casts of COPY INTO and docs/tables.md are all
 * generated from here. A vocabulary file: it may be long. Changes are additive only: a new column is nullable.
 */

/** The Databricks types that control tables use. */
export type ColumnType = 'STRING' | 'INT' | 'BIGINT' | 'TIMESTAMP'

/** A column of a control table. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
  /** NOT NULL. */
  readonly required: boolean
  /** For people; stands in the table and in docs/tables.md. */
  readonly comment: string
}

/** A control table. */
export interface Table {
  readonly name: string
  readonly comment: string
  readonly columns: readonly Column[]
  /** At most four columns, those that reads ask for. */
  readonly clusterBy: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
}

/**
 * The property that lets Delta keep the smallest and largest value of a file for these columns alone. Values in the log of
 * a table outlast its rows, and no VACUUM reaches them: of what may name a person there are none.
 */
export function boundsOf(...columns: readonly string[]): Readonly<Record<string, string>> {
  return { 'delta.dataSkippingStatsColumns': columns.join(',') }
}

/** A column that is never NULL. */
export const must = (name: string, type: ColumnType, comment: string): Column => ({
  name,
  type,
  required: true,
  comment,
})
/** A column that may be NULL. */
export const may = (name: string, type: ColumnType, comment: string): Column => ({
  name,
  type,
  required: false,
  comment,
})

/** Columns that most tables share. */
export const windowId = must('window_id', 'STRING', 'Window: sync.destination.number')
export const sync = must('sync', 'STRING', 'Sync, as its file names it')
export const destination = must(
  'destination',
  'STRING',
  'Customer.io workspace, as named in customerio.yml',
)
export const messageKey = must(
  'message_key',
  'STRING',
  'Key of the source row: JSON array text of canonical values, or its keyed hash',
)
