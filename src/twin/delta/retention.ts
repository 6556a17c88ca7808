import type { Clock } from '../../core/index.ts'
import type { Metadata } from './actions.ts'
import { DeltaError } from './errors.ts'
import type { LogState } from './replay.ts'

const property = 'delta.deletedFileRetentionDuration'
const hourMs = 3_600_000

const unitMs: Readonly<Record<string, number>> = {
  week: 168 * hourMs,
  day: 24 * hourMs,
  hour: hourMs,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
}

/**
 * How long files that are no longer part of a table stay readable, in milliseconds: the property
 * `delta.deletedFileRetentionDuration`, by default a week. Throws for a text that is no interval.
 */
export function deletedFileRetentionMs({ configuration }: Metadata): number {
  const text = configuration[property]
  return text === undefined ? 168 * hourMs : readInterval(text)
}

/** Refuses the property's value where it is given and no interval of weeks to milliseconds. */
export function checkRetentionProperty(properties: Readonly<Record<string, string>>): void {
  const text = properties[property]
  if (text !== undefined) readInterval(text)
}

/**
 * Refuses to read an old version once its own commit is older than the retention, whether VACUUM has run or not. The
 * newest version can always be read. As Delta does from 4.1 on, and Databricks from runtime 18.
 */
export function refuseExpired(state: LogState, latest: LogState, clock: Clock): void {
  if (state.version >= latest.version) return
  const retentionMs = deletedFileRetentionMs(latest.metadata)
  if (clock.now() - state.timestamp <= retentionMs) return
  throw new DeltaError(
    'DELTA_UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION',
    `Cannot time travel beyond ${property} (${Math.floor(retentionMs / hourMs)} HOURS) set on the table.`,
    { version: state.version },
  )
}

function readInterval(text: string): number {
  const parts = text
    .trim()
    .toLowerCase()
    .replace(/^interval\s+/, '')
  if (!/^(?:\d+\s+[a-z]+\s*)+$/.test(parts)) throw notAnInterval(text)
  let sum = 0
  for (const [, amount, unit] of parts.matchAll(/(\d+)\s+([a-z]+?)s?(?=\s|$)/g)) {
    const ms = unitMs[unit ?? '']
    if (ms === undefined) throw notAnInterval(text)
    sum += Number(amount) * ms
  }
  return sum
}

function notAnInterval(text: string): DeltaError {
  return new DeltaError(
    'DELTA_INVALID_TABLE_PROPERTY_VALUE',
    `The property ${property} cannot be '${text}'. Write an interval of weeks, days, hours or less, such as 'interval 7 days'.`,
    { property },
  )
}
