import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/index.ts'
import { SqlError, type SqlResult } from '../sql/contract.ts'
import type { Delivery } from './delivery.ts'
import { types } from './message.ts'
import { asSqlError } from './refusal.ts'
import { RowPages } from './row-pages.ts'

const { TOperationState } = types

/** What an operation runs, and how long it may. */
export interface OperationRequest {
  readonly execute: (signal: AbortSignal) => Promise<SqlResult>
  readonly clock: Clock
  /** Milliseconds until the statement is stopped; absent = no limit. */
  readonly timeoutMs?: number
  /** How the client gets the rows; it says how many to read before the statement counts as finished. */
  readonly delivery: Delivery
}

/** One statement: running, finished, failed or cancelled, with its result as far as it has been read. */
export class Operation {
  /** An RFC UUID, which the driver insists on. */
  readonly id = randomUUID()
  /** Resolves, never rejects, as soon as the statement runs no longer. */
  readonly settled: Promise<void>
  readonly delivery: Delivery
  readonly startedMs: number
  /** When a client last asked for this operation. */
  lastSeenMs: number
  readonly #clock: Clock
  readonly #abort = new AbortController()
  #state: number = TOperationState.RUNNING_STATE
  #error: SqlError | undefined
  #answer: SqlResult | undefined
  #pages: RowPages | undefined
  #completedMs = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(request: OperationRequest) {
    this.#clock = request.clock
    this.delivery = request.delivery
    this.startedMs = request.clock.now()
    this.lastSeenMs = this.startedMs
    this.settled = this.#run(request)
    this.#last = this.settled
  }

  get state(): number {
    return this.#state
  }

  get error(): SqlError | undefined {
    return this.#error
  }

  /** The rows, once the statement has finished with a result set. */
  get pages(): RowPages | undefined {
    return this.#pages
  }

  /** Rows that a DML statement changed. */
  get modifiedRows(): number | undefined {
    return this.#answer?.modifiedRows
  }

  /** When it ended, in epoch milliseconds; 0 while it runs. */
  get completedMs(): number {
    return this.#completedMs
  }

  /** Reads from the result, one reader at a time. Throws SqlError when there is no result to read. */
  read<T>(work: (pages: RowPages) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      if (this.#error !== undefined) throw this.#error
      if (this.#state !== TOperationState.FINISHED_STATE) throw cancelled()
      if (this.#pages === undefined) {
        throw new SqlError(
          '[NO_RESULT_SET] The statement has no result set. SQLSTATE: 02000',
          '02000',
        )
      }
      return work(this.#pages)
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  /** Stops the statement, or drops what is left of its result. Returns at once. */
  cancel(): void {
    this.#stop(TOperationState.CANCELED_STATE, cancelled())
  }

  /** Stops the statement and gives everything back; resolves when that is done. */
  async close(): Promise<void> {
    this.#stop(TOperationState.CLOSED_STATE, cancelled())
    await this.#last
    this.#release()
  }

  async #run({ execute, clock, timeoutMs, delivery }: OperationRequest): Promise<void> {
    const timer = new AbortController()
    if (timeoutMs !== undefined) {
      clock.sleep(timeoutMs, timer.signal).then(
        () => this.#stop(TOperationState.TIMEDOUT_STATE, timedOut(timeoutMs)),
        () => {},
      )
    }
    try {
      const answer = await execute(this.#abort.signal)
      this.#answer = answer
      if (answer.result !== undefined && !this.#abort.signal.aborted) {
        this.#pages = await RowPages.open(answer.result, delivery.readAheadRows)
      }
      if (this.#state === TOperationState.RUNNING_STATE) this.#end(TOperationState.FINISHED_STATE)
    } catch (error) {
      if (this.#state === TOperationState.RUNNING_STATE) {
        this.#error = asSqlError(error)
        this.#end(TOperationState.ERROR_STATE)
      }
    } finally {
      timer.abort()
    }
    if (this.#state !== TOperationState.FINISHED_STATE) this.#release()
  }

  #stop(state: number, error: SqlError): void {
    const isRunning = this.#state === TOperationState.RUNNING_STATE
    if (!isRunning && this.#state !== TOperationState.FINISHED_STATE) return
    this.#error = error
    this.#end(state)
    this.#abort.abort(error)
    this.#last = this.#last.then(() => this.#release())
  }

  #end(state: number): void {
    this.#state = state
    this.#completedMs = this.#clock.now()
  }

  #release(): void {
    this.#pages = undefined
    this.#answer?.close()
    this.#answer = undefined
  }
}

function cancelled(): SqlError {
  return new SqlError('[OPERATION_CANCELED] The operation was canceled. SQLSTATE: HY008', 'HY008')
}

function timedOut(ms: number): SqlError {
  return new SqlError(
    `[STATEMENT_TIMEOUT] The statement was stopped after ${ms / 1000} seconds. SQLSTATE: 57KD0`,
    '57KD0',
  )
}
