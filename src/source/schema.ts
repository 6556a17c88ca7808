import { RecordBatchReader, type Schema } from 'apache-arrow'
import type { SourceSpec } from '../core/index.ts'
import { SourceError } from '../core/index.ts'
import type { Warehouse } from '../warehouse/index.ts'
import { unpinned } from './pin.ts'

/** The columns of a source, without reading a row. */
export async function sourceSchema(
  warehouse: Warehouse,
  from: SourceSpec['from'],
  signal?: AbortSignal,
): Promise<Schema> {
  for await (const page of warehouse.read(`SELECT * FROM ${unpinned(from)} LIMIT 0`, {}, signal)) {
    if (page.messages.length > 0) return RecordBatchReader.from(page.messages).open().schema
  }
  throw new SourceError('SCHEMA_MISSING', 'the warehouse did not say what columns the source has')
}

/** Full SQL type by column name; Databricks says it in each field's metadata. */
export function sqlTypes(schema: Schema): Record<string, string> {
  return Object.fromEntries(
    schema.fields.map((field) => [
      field.name,
      field.metadata.get('Spark:DataType:SqlName') ?? String(field.type),
    ]),
  )
}
