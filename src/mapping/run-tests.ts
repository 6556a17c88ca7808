import type { Json, LockSpec, SyncSpec, SyncTest } from '../core/index.ts'
import { differences } from './differences.ts'
import { withoutAbsent } from './optional.ts'
import { plainMessage } from './plain.ts'
import type { Cell } from './plain-cell.ts'
import { columnMembers, type Plan } from './plan.ts'
import { type PlanColumn, planOf } from './resolve.ts'

/** What became of one of a sync file's `tests`. */
export interface TestResult {
  readonly name: string
  readonly passed: boolean
  /** What differs, one line each; values of the test itself may stand in them. */
  readonly differences: readonly string[]
}

/**
 * Runs the `tests` of a sync file, offline: given rows in, expected messages compared, one per row, each of which
 * may name a part only. A column left out is NULL; a column that is sent `as: unix | iso`, or is the message's time,
 * takes ISO 8601 text; so does a column that is locked as a time under `columns: all`. A row that must not become a message is expected as `{ invalid: <reason code> }`. Message ids
 * are not part of it, for they depend on the window.
 */
export function runTests(sync: SyncSpec): TestResult[] {
  return sync.tests.map((test) => {
    const found = runTest(sync, test)
    return { name: test.name, passed: found.length === 0, differences: found }
  })
}

function runTest(sync: SyncSpec, { given, expect }: SyncTest): string[] {
  const columns = columnsFor(given, sync.lock)
  const plan = planOf(withoutAbsent(sync, columns).send, columns, sync.lock)
  const times = timeColumns(plan)
  const misread = given.flatMap((row, i) => misreadTimes(row, times, `given ${i + 1}`))
  if (misread.length > 0) return misread
  const made = given.map((row): Json => {
    const cell = (column: string) => {
      const json = row[column] ?? null
      return times.has(column) ? (toTime(json) ?? null) : toCell(json)
    }
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

/** The columns that are given, and those that the source is known to have. */
function columnsFor(given: SyncTest['given'], lock: LockSpec | undefined): PlanColumn[] {
  const locked = Object.entries(lock?.columns ?? {})
  const names = new Set([
    ...locked.map(([name]) => name),
    ...given.flatMap((row) => Object.keys(row)),
  ])
  const times = new Set(
    locked.filter(([, type]) => /^(DATE|TIMESTAMP)/i.test(type)).map(([name]) => name),
  )
  return [...names].map((name) => ({ name, isTime: times.has(name) }))
}

/** Columns whose text is a time: the message's own, and those that are written as one. */
function timeColumns(plan: Plan): Set<string> {
  const written = columnMembers(plan).filter(({ value: { as } }) => as === 'unix' || as === 'iso')
  const columns = written.map(({ value }) => value.column)
  return new Set(plan.at === undefined ? columns : [...columns, plan.at])
}

function misreadTimes(
  row: Readonly<Record<string, Json>>,
  times: ReadonlySet<string>,
  where: string,
): string[] {
  return Object.entries(row)
    .filter(([name, json]) => times.has(name) && json !== null && toTime(json) === undefined)
    .map(
      ([name, json]) => `${where}.${name}: ${JSON.stringify(json)} is no date or time in ISO 8601`,
    )
}

function toCell(json: Json): Cell {
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return { kind: 'list', items: json.map(toCell) }
  const members = Object.entries(json).map(([name, value]) => [name, toCell(value)] as const)
  return { kind: 'object', members }
}

const isoShape =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?)?$/

/** ISO 8601 as a time: a date alone is a DATE, a time without a zone is UTC. Undefined for anything else. */
function toTime(json: Json): Cell | undefined {
  const match = typeof json === 'string' ? isoShape.exec(json) : null
  if (match === null) return undefined
  const [, day, time = '00:00', fraction = '', zone = 'Z'] = match
  const ms = Date.parse(`${day}T${time}${zone}`)
  if (Number.isNaN(ms)) return undefined
  const nanos = BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
  return { kind: match[2] === undefined ? 'day' : 'instant', nanos }
}
