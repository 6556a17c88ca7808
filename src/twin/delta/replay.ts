import type {
  Action,
  Add,
  DeletionVector,
  DomainMetadata,
  Metadata,
  ProtocolAction,
  Remove,
  Txn,
} from './actions.ts'
import { DeltaError } from './errors.ts'

/** What the actions of all commits up to a version add up to. Never changed once it is made. */
export interface LogState {
  readonly version: number
  /** Milliseconds since the epoch at which the version was committed. */
  readonly timestamp: number
  readonly protocol: ProtocolAction
  readonly metadata: Metadata
  readonly adds: ReadonlyMap<string, Add>
  /** Removed files, until a checkpoint forgets them. */
  readonly removes: ReadonlyMap<string, Remove>
  readonly transactions: ReadonlyMap<string, Txn>
  readonly domains: ReadonlyMap<string, DomainMetadata>
}

/** Adds up actions, commit by commit. */
export class Replay {
  readonly #table: string
  #protocol: ProtocolAction | undefined
  #metadata: Metadata | undefined
  readonly #adds: Map<string, Add>
  readonly #removes: Map<string, Remove>
  readonly #transactions: Map<string, Txn>
  readonly #domains: Map<string, DomainMetadata>

  constructor(table: string, from?: LogState) {
    this.#table = table
    this.#protocol = from?.protocol
    this.#metadata = from?.metadata
    this.#adds = new Map(from?.adds)
    this.#removes = new Map(from?.removes)
    this.#transactions = new Map(from?.transactions)
    this.#domains = new Map(from?.domains)
  }

  /** Takes one action; a newer one of the same thing wins. */
  apply(action: Action): void {
    const { add, remove, metaData, protocol, txn, domainMetadata } = action
    if (add) {
      const key = fileKey(add)
      this.#removes.delete(key)
      this.#adds.set(key, add)
    }
    if (remove) {
      const key = fileKey(remove)
      this.#adds.delete(key)
      this.#removes.set(key, remove)
    }
    if (metaData) this.#metadata = metaData
    if (protocol) this.#protocol = protocol
    if (txn) this.#transactions.set(txn.appId, txn)
    if (domainMetadata?.removed) this.#domains.delete(domainMetadata.domain)
    else if (domainMetadata) this.#domains.set(domainMetadata.domain, domainMetadata)
  }

  /** The sum. The replay must not be used afterwards. */
  state(version: number, timestamp: number): LogState {
    if (this.#protocol === undefined || this.#metadata === undefined) {
      const missing = this.#protocol === undefined ? 'protocol' : 'metaData'
      throw new DeltaError(
        'DELTA_STATE_RECOVER_ERROR',
        `The log of ${this.#table} holds no ${missing} action up to version ${version}. Copy the table again, with its whole _delta_log.`,
        { table: this.#table, version },
      )
    }
    return {
      version,
      timestamp,
      protocol: this.#protocol,
      metadata: this.#metadata,
      adds: this.#adds,
      removes: this.#removes,
      transactions: this.#transactions,
      domains: this.#domains,
    }
  }
}

/** A file's identity in the log: its path and, where rows of it are deleted, the vector that says which. */
function fileKey(file: {
  readonly path: string
  readonly deletionVector?: DeletionVector | null
}): string {
  const vector = file.deletionVector
  return vector
    ? `${file.path}\n${vector.storageType}${vector.pathOrInlineDv}@${vector.offset ?? ''}`
    : file.path
}
