import type { Json, SyncSpec, SyncTest } from '../core/index.ts'
import { differences } from './differences.ts'
import { plainMessage } from './plain.ts'
import type { Cell } from './plain-cell.ts'
import { columnMembers, type Plan, planOf } from './plan.ts'

/** What became of one of a sync file's `tests`. */
export interface TestResult {
  readonly name: string
  readonly passed: boolean
  /** What differs, one line each; values of the test itself may stand in them. */
  readonly differences: readonly string[]
}

/**
 * Runs the `tests` of a sync file, offline: given rows in, expected messages compared, each of which may name a
 * part only. A column left out is NULL; a column that is sent `as: unix | iso`, or is the message's time, takes
 * ISO 8601 text. Keys, and so message ids, are not part of it.
 */
export function runTests(sync: SyncSpec): TestResult[] {
  return sync.tests.map((test) => {
    const found = runTest(sync, test)
    return { name: test.name, passed: found.length === 0, differences: found }
  })
}

function runTest({ send }: SyncSpec, { given, expect }: SyncTest): string[] {
  const names = [...new Set(given.flatMap((row) => Object.keys(row)))]
  const plan = planOf(
    send,
    names.map((name) => ({ name, isTime: false })),
  )
  const times = timeColumns(plan)
  const made = given.map((row): Json => {
    const cell = (column: string) => toCell(row[column] ?? null, times.has(column))
    const message = plainMessage(plan, cell, 'test')
    if ('reason' in message) return { invalid: message.reason, text: message.text }
    const { messageId: _, ...rest } = JSON.parse(message.json)
    return rest
  })
  if (made.length !== expect.length) {
    return [`expected ${expect.length} messages, one per row, but ${made.length} rows are given`]
  }
  return expect.flatMap((wanted, i) => differences(wanted, made[i] ?? null, `message ${i + 1}`))
}

/** Columns whose text is a time: the message's own, and those that are written as one. */
function timeColumns(plan: Plan): Set<string> {
  const written = columnMembers(plan).filter(({ value: { as } }) => as === 'unix' || as === 'iso')
  const columns = written.map(({ value }) => value.column)
  return new Set(plan.at === undefined ? columns : [...columns, plan.at])
}

function toCell(json: Json, isTime: boolean): Cell {
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json
  if (typeof json === 'string' && isTime) return toTime(json)
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return { kind: 'list', items: json.map((item) => toCell(item, false)) }
  const members = Object.entries(json).map(([name, value]) => [name, toCell(value, false)] as const)
  return { kind: 'object', members }
}

/** ISO 8601 as a time: a date alone is a DATE, a time without a zone is UTC; other text stays text. */
function toTime(text: string): Cell {
  const [, day, time, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
      text,
    ) ?? []
  if (day === undefined) return text
  const seconds = Date.parse(`${day}T${time ?? '00:00'}${zone}`) / 1000
  if (Number.isNaN(seconds)) return text
  const nanos = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
  return { kind: time === undefined ? 'day' : 'instant', nanos }
}
