import { type ErrorContext, SourceError } from '../../core/index.ts'

/** SQLSTATEs of the error classes that the real service documents. */
const sqlStates: Readonly<Record<string, string>> = {
  DELTA_CANNOT_MODIFY_APPEND_ONLY: '42809',
  DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA: '0AKDC',
  DELTA_COLUMN_NOT_FOUND: '42703',
  DELTA_CONCURRENT_APPEND: '2D521',
  DELTA_CONCURRENT_DELETE_READ: '2D521',
  DELTA_DUPLICATE_COLUMNS_FOUND: '42711',
  DELTA_INVALID_CDC_RANGE: '22003',
  DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES: '42K05',
  DELTA_METADATA_CHANGED: '2D521',
  DELTA_PROTOCOL_CHANGED: '2D521',
  DELTA_MISSING_CHANGE_DATA: 'KD002',
  DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE: '21506',
  DELTA_NOT_NULL_CONSTRAINT_VIOLATED: '23502',
  DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION: '42816',
  DELTA_TIMESTAMP_GREATER_THAN_COMMIT: '42816',
  DELTA_UNSUPPORTED_FEATURES_FOR_READ: '56038',
  DELTA_UNSUPPORTED_FEATURES_FOR_WRITE: '56038',
  DELTA_VERSIONS_NOT_CONTIGUOUS: 'KD00C',
  DELTA_VERSION_NOT_FOUND: '22003',
  SCHEMA_NOT_EMPTY: '2BP01',
  SCHEMA_NOT_FOUND: '42704',
  TABLE_OR_VIEW_ALREADY_EXISTS: '42P07',
  TABLE_OR_VIEW_NOT_FOUND: '42P01',
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
