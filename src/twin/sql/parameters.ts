import { toDuckDb } from '../delta/index.ts'
import type { NamedParameter } from './contract.ts'
import { Cursor } from './cursor.ts'
import { sqlError } from './errors.ts'
import { stringLiteral } from './literals.ts'
import { readType } from './types.ts'

/** The parameters of a statement by name, in lower case, as DuckDB expressions of their declared types. */
export type Parameters = ReadonlyMap<string, string>

/**
 * Values become literals and not bindings, because parts of a statement travel on their own into the Delta writer.
 * Names are told apart without regard to case, as the service does.
 */
export function bindParameters(parameters: readonly NamedParameter[]): Parameters {
  return new Map(parameters.map((p) => [p.name.toLowerCase(), literal(p)]))
}

/** The expression for `:name`; unbound names fail as the service does. */
export function parameterValue(parameters: Parameters, name: string): string {
  const value = parameters.get(name.toLowerCase())
  if (value !== undefined) return value
  throw sqlError(
    'UNBOUND_SQL_PARAMETER',
    `Found the unbound parameter: ${name}. Please, fix \`args\` and provide a mapping of the parameter to either a SQL literal or collection constructor functions.`,
    '42P02',
  )
}

function literal(parameter: NamedParameter): string {
  const declared = parameter.type.trim().toUpperCase()
  if (declared === '' || declared === 'VOID') return 'null'
  const cursor = new Cursor(declared)
  const type = readType(cursor)
  cursor.finish()
  if (parameter.value === null) return `CAST(NULL AS ${toDuckDb(type)})`
  if (type === 'STRING') return stringLiteral(parameter.value)
  if (type === 'BINARY') return `encode(${stringLiteral(parameter.value)})`
  return `CAST(${stringLiteral(parameter.value)} AS ${toDuckDb(type)})`
}
