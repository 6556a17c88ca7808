import { createHash } from 'node:crypto'
import type { Schema } from 'apache-arrow'
import { controlOf } from '../audit/index.ts'
import type { SyncSpec } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import { type Pin, pinSnapshot, sqlTypes, type WindowQuery } from '../source/index.ts'
import { quoteName, type SqlParameters } from '../warehouse/index.ts'
import type { Parts } from './parts.ts'

/** Everything that is not one Delta table is written down once, with the columns that are needed and no others. */
export async function snapshot(
  parts: Parts,
  sync: SyncSpec,
  mapping: Mapping,
  windowId: string,
  signal?: AbortSignal,
): Promise<Pin> {
  const { from, key } = sync.source
  const routed = sync.send.to.kind === 'by' ? [sync.send.to.column] : []
  const columns = [...new Set([...key, ...routed, ...mapping.columns])].map(quoteName)
  const name = controlOf(parts.project.control).name(snapshotName(windowId))
  return pinSnapshot(parts.warehouse, from, columns, name, signal)
}

/** Names may hold `-`, `_` and dots; the hash keeps apart what would look alike without them. */
function snapshotName(windowId: string): string {
  const hash = createHash('sha256').update(windowId).digest('hex').slice(0, 8)
  return `snapshot_${windowId.replace(/[^a-z0-9_]/g, '_')}_${hash}`
}

/** What decides which rows belong to the window. */
export function queryOf(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  pin: Pin,
  schema: Schema,
): WindowQuery {
  const outcomeLog = controlOf(parts.project.control).name('outcome_log')
  return { sync, destination, pin, types: sqlTypes(schema), outcomeLog }
}

/** `since` is when events start: the date of the file, or for `now` the opening of the sync's first window. */
export async function parametersOf(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  windowId: string,
  openedAt: Date,
): Promise<SqlParameters> {
  const common = { destination }
  if (sync.send.call !== 'track') return { ...common, window_id: windowId }
  const events = { ...common, sync: sync.name, window_id: windowId }
  const { start } = sync.source
  if (start === undefined || start === 'all') return events
  if (start !== 'now') return { ...events, since: new Date(`${start}T00:00:00Z`) }
  const [first] = await parts.warehouse.query(
    `SELECT min(\`opened_at\`) AS \`first\` FROM ${controlOf(parts.project.control).name('windows')} WHERE \`sync\` = :sync AND \`destination\` = :destination`,
    { sync: sync.name, destination },
  )
  return { ...events, since: first?.first instanceof Date ? first.first : openedAt }
}
