import { AuditError } from '../core/index.ts'

/** How far a sync and destination is accounted for: the end of its last closed window. */
export interface Position {
  /** Number of that window; the position never goes back to a lower one. */
  readonly window: number
  /** Delta's id of the table that {@link version} counts: a table made again starts over. */
  readonly tableId?: string
  /** Version of the source table up to which everything is accounted for; absent for a query. */
  readonly version?: number
  /** When that version was committed, in ms since the epoch: a version made anew has another time. */
  readonly committedAt?: number
  /** Where `changes: cursor` goes on from, as the source room wrote it. */
  readonly cursor?: string
}

/** The text that stands in `checkpoints.position`. */
export function positionText(position: Position): string {
  const { window, tableId, version, committedAt, cursor } = position
  return JSON.stringify({ window, tableId, version, committedAt, cursor })
}

/** Reads what {@link positionText} wrote. Throws an AuditError where it is anything else. */
export function readPosition(text: string): Position {
  const { window, tableId, version, committedAt, cursor } = parsed(text)
  if (
    typeof window !== 'number' ||
    !(tableId === undefined || typeof tableId === 'string') ||
    !(version === undefined || typeof version === 'number') ||
    !(committedAt === undefined || typeof committedAt === 'number') ||
    !(cursor === undefined || typeof cursor === 'string')
  ) {
    throw invalid()
  }
  return {
    window,
    ...(tableId === undefined ? {} : { tableId }),
    ...(version === undefined ? {} : { version }),
    ...(committedAt === undefined ? {} : { committedAt }),
    ...(cursor === undefined ? {} : { cursor }),
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalid()
  }
  if (typeof value !== 'object' || value === null) throw invalid()
  return value as Readonly<Record<string, unknown>>
}

function invalid(): AuditError {
  return new AuditError(
    'POSITION_INVALID',
    'a position in the table checkpoints is not what this version writes; was it edited by hand? Put it back by the history of the table',
  )
}
