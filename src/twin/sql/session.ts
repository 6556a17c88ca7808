import type { DuckDBInstance, DuckDBResult } from '@duckdb/node-api'
import type { Clock } from '../../core/index.ts'
import type { Lake } from '../delta/index.ts'
import type { NamedParameter, SqlResult, SqlSession } from './contract.ts'
import { Cursor } from './cursor.ts'
import { asSqlError, sqlError } from './errors.ts'
import type { Defaults } from './names.ts'
import { Operation, type Outcome } from './operation.ts'
import { bindParameters } from './parameters.ts'
import { readQuery } from './query.ts'
import { nativeQuery } from './result-types.ts'
import type { Scope } from './scope.ts'
import { readStatement } from './statement.ts'

/** What every session of an engine shares. */
export interface Shared {
  readonly duckDb: DuckDBInstance
  readonly lake: Lake
  readonly clock: Clock
  readonly denied: readonly string[]
  readonly user: string
}

/** A session: the default catalog and schema, and one DuckDB connection for each statement. */
export class Session implements SqlSession {
  private readonly shared: Shared
  private defaults: Defaults
  private isClosed = false

  constructor(shared: Shared, defaults: Defaults) {
    this.shared = shared
    this.defaults = defaults
  }

  async execute(
    sql: string,
    parameters: readonly NamedParameter[],
    signal: AbortSignal,
  ): Promise<SqlResult> {
    if (this.isClosed) throw sqlError('SESSION_CLOSED', 'Invalid SessionHandle.', '08003')
    if (signal.aborted) throw canceled()
    const connection = await this.shared.duckDb.connect()
    const interrupt = () => connection.interrupt()
    signal.addEventListener('abort', interrupt)
    let isOpen = true
    const close = () => {
      if (!isOpen) return
      isOpen = false
      signal.removeEventListener('abort', interrupt)
      connection.interrupt()
      connection.closeSync()
    }
    try {
      const { lake, denied } = this.shared
      const operation = new Operation(connection, lake, denied, signal)
      const outcome = await this.run(operation, sql, parameters)
      if (signal.aborted) throw canceled()
      return { ...(await streamed(operation, outcome)), close }
    } catch (error) {
      close()
      throw signal.aborted ? canceled() : asSqlError(error)
    }
  }

  close(): void {
    this.isClosed = true
  }

  private async run(
    operation: Operation,
    sql: string,
    parameters: readonly NamedParameter[],
  ): Promise<Outcome> {
    const scope: Scope = {
      defaults: this.defaults,
      parameters: bindParameters(parameters),
      nowMs: this.shared.clock.now(),
      user: this.shared.user,
      prefix: '__relation',
      depth: 0,
      relations: [],
      mentions: [],
      ctes: [],
      lambdas: new Map(),
      query: readQuery,
    }
    const cursor = new Cursor(sql)
    const statement = readStatement(cursor, scope, (defaults) => {
      this.defaults = defaults
    })
    return await statement(operation)
  }
}

async function streamed(operation: Operation, outcome: Outcome): Promise<Omit<SqlResult, 'close'>> {
  const { query, modifiedRows } = outcome
  const counts = modifiedRows === undefined ? {} : { modifiedRows }
  if (query === undefined) return counts
  const native = await nativeQuery(operation.connection, query)
  return { ...counts, result: worded(await operation.connection.stream(native)) }
}

/** The same result, whose errors while it is read are worded as those before it. */
function worded(result: DuckDBResult): DuckDBResult {
  const fetchChunk = result.fetchChunk.bind(result)
  result.fetchChunk = () =>
    fetchChunk().catch((error: unknown) => {
      throw asSqlError(error)
    })
  return result
}

function canceled() {
  return sqlError('OPERATION_CANCELED', 'Operation has been canceled.', 'HY008')
}
