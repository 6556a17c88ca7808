import { type ErrorContext, SourceError } from '../../core/index.ts'

/** SQLSTATEs of the error classes that the real service documents. */
const sqlStates: Readonly<Record<string, string>> = {
  DELTA_CANNOT_MODIFY_APPEND_ONLY: '42809',
  DELTA_CANNOT_RESTORE_TABLE_VERSION: '22003',
  DELTA_CDC_START_VERSION_AFTER_LATEST: '22003',
  DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA: '0AKDC',
  DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_SCHEMA_CHANGE: '0AKDC',
  DELTA_COLUMN_NOT_FOUND: '42703',
  DELTA_CONCURRENT_APPEND: '2D521',
  DELTA_CONCURRENT_DELETE_READ: '2D521',
  DELTA_DUPLICATE_COLUMNS_FOUND: '42711',
  DELTA_INVALID_CDC_RANGE: '22003',
  DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES: '42K05',
  DELTA_METADATA_CHANGED: '2D521',
  DELTA_OPERATION_NOT_ALLOWED: '0AKDC',
  DELTA_PROTOCOL_CHANGED: '2D521',
  DELTA_MISSING_CHANGE_DATA: 'KD002',
  DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE: '21506',
  DELTA_NOT_NULL_CONSTRAINT_VIOLATED: '23502',
  DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION: '42816',
  DELTA_TIMESTAMP_GREATER_THAN_COMMIT: '42816',
  DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP: '0AKDC',
  DELTA_UNSUPPORTED_DROP_COLUMN: '0AKDC',
  DELTA_UNSUPPORTED_FEATURES_FOR_READ: '56038',
  DELTA_UNSUPPORTED_FEATURES_FOR_WRITE: '56038',
  DELTA_UNSUPPORTED_RENAME_COLUMN: '0AKDC',
  DELTA_UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION: '0AKDC',
  DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT: '22003',
  DELTA_VERSIONS_NOT_CONTIGUOUS: 'KD00C',
  DELTA_VERSION_NOT_FOUND: '22003',
  'FAILED_READ_FILE.DBR_FILE_NOT_EXIST': 'KD001',
  FIELD_ALREADY_EXISTS: '42710',
  FIELD_NOT_FOUND: '42704',
  SCHEMA_NOT_EMPTY: '2BP01',
  SCHEMA_NOT_FOUND: '42704',
  TABLE_OR_VIEW_ALREADY_EXISTS: '42P07',
  TABLE_OR_VIEW_NOT_FOUND: '42P01',
  'UNRESOLVED_COLUMN.WITH_SUGGESTION': '42703',
}

/**
 * The local tables refuse or fail. `code` is the real service's error class where it has one; the message says
 * what to do and holds names and numbers only, never a value of a row.
 */
export class DeltaError extends SourceError {
  /** SQLSTATE of the code; `KD000` where none is known. */
  readonly sqlState: string

  constructor(code: string, message: string, context: ErrorContext = {}, cause?: unknown) {
    super(code, message, { context, cause })
    this.sqlState = sqlStates[code] ?? 'KD000'
  }
}

/** Somebody else committed in between, and what they did cannot be combined with this change. Nothing was written. */
export class ConcurrentModification extends DeltaError {
  constructor(code: string, table: string, version: number, what: string) {
    super(
      code,
      `Version ${version} of ${table}, committed meanwhile by another writer, ${what}. Nothing was written; run the statement again.`,
      { table, version },
    )
  }
}
