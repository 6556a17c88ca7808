import type { Schema } from 'apache-arrow'
import { closest, type Problem, type SyncSpec } from '../core/index.ts'

/** Columns that name and route a row but are not in the source, each with its place in the sync file. */
export function missingColumns({ source, send, at }: SyncSpec, schema: Schema): Problem[] {
  const names = schema.fields.map(({ name }) => name)
  const needed = [
    ...source.key.map((name, i) => ({ name, path: ['source', 'key', i] })),
    ...(send.to.kind === 'by' ? [{ name: send.to.column, path: ['send', 'to', 'by'] }] : []),
  ]
  return needed
    .filter(({ name }) => !names.includes(name))
    .map(({ name, path }) => {
      const near = closest(name, names)
      return {
        ...at(path),
        code: 'column_missing',
        message: `the source has no column "${name}"`,
        suggestion: near === undefined ? `it has: ${names.join(', ')}` : `did you mean "${near}"?`,
      }
    })
}
