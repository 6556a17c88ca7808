import type { Schema } from 'apache-arrow'
import { InvalidFiles, nothingPersonal, type Problem, type SyncSpec } from '../core/index.ts'
import { eventCatalogue, limits } from '../customerio/index.ts'
import { type CompileOptions, compile, type Mapping } from '../mapping/index.ts'
import { auditKeyFor, keyColumn, missingColumns, rejectColumn } from '../source/index.ts'
import { outboxMapping } from './outbox/mapping.ts'

/**
 * Compiles a sync for the columns its source has. Throws InvalidFiles with every problem at once: those of the
 * mapping, and those of the columns that name and route a row. Unless it is said how the control tables name the rows, it
 * is as it would be where they know none yet.
 */
export function compileSync(
  sync: SyncSpec,
  schema: Schema,
  options: Omit<CompileOptions, 'keyColumn' | 'rejectColumn' | 'maxMessageBytes' | 'events'>,
): Mapping {
  const problems: Problem[] = missingColumns(sync, schema)
  if (sync.outbox !== undefined && problems.length === 0) return outboxMapping(sync.outbox, options)
  try {
    const maxMessageBytes = limits.messageBytes
    const own = { keyColumn, rejectColumn, maxMessageBytes, events: eventCatalogue }
    const auditKey = options.auditKey ?? auditKeyFor(sync, options.personal ?? nothingPersonal)
    const mapping = compile(sync, schema, { ...options, ...own, auditKey })
    if (problems.length === 0) return mapping
  } catch (error) {
    if (!(error instanceof InvalidFiles)) throw error
    problems.push(...error.problems)
  }
  throw new InvalidFiles(problems)
}
