import { SourceError, type SyncSpec } from '../core/index.ts'
import { quoteName, type Warehouse } from '../warehouse/index.ts'
import type { ColumnTypes } from './keys.ts'
import { commitsSince, type Pin, pinned } from './pin.ts'
import type { Look } from './scope.ts'

/** How far a source is accounted for, as far as looking for changes needs it. */
export interface LookFrom {
  readonly version?: number | undefined
  /** When that version was committed, in ms since the epoch. */
  readonly committedAt?: number | undefined
  readonly cursor?: string | undefined
}

/** Where a window looks, and, where that is not what the sync file asks for first, why. */
export interface Looking {
  readonly look: Look
  /** The last value of the cursor at the pinned end. */
  readonly cursor?: string
  /** Our own words, when everything is compared because nothing cheaper works. */
  readonly because?: string
}

const everything: Look = { kind: 'all' }

/**
 * Decides where to look for changes since the last closed window. Whenever the cheap way could miss one, everything is
 * compared with the ledger in its place. Throws a SourceError where the sync file insists on a feed that can't be read.
 */
export async function lookFor(
  warehouse: Warehouse,
  { source }: SyncSpec,
  pin: Pin,
  types: ColumnTypes,
  from: LookFrom | undefined,
  signal?: AbortSignal,
): Promise<Looking> {
  const { changes } = source
  switch (changes.kind) {
    case 'full':
    case 'diff':
      return { look: everything }
    case 'cursor':
      return cursorLook(warehouse, changes, pin, types, from?.cursor, signal)
    case 'auto':
    case 'feed': {
      if (pin.snapshot || from?.version === undefined) return { look: everything }
      const because = await feedProblem(warehouse, pin, from.version, from.committedAt, signal)
      if (because === undefined) return { look: { kind: 'feed', from: from.version + 1 } }
      if (changes.kind === 'auto') return { look: everything, because }
      throw feedUnreadable(pin, because)
    }
    default:
      return changes satisfies never
  }
}

/** Where to look after the warehouse could not read the feed: rethrows everything else, and for `changes: feed`. */
export function withoutFeed({ source }: SyncSpec, pin: Pin, look: Look, error: unknown): Looking {
  const isFeed = look.kind === 'feed' && error instanceof SourceError && isAboutFeed(error.message)
  if (!isFeed) throw error
  const because = 'the change feed was off for a while, or its files were removed'
  if (source.changes.kind === 'feed') throw feedUnreadable(pin, because)
  return { look: everything, because }
}

function isAboutFeed(message: string): boolean {
  return /CHANGE_DATA|CHANGE_TABLE_FEED|_CDC_|CDC_NOT|VERSION_NOT_FOUND|FILE_NOT_FOUND|FILE_NOT_EXIST|TIME_TRAVEL_BEYOND|CDC_START_VERSION/.test(
    message,
  )
}

function feedUnreadable(pin: Pin, because: string): SourceError {
  return new SourceError(
    'FEED_UNREADABLE',
    `the change feed of ${pin.table} can't say what changed: ${because}; set changes: auto, which compares everything then, or changes: diff`,
  )
}

/** Why the feed since a version can't be trusted; undefined when it can. */
async function feedProblem(
  warehouse: Warehouse,
  pin: Pin,
  version: number,
  committedAt: number | undefined,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (version > pin.version) {
    return 'the checkpoint lies after the newest version, so the table was restored or made again'
  }
  const commits = await commitsSince(warehouse, pin.table, version, pin.version, signal)
  const last = commits.find((commit) => commit.version === version)
  if (last === undefined) return 'the history of the table does not reach back to the checkpoint'
  if (committedAt !== undefined && last.committedAt !== committedAt) {
    return 'the table was dropped and made again, or another one has its name now'
  }
  const since = commits.filter((one) => one.version > version && one.version <= pin.version)
  return since.some((commit) => commit.replacesAll)
    ? 'the table was rebuilt or overwritten'
    : undefined
}

async function cursorLook(
  warehouse: Warehouse,
  { column, lagMs }: { readonly column: string; readonly lagMs: number },
  pin: Pin,
  types: ColumnTypes,
  from: string | undefined,
  signal?: AbortSignal,
): Promise<Looking> {
  const type = types[column]
  if (type === undefined) {
    throw new SourceError(
      'CURSOR_MISSING',
      `the source has no column "${column}", which changes: cursor names`,
    )
  }
  if (lagMs > 0 && !/^(TIMESTAMP|TIMESTAMP_NTZ|DATE)$/i.test(type)) {
    throw new SourceError(
      'LAG_IMPOSSIBLE',
      `a lag needs a time, and "${column}" is ${type}; remove lag`,
    )
  }
  const name = quoteName(column)
  const before = from === undefined ? 'FALSE' : `max(${name}) < CAST(:from AS ${type})`
  const [row] = await warehouse.query(
    `SELECT CAST(max(${name}) AS STRING) AS reached, coalesce(${before}, FALSE) AS went_back FROM ${pinned(pin)}`,
    from === undefined ? {} : { from },
    signal,
  )
  const reached = typeof row?.reached === 'string' ? row.reached : from
  const cursor = reached === undefined ? {} : { cursor: reached }
  if (row?.went_back === true) {
    return { look: everything, ...cursor, because: `the cursor "${column}" went backwards` }
  }
  return {
    look: { kind: 'cursor', column, lagMs, ...(from === undefined ? {} : { from }) },
    ...cursor,
  }
}
