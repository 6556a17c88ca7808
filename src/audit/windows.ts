import { AuditError } from '../core/index.ts'
import { type Account, readAccount } from './account.ts'
import { controlOf } from './control.ts'
import { windows } from './history-tables.ts'
import { count, insertOnce } from './insert-once.ts'
import { fence, fenceValues, heldRow, type Lease } from './lease.ts'
import type { Sql, SqlValue } from './ports.ts'
import { checkpoints } from './state-tables.ts'

/** How the rows of a window were counted when it was opened: by the warehouse, on the pinned source. */
export interface WindowCounts {
  readonly rows: number
  readonly nullKeys: number
  readonly duplicateKeys: number
  readonly noRoute: number
  readonly unchanged: number
  readonly held: number
  readonly ignored: number
}

/** Why a window was opened: on schedule, or by hand over some keys, or to take everything as known; or given up since. */
export type WindowKind = 'sync' | 'replay' | 'backfill' | 'rebase' | 'given-up'

/** What an attempt needs to know of a window. Nothing in it changes once the window is open. */
export interface NewWindow {
  readonly sync: string
  readonly destination: string
  /** From {@link WindowStanding}. */
  readonly number: number
  readonly kind: WindowKind
  /** What every attempt reads, as the source room wrote it. */
  readonly pin: string
  readonly mapping: string
  readonly mappingHash: string
  readonly counts: WindowCounts
  /** The run that opens it. */
  readonly runId: string
  readonly openedAt: Date
}

/** A window as it stands in the control schema. */
export interface Window extends NewWindow {
  readonly windowId: string
  readonly state: 'open' | 'closed'
}

/** The name of a window: `customers.eu.000042`. */
export function windowIdOf(sync: string, destination: string, number: number): string {
  return `${sync}.${destination}.${String(number).padStart(6, '0')}`
}

/** How the windows of a sync and destination stand. */
export interface WindowStanding {
  /** The open one; the oldest if there are several. */
  readonly open?: Window
  /** The newest closed one that looked at everything new. */
  readonly lastClosed?: Window
  /** The number that the next one gets, from 1. */
  readonly next: number
}

/** The windows of one control schema. */
export interface Windows {
  /** How the windows of a sync and destination stand, by one question. */
  standing(sync: string, destination: string): Promise<WindowStanding>
  /** The open window of a sync and destination; the oldest one if there are several. */
  findOpen(sync: string, destination: string): Promise<Window | undefined>
  /**
   * Writes a window down before its first row is read. Can be repeated. Throws an AuditError where another run
   * opened a window of that number.
   */
  open(window: NewWindow): Promise<Window>
  account(windowId: string): Promise<Account>
  /**
   * Closes a window whose rows are all accounted for. Can be repeated. Throws an AuditError, and leaves the window
   * open, where rows are missing or counted twice. With a lease it closes only while that is held, else it throws
   * LEASE_LOST. Delta compares within a table only: a lease that is taken in the very moment of the commit is not
   * seen, which does no harm, since the rows are accounted for whoever closes.
   */
  close(windowId: string, closedAt: Date, lease?: Lease): Promise<Account>
  /** Sets how many rows of an open window are held, while the lease is. Can be repeated. */
  hold(windowId: string, held: number, lease: Lease): Promise<void>
  /** Closes a window whose other rows nobody can read any more: they count as held. It says nothing of the source then. */
  giveUp(windowId: string, closedAt: Date, lease: Lease): Promise<Account>
}

/** Opens, finds and closes windows in `control` (catalog and schema). */
export function windowsIn(sql: Sql, control: string): Windows {
  const at = controlOf(control)
  const table = at.name(windows.name)

  /** Closes an open window; with a lease only while that is held. With `givenUp`, so many rows count as held. */
  const markClosed = async (windowId: string, closedAt: Date, lease?: Lease, givenUp?: number) => {
    const left =
      givenUp === undefined
        ? ''
        : ", `kind` = 'given-up', `held` = `held` + CAST(:given_up AS BIGINT)"
    const change = `\`state\` = 'closed', \`closed_at\` = CAST(:closed_at AS TIMESTAMP)${left}`
    const values = {
      window_id: windowId,
      closed_at: closedAt,
      ...(givenUp === undefined ? {} : { given_up: givenUp }),
    }
    if (lease === undefined) {
      await sql.execute(
        `UPDATE ${table} SET ${change} WHERE \`window_id\` = :window_id AND \`state\` = 'open'`,
        values,
      )
      return
    }
    await changeOpen(change.replace('`held` + ', 'w.`held` + '), values, lease)
  }

  /** Changes an open window while the lease is held. */
  const changeOpen = async (
    change: string,
    values: Readonly<Record<string, SqlValue>>,
    lease: Lease,
  ) => {
    const leases = at.name(checkpoints.name)
    await sql.execute(
      `MERGE INTO ${table} AS w
USING (SELECT DISTINCT CAST(:window_id AS STRING) AS \`held_window\` FROM ${leases} WHERE ${fence}) AS l
ON w.\`window_id\` = l.\`held_window\` AND w.\`state\` = 'open'
WHEN MATCHED THEN UPDATE SET ${change}`,
      { ...values, ...fenceValues(lease) },
    )
    await heldRow(sql, leases, lease)
  }

  const standing = async (sync: string, destination: string): Promise<WindowStanding> => {
    const latest = "`state` = 'closed' AND `kind` IN ('sync', 'rebase')"
    const rows = await sql.query(
      `SELECT * FROM (
  SELECT *,
    max(\`window_number\`) OVER () AS \`last_number\`,
    min(CASE WHEN \`state\` = 'open' THEN \`window_number\` END) OVER () AS \`open_number\`,
    max(CASE WHEN ${latest} THEN \`window_number\` END) OVER () AS \`closed_number\`
  FROM ${table} WHERE \`sync\` = :sync AND \`destination\` = :destination
) AS numbered WHERE \`window_number\` IN (\`last_number\`, \`open_number\`, \`closed_number\`)`,
      { sync, destination },
    )
    const numbered = (name: string) => {
      const row = rows.find((one) => one.window_number === one[name])
      return row === undefined ? undefined : toWindow(row)
    }
    const [open, lastClosed] = [numbered('open_number'), numbered('closed_number')]
    return {
      ...(open === undefined ? {} : { open }),
      ...(lastClosed === undefined ? {} : { lastClosed }),
      next: count(rows[0]?.last_number) + 1,
    }
  }

  return {
    standing,

    findOpen: async (sync, destination) => (await standing(sync, destination)).open,

    async open(window) {
      const windowId = windowIdOf(window.sync, window.destination, window.number)
      await insertOnce(sql, table, windows, ['window_id'], {
        window_id: windowId,
        sync: window.sync,
        destination: window.destination,
        window_number: window.number,
        kind: window.kind,
        state: 'open',
        pin: window.pin,
        mapping_hash: window.mappingHash,
        mapping: window.mapping,
        row_count: window.counts.rows,
        null_keys: window.counts.nullKeys,
        duplicate_keys: window.counts.duplicateKeys,
        no_route: window.counts.noRoute,
        unchanged: window.counts.unchanged,
        held: window.counts.held,
        ignored: window.counts.ignored,
        run_id: window.runId,
        opened_at: window.openedAt,
      })
      const [row] = await sql.query(`SELECT * FROM ${table} WHERE \`window_id\` = :window_id`, {
        window_id: windowId,
      })
      if (row?.run_id !== window.runId) {
        throw new AuditError(
          'WINDOW_TAKEN',
          `another run opened window ${windowId} at the same time; run the command again, it goes on with that window`,
        )
      }
      return toWindow(row)
    },

    account: (windowId) => readAccount(sql, at, windowId),

    async close(windowId, closedAt, lease) {
      const sums = await readAccount(sql, at, windowId)
      if (sums.pending !== 0) {
        throw new AuditError(
          'ROWS_UNACCOUNTED',
          sums.pending > 0
            ? `window ${windowId} has ${sums.pending} of ${sums.rows} rows without an outcome; it stays open, run the command again`
            : `window ${windowId} has ${-sums.pending} outcomes more than its ${sums.rows} rows; it stays open, check that its source is pinned and its keys are unique`,
          { context: { window: windowId, rows: sums.rows, pending: sums.pending } },
        )
      }
      await markClosed(windowId, closedAt, lease)
      return sums
    },

    async hold(windowId, held, lease) {
      const change = '`held` = CAST(:held AS BIGINT)'
      await changeOpen(change, { window_id: windowId, held }, lease)
    },

    async giveUp(windowId, closedAt, lease) {
      const sums = await readAccount(sql, at, windowId)
      await markClosed(windowId, closedAt, lease, Math.max(0, sums.pending))
      return readAccount(sql, at, windowId)
    },
  }
}

function toWindow(row: Readonly<Record<string, unknown>>): Window {
  return {
    windowId: String(row.window_id),
    sync: String(row.sync),
    destination: String(row.destination),
    number: count(row.window_number),
    kind: row.kind as Window['kind'],
    state: row.state as Window['state'],
    pin: String(row.pin),
    mapping: String(row.mapping),
    mappingHash: String(row.mapping_hash),
    counts: {
      rows: count(row.row_count),
      nullKeys: count(row.null_keys),
      duplicateKeys: count(row.duplicate_keys),
      noRoute: count(row.no_route),
      unchanged: count(row.unchanged),
      held: count(row.held),
      ignored: count(row.ignored),
    },
    runId: String(row.run_id),
    openedAt: row.opened_at as Date,
  }
}
