/*
 * The actions of the Delta transaction log, as the protocol's specification names them
 * (github.com/delta-io/delta, PROTOCOL.md, "Actions"). Only the parts that are read or written here.
 */

/** A file is part of the table from here on. */
export interface Add {
  readonly path: string
  readonly partitionValues: Readonly<Record<string, string | null>>
  readonly size: number
  readonly modificationTime: number
  readonly dataChange: boolean
  readonly stats?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly deletionVector?: DeletionVector
}

/** A file is part of the table no more. */
export interface Remove {
  readonly path: string
  readonly deletionTimestamp?: number
  readonly dataChange: boolean
  readonly extendedFileMetadata?: boolean
  readonly partitionValues?: Readonly<Record<string, string | null>>
  readonly size?: number
  readonly deletionVector?: DeletionVector
}

/** Marks rows of a file as deleted. Never written here, and refused where one is in use. */
export interface DeletionVector {
  readonly storageType: string
  readonly pathOrInlineDv: string
  readonly offset?: number
}

/** Rows that a commit changed, for the change feed. */
export interface ChangeFile {
  readonly path: string
  readonly partitionValues: Readonly<Record<string, string | null>>
  readonly size: number
  readonly dataChange: false
}

/** Schema and settings of the table. */
export interface Metadata {
  readonly id: string
  readonly name?: string
  readonly description?: string
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> }
  readonly schemaString: string
  readonly partitionColumns: readonly string[]
  readonly configuration: Readonly<Record<string, string>>
  readonly createdTime?: number
}

/** What readers and writers must support. */
export interface ProtocolAction {
  readonly minReaderVersion: number
  readonly minWriterVersion: number
  readonly readerFeatures?: readonly string[]
  readonly writerFeatures?: readonly string[]
}

/** An application's progress. */
export interface Txn {
  readonly appId: string
  readonly version: number
  readonly lastUpdated?: number
}

/** Settings of a named domain; carried along, never interpreted. */
export interface DomainMetadata {
  readonly domain: string
  readonly configuration: string
  readonly removed: boolean
}

/** Where a commit came from. */
export interface CommitInfo {
  readonly timestamp?: number
  readonly inCommitTimestamp?: number
  readonly operation?: string
  readonly operationParameters?: Readonly<Record<string, unknown>>
  readonly operationMetrics?: Readonly<Record<string, unknown>>
  readonly readVersion?: number
  readonly isolationLevel?: string
  readonly isBlindAppend?: boolean
  readonly engineInfo?: string
  readonly userMetadata?: string
  readonly txnId?: string
}

/** One line of a commit: exactly one member is set. Members that are not listed are ignored, as the protocol asks. */
export interface Action {
  readonly add?: Add
  readonly remove?: Remove
  readonly cdc?: ChangeFile
  readonly metaData?: Metadata
  readonly protocol?: ProtocolAction
  readonly txn?: Txn
  readonly domainMetadata?: DomainMetadata
  readonly commitInfo?: CommitInfo
  readonly sidecar?: { readonly path: string }
}
