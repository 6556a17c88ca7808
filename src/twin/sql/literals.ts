import { sqlError } from './errors.ts'

/** A DuckDB string literal. DuckDB cannot read NUL in a statement, so that one is joined in. */
export function stringLiteral(text: string): string {
  if (!text.includes('\0')) return `'${text.replaceAll("'", "''")}'`
  return `(${text.split('\0').map(stringLiteral).join(' || chr(0) || ')})`
}

/** A DuckDB identifier; always quoted, so that no reserved word of DuckDB ever matters. */
export function quoteName(name: string): string {
  if (name === '' || name.includes('\0')) {
    throw sqlError('PARSE_SYNTAX_ERROR', 'A name is empty or holds a NUL character.', '42601')
  }
  return `"${name.replaceAll('"', '""')}"`
}

/** A DuckDB TIMESTAMPTZ of milliseconds since the epoch. */
export function timestampLiteral(ms: number): string {
  return `make_timestamptz(CAST(${Math.round(ms * 1000)} AS BIGINT))`
}
