import type { CommitInfo } from './actions.ts'
import { commitTimes } from './commit-times.ts'
import type { TableLog } from './log.ts'
import type { HistoryRow } from './model.ts'

/** The commits that the log still has, newest first. */
export async function readHistory(log: TableLog, limit?: number): Promise<HistoryRow[]> {
  const times = (await commitTimes(log)).reverse().slice(0, limit)
  const rows: HistoryRow[] = []
  for (const { version, timestamp } of times) {
    const commit = await log.commit(version)
    const info = commit?.actions.find((action) => action.commitInfo)?.commitInfo ?? {}
    rows.push(toRow(version, timestamp, info))
  }
  return rows
}

function toRow(version: number, timestamp: number, info: CommitInfo): HistoryRow {
  const { readVersion, isolationLevel, isBlindAppend, engineInfo, userMetadata } = info
  return {
    version,
    timestamp,
    operation: info.operation ?? 'UNKNOWN',
    operationParameters: texts(info.operationParameters),
    operationMetrics: texts(info.operationMetrics),
    ...(readVersion === undefined ? {} : { readVersion }),
    ...(isolationLevel === undefined ? {} : { isolationLevel }),
    ...(isBlindAppend === undefined ? {} : { isBlindAppend }),
    ...(engineInfo === undefined ? {} : { engineInfo }),
    ...(userMetadata === undefined ? {} : { userMetadata }),
  }
}

function texts(record: Readonly<Record<string, unknown>> = {}): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      typeof value === 'string' || value === null ? value : JSON.stringify(value),
    ]),
  )
}
