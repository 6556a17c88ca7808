import { ConfigError } from '../core/index.ts'
import { guessKey, guessPerson, isIdentifierType, isTimeType, singular } from './guess.ts'
import { sampleRow } from './sample-row.ts'
import { fieldLine, flow, plain } from './sync-fields.ts'

/** What a sync file is written from. */
export interface NewSync {
  readonly name: string
  /** As the file is to say it, with variables perhaps. */
  readonly table: string
  /** SQL type by column. */
  readonly columns: Readonly<Record<string, string>>
  /** Tag by column, of those that are tagged as personal. */
  readonly personal: Readonly<Record<string, string>>
  readonly call: 'identify' | 'track'
  /** The column that names a row; guessed where nobody says. */
  readonly key?: string
  /** The file's tests, as YAML; made up where nobody has any. */
  readonly tests?: string
}

/**
 * A sync file for a table: every column that can be sent under its own name, personal ones masked, and a test that is
 * green. Guesses are marked for the reader. Throws ConfigError COLUMN_UNKNOWN, TIME_MISSING.
 */
export function syncText(sync: NewSync): string {
  const { name, table, columns, call } = sync
  const names = Object.keys(columns)
  const identifying = names.filter((column) => isIdentifierType(columns[column] ?? ''))
  const key = sync.key ?? guessKey(name, identifying)
  if (key === '') {
    throw new ConfigError(
      'COLUMN_UNKNOWN',
      `${table} has no column of text or whole numbers that could name a row; name one with --key`,
    )
  }
  if (!names.includes(key)) {
    throw new ConfigError(
      'COLUMN_UNKNOWN',
      `${table} has no column ${key}; it has: ${names.join(', ')}`,
    )
  }
  const person = call === 'identify' ? key : guessPerson(key, identifying)
  const at = call === 'track' ? timeOf(table, columns) : undefined
  const said = new Set([key, person, at])
  const fields = names
    .filter((column) => !said.has(column))
    .map((column) => fieldLine(column, columns[column] ?? '', sync.personal[column.toLowerCase()]))
  const lines = [
    `# yaml-language-server: $schema=../schemas/${name}.schema.json`,
    `sync: ${name}`,
    'source:',
    `  table: ${table}`,
    `  key: ${plain(key)}${sync.key === undefined ? ' # a guess: the column that names a row for good' : ''}`,
    ...(at === undefined ? [] : ['  start: now # or all, or a date: from when on rows are sent']),
    'send:',
    `  call: ${call}`,
    ...(at === undefined ? [] : [`  event: ${eventName(name)}`]),
    `  person: { id: ${plain(person)} }${call === 'track' ? ' # a guess: whose event it is' : ''}`,
    ...(at === undefined ? [] : [`  at: ${plain(at)}`]),
    ...(fields.some(isField) ? [`  ${call === 'identify' ? 'traits' : 'properties'}:`] : []),
    ...fields,
    ...(sync.tests === undefined ? testLines(sync, { key, person, at }) : [sync.tests]),
  ]
  return `${lines.join('\n')}\n`
}

/** False for a comment. */
const isField = (line: string) => !line.trimStart().startsWith('#')

function timeOf(table: string, columns: NewSync['columns']): string {
  const at = Object.keys(columns).find((column) => isTimeType(columns[column] ?? ''))
  if (at !== undefined) return at
  throw new ConfigError(
    'TIME_MISSING',
    `an event has a time, and ${table} has no DATE or TIMESTAMP column; write the sync with a query that makes one`,
  )
}

function eventName(name: string): string {
  return singular(name)
    .split(/[_-]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(' ')
}

/** One row with everything, one with nothing but what it must have. */
function testLines(
  { columns, call }: NewSync,
  { key, person, at }: { key: string; person: string; at: string | undefined },
): string[] {
  const must = [...new Set([key, person, ...(at === undefined ? [] : [at])])]
  const rows = [sampleRow(Object.keys(columns), columns, 1), sampleRow(must, columns, 2)]
  return [
    'tests:',
    '  - name: a whole row, and one with nothing but its key',
    '    given:',
    ...rows.map((row) => `      - ${flow(row)}`),
    '    expect:',
    ...rows.map((row) => `      - ${flow({ type: call, userId: String(row[person]) })}`),
  ]
}
