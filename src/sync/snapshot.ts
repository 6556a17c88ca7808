import { createHash } from 'node:crypto'
import { controlOf } from '../audit/index.ts'
import type { SyncSpec } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import { type HashedColumns, type Pin, pinSnapshot } from '../source/index.ts'
import { quoteName } from '../warehouse/index.ts'
import type { Parts } from './parts.ts'

/** Everything that is not one Delta table is written down once, with the columns that are needed and no others. */
export async function snapshot(
  parts: Parts,
  sync: SyncSpec,
  mapping: Mapping,
  earlier: readonly HashedColumns[],
  windowId: string,
  signal?: AbortSignal,
): Promise<Pin> {
  const { from, key, changes } = sync.source
  const { to } = sync.send
  const columns = [
    ...key,
    ...(to.kind === 'by' ? [to.column] : []),
    ...(changes.kind === 'cursor' ? [changes.column] : []),
    ...mapping.columns,
    ...earlier.flatMap((one) => one.columns),
    ...sync.checks.notNull,
    ...(sync.checks.fresh === undefined ? [] : [sync.checks.fresh.column]),
  ]
  const name = snapshotTable(parts, windowId)
  return pinSnapshot(parts.warehouse, from, [...new Set(columns)].map(quoteName), name, signal)
}

/** The window is closed already: a snapshot that stays behind costs storage and nothing else. */
export async function dropSnapshot(
  { warehouse, log }: Parts,
  { table, snapshot }: Pick<Pin, 'table' | 'snapshot'>,
): Promise<void> {
  if (!snapshot) return
  try {
    await warehouse.execute(`DROP TABLE IF EXISTS ${table}`)
  } catch {
    log.warn('a snapshot could not be dropped; nothing needs it any more', { table })
  }
}

/** The quoted name of a window's snapshot. */
export function snapshotTable({ project }: Pick<Parts, 'project'>, windowId: string): string {
  // Names may hold `-`, `_` and dots; the hash keeps apart what would look alike without them.
  const hash = createHash('sha256').update(windowId).digest('hex').slice(0, 8)
  const name = `snapshot_${windowId.replace(/[^a-z0-9_]/g, '_')}_${hash}`
  return controlOf(project.control).name(name)
}
