import type { Column } from './column.ts'
import { types } from './message.ts'
import type { Operation } from './operation.ts'
import { success } from './refusal.ts'

const { TOperationType, TOperationState, TSparkRowSetType } = types

/** The 16 bytes of a UUID, as handles carry it. */
export function handleIdentifier(id: string): { guid: Buffer; secret: Buffer } {
  return { guid: Buffer.from(id.replaceAll('-', ''), 'hex'), secret: Buffer.alloc(16) }
}

/** The UUID in a handle; bytes that are none give a text that names nothing. */
export function handleId(handle: { guid: Uint8Array } | null | undefined): string {
  const hex = Buffer.from(handle?.guid ?? []).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The handle of a statement. While it runs, it is said to have a result set: only its end tells. */
export function operationHandle(operation: Operation): object {
  return {
    operationId: handleIdentifier(operation.id),
    operationType: TOperationType.EXECUTE_STATEMENT,
    hasResultSet: hasResultSet(operation),
  }
}

function hasResultSet(operation: Operation): boolean {
  const isPending = operation.state === TOperationState.RUNNING_STATE
  return isPending || operation.pages !== undefined
}

/** What GetOperationStatus tells. The service puts the bare message into `displayMessage` only. */
export function operationStatus(operation: Operation): object {
  const { error, modifiedRows } = operation
  return {
    status: success,
    operationState: operation.state,
    operationStarted: operation.startedMs,
    operationCompleted: operation.completedMs,
    hasResultSet: hasResultSet(operation),
    ...(modifiedRows === undefined ? {} : { numModifiedRows: modifiedRows }),
    ...(error === undefined
      ? {}
      : {
          sqlState: error.sqlState,
          displayMessage: error.message,
          errorMessage: `org.apache.hive.service.cli.HiveSQLException: Error running query: ${error.message}`,
        }),
  }
}

/** What GetResultSetMetadata tells. No columns at all is how a statement without a result set looks. */
export function resultSetMetadata({ pages, delivery }: Operation): object {
  return {
    status: success,
    schema: { columns: (pages?.columns ?? []).map(columnDescription) },
    resultFormat: delivery.isByLinks(pages)
      ? TSparkRowSetType.URL_BASED_SET
      : TSparkRowSetType.ARROW_BASED_SET,
    lz4Compressed: delivery.isCompressed,
    isStagingOperation: false,
    ...(pages === undefined ? {} : { arrowSchema: pages.ipc.schema }),
  }
}

function columnDescription(column: Column, index: number): object {
  const primitiveEntry = { type: column.thrift, ...typeQualifiers(column) }
  return {
    columnName: column.name,
    position: index + 1,
    typeDesc: { types: [{ primitiveEntry }] },
  }
}

function typeQualifiers(column: Column): object {
  if (column.thrift !== types.TTypeId.DECIMAL_TYPE) return {}
  const { precision, scale } = column.arrow as unknown as { precision: number; scale: number }
  return {
    typeQualifiers: {
      qualifiers: { precision: { i32Value: precision }, scale: { i32Value: scale } },
    },
  }
}
