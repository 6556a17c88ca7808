import { quoteName, quoteText } from '../warehouse/index.ts'
import { controlOf, volumeName } from './control.ts'
import { outcomeLog, requests, runs, windows } from './history-tables.ts'
import { inventory } from './inventory.ts'
import {
  acts,
  checkpoints,
  erased,
  holds,
  ledger,
  mappings,
  outbox,
  quality,
  receipts,
} from './state-tables.ts'
import type { Column, Table } from './table.ts'
import { account, deadLetters, outcomes, type View } from './views.ts'

/** Every control table. */
export const controlTables: readonly Table[] = [
  windows,
  runs,
  outcomeLog,
  requests,
  ledger,
  checkpoints,
  mappings,
  acts,
  holds,
  receipts,
  erased,
  quality,
  outbox,
]

/** Every view, each after those it reads. */
export const controlViews: readonly View[] = [outcomes, deadLetters, account, inventory]

/**
 * The statements that set up the control schema, one by one, in order. Each can be repeated at any time: what exists
 * stays as it is, views are replaced. The catalog must exist.
 *
 * @param control catalog and schema, for example `main.customerio`
 */
export function controlStatements(control: string): string[] {
  return [...tableStatements(control), ...viewStatements(control)]
}

/** The first of them: schema, volume and tables. */
export function tableStatements(control: string): string[] {
  const at = controlOf(control)
  return [
    `CREATE SCHEMA IF NOT EXISTS ${at.schema} COMMENT 'State and audit of customerio-jobs'`,
    `CREATE VOLUME IF NOT EXISTS ${at.name(volumeName)} COMMENT 'Parts: outcomes and requests on their way into the control tables'`,
    ...controlTables.map((table) => createTable(at.name(table.name), table)),
  ]
}

/** The rest of them: views, which may read columns that tables of an earlier version lack. */
export function viewStatements(control: string): string[] {
  const at = controlOf(control)
  return controlViews.map((view) => createView(at.name(view.name), view, view.query(at)))
}

/** Every run leaves a few small files in most tables; put together as they come, they cost no later run its time. */
const tidy = { 'delta.autoOptimize.autoCompact': 'true' }

function createTable(name: string, table: Table): string {
  const properties = Object.entries({ ...tidy, ...table.properties })
  return [
    `CREATE TABLE IF NOT EXISTS ${name} (\n${table.columns.map(columnLine).join(',\n')}\n)`,
    'USING DELTA',
    `CLUSTER BY (${table.clusterBy.map(quoteName).join(', ')})`,
    `COMMENT ${quoteText(table.comment)}`,
    `TBLPROPERTIES (${properties.map(([key, value]) => `${quoteText(key)} = ${quoteText(value)}`).join(', ')})`,
  ].join('\n')
}

function columnLine(column: Column): string {
  const required = column.required ? ' NOT NULL' : ''
  return `  ${quoteName(column.name)} ${column.type}${required} COMMENT ${quoteText(column.comment)}`
}

function createView(name: string, view: View, query: string): string {
  const columns = view.columns.map(
    ([column, comment]) => `  ${quoteName(column)} COMMENT ${quoteText(comment)}`,
  )
  return `CREATE OR REPLACE VIEW ${name} (\n${columns.join(',\n')}\n)\nCOMMENT ${quoteText(view.comment)}\nAS ${query}`
}
