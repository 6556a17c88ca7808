import { isError } from '../../core/index.ts'
import { DeltaError } from '../delta/index.ts'
import { SqlError } from './contract.ts'

/** An error in the service's own frame: `[CONDITION] text SQLSTATE: state`. */
export function sqlError(condition: string, text: string, state: string): SqlError {
  return new SqlError(`[${condition}] ${text} SQLSTATE: ${state}`, state)
}

/** What the twin does not know, named; it never guesses what the real service would have done. */
export function unsupported(what: string): SqlError {
  return sqlError(
    'UNSUPPORTED_FEATURE.TWIN',
    `The local twin does not know ${what}; it may well run on Databricks.`,
    '0A000',
  )
}

/** `TABLE_OR_VIEW_NOT_FOUND` for a full name in backticks. */
export function tableNotFound(name: string): SqlError {
  return sqlError(
    'TABLE_OR_VIEW_NOT_FOUND',
    `The table or view ${name} cannot be found. Verify the spelling and correctness of the schema and catalog.`,
    '42P01',
  )
}

/** `SCHEMA_NOT_FOUND` for a full name in backticks. */
export function schemaNotFound(name: string): SqlError {
  return sqlError('SCHEMA_NOT_FOUND', `The schema ${name} cannot be found.`, '42704')
}

/** How DuckDB words a failure, and what the service calls it. The first match wins. */
const wordings: readonly [RegExp, (found: RegExpMatchArray) => SqlError][] = [
  [/\[([A-Z0-9_.]+)\] ([\s\S]*?) SQLSTATE: (\w{5})/, (m) => sqlError(at(m, 1), at(m, 2), at(m, 3))],
  [
    /Referenced column "(.+?)" (?:not found|was not found)[^\n]*(?:\n+Candidate bindings: ([^\n]*))?/,
    (m) => unresolvedColumn(at(m, 1), m[2]),
  ],
  [/does not have a column named "(.+?)"/, (m) => unresolvedColumn(at(m, 1))],
  [/Could not find key "(.+?)" in struct/, (m) => unresolvedColumn(at(m, 1))],
  [/Column "(.+?)" in (?:EXCLUDE|REPLACE) list not found/, (m) => unresolvedColumn(at(m, 1))],
  [/Referenced table "(.+?)" not found/, (m) => unresolvedColumn(at(m, 1))],
  [
    /Ambiguous reference to column name "(.+?)"/,
    (m) => sqlError('AMBIGUOUS_REFERENCE', `Reference \`${at(m, 1)}\` is ambiguous.`, '42704'),
  ],
  [
    /column "?(.+?)"? must appear in the GROUP BY clause/,
    (m) => sqlError('MISSING_AGGREGATION', `Column ${at(m, 1)} is not aggregated.`, '42803'),
  ],
  [
    /^Conversion Error: ([^\n]*)/,
    (m) => sqlError('CAST_INVALID_INPUT', `${at(m, 1)}. Use \`try_cast\` to tolerate it.`, '22018'),
  ],
  [/^Out of Range Error: ([^\n]*)/, (m) => sqlError('ARITHMETIC_OVERFLOW', at(m, 1), '22003')],
  [
    /^INTERRUPT|Interrupted/i,
    () => sqlError('OPERATION_CANCELED', 'Operation has been canceled.', 'HY008'),
  ],
  [/^Binder Error: ([^\n]*)/, (m) => sqlError('DATATYPE_MISMATCH', at(m, 1), '42K09')],
]

/**
 * Any failure as the service words it. Also for errors that a streaming result raises while it is read: the
 * consumer of a result passes them through here.
 */
export function asSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error
  if (error instanceof DeltaError) return sqlError(error.code, error.message, error.sqlState)
  const message = isError(error) ? error.message : String(error)
  for (const [pattern, word] of wordings) {
    const found = message.match(pattern)
    if (found !== null) return word(found)
  }
  return sqlError('INTERNAL_ERROR', message, 'XX000')
}

function unresolvedColumn(name: string, candidates?: string): SqlError {
  const near = candidates?.match(/"[^"]+"/g)?.map((c) => `\`${c.slice(1, -1)}\``) ?? []
  const kind = near.length > 0 ? 'WITH_SUGGESTION' : 'WITHOUT_SUGGESTION'
  const hint = near.length > 0 ? ` Did you mean one of the following? [${near.join(', ')}].` : ''
  return sqlError(
    `UNRESOLVED_COLUMN.${kind}`,
    `A column, variable, or function parameter with name \`${name}\` cannot be resolved.${hint}`,
    '42703',
  )
}

function at(match: RegExpMatchArray, index: number): string {
  return match[index] ?? ''
}
