import type { Clock } from '../../core/index.ts'
import { type NamedParameter, SqlError } from '../sql/contract.ts'
import { loadLz4 } from './compress.ts'
import { Delivery, type PageLimits } from './delivery.ts'
import { types } from './message.ts'
import { Operation } from './operation.ts'
import { success } from './refusal.ts'
import { operationStatus, resultSetMetadata } from './replies.ts'
import type { ResultFiles } from './result-files.ts'
import type { Session, Sessions } from './sessions.ts'

type ExecuteRequest = InstanceType<typeof types.TExecuteStatementReq>

/** What the service's methods work on. */
export interface ServiceParts {
  readonly sessions: Sessions
  readonly files: ResultFiles
  readonly clock: Clock
  readonly limits: PageLimits
  /** How long ExecuteStatement waits for a statement to finish before it answers "running". */
  readonly directWaitMs: number
}

/** Starts a statement in its session. Throws SqlError when the client asks for what the twin does not serve. */
export async function startStatement(
  { files, clock, limits }: ServiceParts,
  session: Session,
  request: ExecuteRequest,
  fault: string | undefined,
): Promise<Operation> {
  if (
    request.canReadArrowResult !== true ||
    request.useArrowNativeTypes?.complexTypesAsArrow !== true
  ) {
    throw new SqlError('The local warehouse serves results as native Arrow types only.', '0A000')
  }
  const parameters = (request.parameters ?? []).map(namedParameter)
  const timeoutMs = timeoutOf(request, session)
  const operation = new Operation({
    execute: (signal) =>
      fault === 'sql-error'
        ? Promise.reject(
            new SqlError(
              '[INTERNAL_ERROR] A fault rule ended this statement. SQLSTATE: XX000',
              'XX000',
            ),
          )
        : session.sql.execute(request.statement, parameters, signal),
    clock,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    delivery: new Delivery(limits, files, {
      canDownload: request.canDownloadResult === true,
      compress: request.canDecompressLZ4Result === true ? await loadLz4() : undefined,
    }),
  })
  session.operations.set(operation.id, operation)
  return operation
}

/** Waits for a statement's end, but no longer than a request may be held. */
export async function settledWithin(
  { clock, directWaitMs }: ServiceParts,
  operation: Operation,
): Promise<void> {
  const timer = new AbortController()
  const wait = clock.sleep(directWaitMs, timer.signal).catch(() => {})
  await Promise.race([operation.settled, wait])
  timer.abort()
}

/**
 * What rides along with the reply to ExecuteStatement: status, and after the end also the schema and the first
 * page. A result that is complete with it is closed right away, and the driver asks for nothing more.
 */
export async function directResults(
  { sessions }: ServiceParts,
  operation: Operation,
  maxRows: number,
  fault: string | undefined,
): Promise<object> {
  const status = { operationStatus: operationStatus(operation) }
  if (operation.state !== types.TOperationState.FINISHED_STATE) return status
  const results = { ...status, resultSetMetadata: resultSetMetadata(operation) }
  const resultSet =
    operation.pages === undefined ? undefined : await fetchPage(operation, maxRows, fault)
  const isComplete = !resultSet?.hasMoreRows && !operation.delivery.isByLinks(operation.pages)
  if (isComplete) await sessions.closeOperation(operation.id)
  return {
    ...results,
    ...(resultSet === undefined ? {} : { resultSet }),
    ...(isComplete ? { closeOperation: { status: success } } : {}),
  }
}

/** The next page of a finished statement, as FetchResults returns it. */
export function fetchPage(
  operation: Operation,
  maxRows: number,
  fault: string | undefined,
): Promise<{ status: object; hasMoreRows: boolean; results: object }> {
  return operation.read(async (pages) => {
    const isExpired = fault === 'expire-link'
    const rows = Math.max(1, maxRows)
    const results = await operation.delivery.rowSet(operation.id, pages, rows, isExpired)
    return { status: success, hasMoreRows: pages.hasMore, results }
  })
}

function namedParameter(
  parameter: NonNullable<ExecuteRequest['parameters']>[number],
): NamedParameter {
  const { name, type, value } = parameter
  if (!name) {
    throw new SqlError(
      'The local warehouse binds named parameters only, not ordinal ones.',
      '0A000',
    )
  }
  return { name, type: type ?? 'VOID', value: value?.stringValue ?? null }
}

/** The shorter of the request's own limit and the session's STATEMENT_TIMEOUT, both in seconds; 0 means none. */
function timeoutOf(request: ExecuteRequest, session: Session): number | undefined {
  const seconds = [request.queryTimeout, session.settings.get('statement_timeout')]
    .map((limit) => Number(limit ?? 0))
    .filter((limit) => limit > 0)
  return seconds.length === 0 ? undefined : Math.min(...seconds) * 1000
}
