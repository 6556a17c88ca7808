import { type Hold, holdsIn, leasesIn, type Position, windowsIn } from '../audit/index.ts'
import type { SyncSpec } from '../core/index.ts'
import type { Parts } from './parts.ts'

/** What stands before a new window of a sync and destination. */
export interface Standing {
  /** False where `setup` has not seen this sync and destination. */
  readonly isSetUp: boolean
  /** Somebody holds the sync: a run would not start. */
  readonly hold?: Hold
  /** The process that runs it at this moment. */
  readonly runBy?: string
  /** A window that an earlier run left open: the next run finishes that one, the run after it does what is planned. */
  readonly open?: {
    readonly windowId: string
    readonly openedAt: Date
    readonly rows: number
    /** Without an outcome yet, or given up and tried again. */
    readonly left: number
  }
}

/** Looks at checkpoint, holds and windows; takes nothing. */
export async function standingOf(
  { warehouse, project, clock }: Parts,
  { name }: Pick<SyncSpec, 'name'>,
  destination: string,
): Promise<{ readonly standing: Standing; readonly position: Position | undefined }> {
  const windows = windowsIn(warehouse, project.control)
  const checkpoint = await leasesIn(warehouse, project.control, clock).find({
    sync: name,
    destination,
  })
  const hold = await holdsIn(warehouse, project.control, clock).isHeld(name)
  const open = await windows.findOpen(name, destination)
  const account = open && (await windows.account(open.windowId))
  const runBy = checkpoint?.isFree === false ? checkpoint.owner : undefined
  return {
    standing: {
      isSetUp: checkpoint !== undefined,
      ...(hold === undefined ? {} : { hold }),
      ...(runBy === undefined ? {} : { runBy }),
      ...(open === undefined || account === undefined
        ? {}
        : {
            open: {
              windowId: open.windowId,
              openedAt: open.openedAt,
              rows: account.rows,
              left: account.pending + account.undelivered,
            },
          }),
    },
    position: checkpoint?.position,
  }
}
