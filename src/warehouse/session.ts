import { type Clock, type Log, SourceError } from '../core/index.ts'
import {
  type DriverOperation,
  type DriverSession,
  type DriverSettings,
  openDriverSession,
} from './driver.ts'
import { type Failure, readFailure } from './failures.ts'
import type { ArrowPage, SqlParameters, Warehouse } from './ports.ts'
import { toRows } from './rows.ts'
import { type SessionLease, sharedSession } from './shared-session.ts'

/** How long and how patiently a statement is repeated. */
export interface SessionLimits {
  /** From the first failure on, in ms: must outlast a cold warehouse. Default 12 minutes. */
  readonly retryBudgetMs: number
  /** First pause, doubled each time, in ms. Default 500. */
  readonly firstPauseMs: number
  /** Longest pause, in ms. Default 20 s. */
  readonly longestPauseMs: number
  /** Longest wait for one reply, in ms. Default 5 minutes. */
  readonly replyTimeoutMs: number
}

/** Defaults of {@link SessionLimits}. */
export const sessionDefaults: SessionLimits = {
  retryBudgetMs: 720_000,
  firstPauseMs: 500,
  longestPauseMs: 20_000,
  replyTimeoutMs: 300_000,
}

/**
 * The warehouse over the driver. The driver itself repeats none of OpenSession, ExecuteStatement and FetchResults, so
 * session and statement are repeated here, together: a cold warehouse may hand out sessions that do not work.
 */
export function openWarehouse(
  settings: DriverSettings & {
    readonly clock: Clock
    readonly log: Log
    /** Awaited before a session is opened: starts a warehouse that is stopped. */
    readonly ready?: () => Promise<void>
  },
  limits: Partial<SessionLimits> = {},
): Warehouse {
  const { retryBudgetMs, firstPauseMs, longestPauseMs, replyTimeoutMs } = {
    ...sessionDefaults,
    ...limits,
  }
  const { clock, log } = settings
  const shared = sharedSession(async () => {
    await settings.ready?.()
    return openDriverSession({ ...settings, replyTimeoutMs })
  })

  /** Executes until the statement has finished, repeating what is worth repeating. */
  const start = async (sql: string, parameters: SqlParameters, signal?: AbortSignal) => {
    const deadline = clock.now() + retryBudgetMs
    let isRenewed = false
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      signal?.throwIfAborted()
      const lease = shared.lease()
      let session: DriverSession | undefined
      try {
        session = await lease.session
        const operation = await session.execute(sql, parameters)
        await guarded(operation, signal, () => operation.finished())
        return running(operation, lease)
      } catch (error) {
        const failure = readFailure(error)
        if (session === undefined || needsNewSession(failure)) lease.abandon()
        lease.release()
        signal?.throwIfAborted()
        if (failure.kind === 'denied' && !isRenewed) {
          // A token may end before its time; a fresh one tells that from a right that is missing.
          isRenewed = true
          await settings.token(true)
          continue
        }
        if (failure.kind !== 'again') throw failure.error
        if (clock.now() + pause > deadline) throw exhausted(failure.code, retryBudgetMs, error)
        log.debug('the warehouse did not answer; trying again', { code: failure.code })
        await clock.sleep(pause * (0.5 + Math.random() / 2), signal)
      }
    }
  }

  /** A small statement: everything is read before anything is handed on, so the whole can be repeated. */
  const whole = async (sql: string, parameters: SqlParameters, signal?: AbortSignal) => {
    const deadline = clock.now() + retryBudgetMs
    for (;;) {
      const { operation, abandon, end } = await start(sql, parameters, signal)
      try {
        const pages: ArrowPage[] = []
        for (;;) {
          const page = await guarded(operation, signal, () => operation.next())
          if (page === undefined) break
          pages.push(page)
        }
        return { pages, rows: await operation.modifiedRows() }
      } catch (error) {
        abandon()
        signal?.throwIfAborted()
        const failure = readFailure(error)
        if (failure.kind === 'final') throw failure.error
        if (clock.now() > deadline) throw exhausted(codeOf(failure), retryBudgetMs, error)
      } finally {
        await end()
      }
      await clock.sleep(firstPauseMs, signal)
    }
  }

  return {
    async query(sql, parameters = {}, signal) {
      return toRows((await whole(sql, parameters, signal)).pages)
    },
    async execute(sql, parameters = {}, signal) {
      return { rows: (await whole(sql, parameters, signal)).rows }
    },
    async *read(sql, parameters = {}, signal) {
      const { operation, abandon, end } = await start(sql, parameters, signal)
      try {
        yield await operation.schema()
        for (;;) {
          const page = await guarded(operation, signal, () => operation.next())
          if (page === undefined) return
          yield page
        }
      } catch (error) {
        abandon()
        signal?.throwIfAborted()
        const failure = readFailure(error)
        if (failure.kind === 'final') throw failure.error
        throw new SourceError('READ_BROKEN', `the read broke off (${codeOf(failure)})`, {
          disposition: 'retry',
          cause: error,
        })
      } finally {
        await end()
      }
    },
    close: shared.close,
  }
}

/** A statement that has started, and the session it holds until it ends. */
interface Running {
  readonly operation: DriverOperation
  readonly abandon: () => void
  readonly end: () => Promise<void>
}

function running(operation: DriverOperation, { abandon, release }: SessionLease): Running {
  return {
    operation,
    abandon,
    async end() {
      await operation.close().catch(() => {})
      release()
    },
  }
}

function needsNewSession(failure: Failure): boolean {
  return failure.kind === 'denied' || (failure.kind === 'again' && failure.newSession)
}

function codeOf(failure: Exclude<Failure, { kind: 'final' }>): string {
  return failure.kind === 'again' ? failure.code : failure.error.code
}

/** Waits for `work`, cancelling the statement on the server when the signal aborts first. */
async function guarded<T>(
  operation: DriverOperation,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work()
  const cancel = () => {
    operation.cancel().catch(() => {})
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await work()
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

function exhausted(code: string, budgetMs: number, cause: unknown): SourceError {
  return new SourceError(
    'WAREHOUSE_UNAVAILABLE',
    `the warehouse did not answer for ${Math.round(budgetMs / 1000)} s (${code}); look at its page in the workspace, then run the command again`,
    { cause, context: { code } },
  )
}
