import type { Data, RecordBatch, Schema } from 'apache-arrow'
import { SourceError } from '../core/index.ts'
import { type Kind, kindOf, unsendablePart } from './types.ts'

/** Finds a batch's columns by name; undefined when there is none. */
export type FindColumn = (name: string) => Data | undefined

/** The columns of a batch, checked to be of the kinds that the mapping was compiled for. */
export function columnsOfBatch(batch: RecordBatch, kinds: ReadonlyMap<string, Kind>): FindColumn {
  const indices = new Map(batch.schema.fields.map(({ name }, index) => [name, index]))
  return (name) => {
    const index = indices.get(name)
    const data = index === undefined ? undefined : batch.data.children[index]
    const kind = kinds.get(name)
    if (data === undefined || kind === undefined) return data
    if (kindOf(data.type) !== kind || unsendablePart(data.type) !== undefined) {
      throw new SourceError(
        'SCHEMA_CHANGED',
        `column ${name} changed its type between planning and reading; run the same command again`,
        { context: { column: name, planned: kind, found: String(data.type) } },
      )
    }
    return data
  }
}

/** As {@link FindColumn}, for columns that must be there. Throws SourceError `SCHEMA_CHANGED`. */
export function required(find: FindColumn): (name: string) => Data {
  return (name) => {
    const data = find(name)
    if (data !== undefined) return data
    throw new SourceError(
      'SCHEMA_CHANGED',
      `column ${name} is missing from what the warehouse returned; run the same command again`,
      { context: { column: name } },
    )
  }
}

/** The kind of every column of a schema. */
export function kindsOf(schema: Schema): Map<string, Kind> {
  return new Map(schema.fields.map(({ name, type }) => [name, kindOf(type)]))
}
