import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { commitName } from './commit-file.ts'
import { DeltaError } from './errors.ts'
import { fromFileTime } from './file-times.ts'
import type { TableLog } from './log.ts'
import { isOn } from './protocol.ts'

/** When a version was committed, in milliseconds since the epoch. */
export interface CommitTime {
  readonly version: number
  readonly timestamp: number
}

/** The times of all commits that are there, oldest first, made strictly ascending as Delta does. */
export async function commitTimes(log: TableLog): Promise<CommitTime[]> {
  const { metadata } = await log.state()
  const inCommit = isOn(metadata, 'delta.enableInCommitTimestamps')
  const times: CommitTime[] = []
  let last = 0
  for (const version of await log.versions()) {
    const own = inCommit
      ? (await log.commit(version))?.timestamp
      : fromFileTime(await stat(join(log.folder, commitName(version))))
    last = Math.max(own ?? 0, last + 1)
    times.push({ version, timestamp: last })
  }
  return times
}

/** The newest version at or before a time. Refuses times outside the table's life, as Databricks does. */
export async function versionAt(log: TableLog, timestamp: number): Promise<number> {
  const times = await commitTimes(log)
  const found = times.findLast((time) => time.timestamp <= timestamp)
  const iso = (time: number) => new Date(time).toISOString()
  const first = times[0]
  const last = times.at(-1)
  if (found === undefined || first === undefined || last === undefined) {
    throw new DeltaError(
      'DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION',
      `The time ${iso(timestamp)} is before the earliest version available of ${log.table}${first ? ` (${iso(first.timestamp)})` : ''}. Use a later time.`,
      { table: log.table },
    )
  }
  if (timestamp > last.timestamp) throw afterLatest(log, timestamp, last.timestamp)
  return found.version
}

/** The oldest version at or after a time. Refuses times after the newest version, as Databricks does. */
export async function versionFrom(log: TableLog, timestamp: number): Promise<number> {
  const times = await commitTimes(log)
  const found = times.find((time) => time.timestamp >= timestamp)
  if (found === undefined) throw afterLatest(log, timestamp, times.at(-1)?.timestamp ?? 0)
  return found.version
}

function afterLatest(log: TableLog, timestamp: number, latest: number): DeltaError {
  return new DeltaError(
    'DELTA_TIMESTAMP_GREATER_THAN_COMMIT',
    `The time ${new Date(timestamp).toISOString()} is after the latest version available of ${log.table} (${new Date(latest).toISOString()}). Use an earlier time.`,
    { table: log.table },
  )
}
