import { type Clock, type Log, SourceError } from '../core/index.ts'
import {
  type DriverOperation,
  type DriverSession,
  type DriverSettings,
  openDriverSession,
} from './driver.ts'
import { readFailure } from './failures.ts'
import type { ArrowPage, SqlParameters, Warehouse } from './ports.ts'
import { toRows } from './rows.ts'

/** How long and how patiently a statement is repeated. */
export interface SessionLimits {
  /** From the first failure on, in ms: must outlast a cold warehouse. Default 12 minutes. */
  readonly retryBudgetMs: number
  /** First pause, doubled each time, in ms. Default 500. */
  readonly firstPauseMs: number
  /** Longest pause, in ms. Default 20 s. */
  readonly longestPauseMs: number
}

/** Defaults of {@link SessionLimits}. */
export const sessionDefaults: SessionLimits = {
  retryBudgetMs: 720_000,
  firstPauseMs: 500,
  longestPauseMs: 20_000,
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
  const { retryBudgetMs, firstPauseMs, longestPauseMs } = { ...sessionDefaults, ...limits }
  const { clock, log } = settings
  let session: Promise<DriverSession> | undefined
  const current = () => {
    session ??= (settings.ready?.() ?? Promise.resolve()).then(() => openDriverSession(settings))
    return session
  }
  const drop = (broken: Promise<DriverSession> | undefined) => {
    if (session === broken) session = undefined
    broken?.then((s) => s.close()).catch(() => {})
  }

  /** Executes until the statement has finished, repeating what is worth repeating. */
  const start = async (sql: string, parameters: SqlParameters, signal?: AbortSignal) => {
    const deadline = clock.now() + retryBudgetMs
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      signal?.throwIfAborted()
      let used: Promise<DriverSession> | undefined
      try {
        used = current()
        const operation = await (await used).execute(sql, parameters)
        await guarded(operation, signal, () => operation.finished())
        return operation
      } catch (error) {
        signal?.throwIfAborted()
        const failure = readFailure(error)
        if (failure.kind === 'final') throw failure.error
        drop(used)
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
      const operation = await start(sql, parameters, signal)
      try {
        const pages: ArrowPage[] = []
        for (;;) {
          const page = await guarded(operation, signal, () => operation.next())
          if (page === undefined) break
          pages.push(page)
        }
        return { pages, rows: await operation.modifiedRows() }
      } catch (error) {
        signal?.throwIfAborted()
        const failure = readFailure(error)
        if (failure.kind === 'final') throw failure.error
        drop(session)
        if (clock.now() > deadline) throw exhausted(failure.code, retryBudgetMs, error)
        await clock.sleep(firstPauseMs, signal)
      } finally {
        await operation.close().catch(() => {})
      }
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
      const operation = await start(sql, parameters, signal)
      try {
        yield await operation.schema()
        for (;;) {
          const page = await guarded(operation, signal, () => operation.next())
          if (page === undefined) return
          yield page
        }
      } catch (error) {
        signal?.throwIfAborted()
        const failure = readFailure(error)
        if (failure.kind === 'final') throw failure.error
        drop(session)
        throw new SourceError('READ_BROKEN', `the read broke off (${failure.code})`, {
          disposition: 'retry',
          cause: error,
        })
      } finally {
        await operation.close().catch(() => {})
      }
    },
    async close() {
      const open = session
      session = undefined
      await open?.then((s) => s.close()).catch(() => {})
    },
  }
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
