import type { Telemetry } from '../core/index.ts'
import { noTelemetry } from '../core/index.ts'
import type { Warehouse } from '../warehouse/index.ts'

/** A warehouse whose statements are measured, by what they do and to which table; never by their text. */
export function measured(warehouse: Warehouse, telemetry: Telemetry): Warehouse {
  if (telemetry === noTelemetry) return warehouse
  const fieldsOf = (sql: string) => ({
    'db.system.name': 'databricks',
    'db.operation.name':
      /^\s*([A-Za-z]+(?:\s+(?:INTO|TABLE|HISTORY|DETAIL))?)/.exec(sql)?.[1] ?? '',
  })
  return {
    query: (sql, ...rest) =>
      telemetry.span('statement', fieldsOf(sql), () => warehouse.query(sql, ...rest)),
    execute: (sql, ...rest) =>
      telemetry.span('statement', fieldsOf(sql), () => warehouse.execute(sql, ...rest)),
    // Read at the consumer's pace: how long that takes is the run's own step.
    read: (sql, ...rest) => warehouse.read(sql, ...rest),
    close: () => warehouse.close(),
  }
}
