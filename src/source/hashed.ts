import { createHash } from 'node:crypto'
import {
  type AuditKey,
  ConfigError,
  InvalidFiles,
  isEventCall,
  type Personal,
  type Problem,
  type SendSpec,
  type SyncSpec,
} from '../core/index.ts'

/*
 * Keys and the people in them are personal data. Where a key tells who somebody is, the control tables hold keyed hashes,
 * which the warehouse makes and compares; the key itself only passes through.
 */

/** What is hashed before it is written down: keys always, people unless a deletion needs to name them one day. */
export interface Hashed {
  readonly persons: boolean
  /** The name of the key that hashes are made with, see {@link hashKeyName}. */
  readonly by: string
}

/** What the ledger says of the keys it holds: `plain`, or the name of the key that their hashes were made with. */
export interface KnownKeys {
  /** Those of the sync in the destination; absent where there are none. */
  readonly own?: string
  /** Those of the sync in any destination. */
  readonly any?: string
}

/** Eight hexadecimal digits that tell one key of hashes from another, and nothing else about it. */
export function hashKeyName(hashKey: string): string {
  return createHash('sha256').update(hashKey).digest('hex').slice(0, 8)
}

/**
 * How a hash is written down, in SQL: as JSON text that is no array, with the name of its key. So it says by itself that
 * it is one, and whose.
 */
export function writtenHash(hash: string, { by }: Pick<Hashed, 'by'>): string {
  return `concat('{"${by}":"', ${hash}, '"}')`
}

/** The hash of a key's text as it is written down, in SQL; needs the parameter `:hash_key`. */
export function hashedKey(text: string, hashed: Pick<Hashed, 'by'>): string {
  return writtenHash(`sha2(concat(:hash_key, ${text}), 256)`, hashed)
}

/** The condition that what is written down is a hash. */
export function isWrittenHash(text: string): string {
  return `${text} LIKE '{"________":"%'`
}

/** The bare hash in one that is written down, in SQL. */
export function hashIn(text: string): string {
  return `substring(${text}, 14, 64)`
}

/**
 * How the control tables name the rows of a sync in a destination. What is known there already decides: another form would
 * make every row a new one. Throws InvalidFiles where the sync file asks for that, or for deletions that need the key.
 */
export function auditKeyFor(sync: SyncSpec, personal: Personal, known: KnownKeys = {}): AuditKey {
  if (sync.outbox !== undefined) return 'plain'
  const { auditKey } = sync.source
  const own = formOf(known.own)
  const form = own ?? auditKey ?? formOf(known.any) ?? formByContent(sync, personal)
  if (auditKey !== undefined && auditKey !== form) throw new InvalidFiles([otherForm(sync, form)])
  if (form === 'hashed' && needsKey(sync)) throw new InvalidFiles([keyNeeded(sync)])
  return form
}

function formOf(known: string | undefined): AuditKey | undefined {
  if (known === undefined) return undefined
  return known === 'plain' ? 'plain' : 'hashed'
}

function otherForm({ name, at }: SyncSpec, known: AuditKey): Problem {
  const place = { ...at(['source', 'audit_key']), code: 'audit_key_known' }
  return known === 'plain'
    ? {
        ...place,
        message: `the control tables hold keys of ${name} as they are`,
        suggestion: `run "customerio-jobs state hash ${name}", which hashes what they hold`,
      }
    : {
        ...place,
        message: `the control tables know the rows of ${name} by hashes of their keys, which nobody can turn back`,
        suggestion: 'take the line out, or give the sync a name of its own',
      }
}

function keyNeeded({ name, at }: SyncSpec): Problem {
  return {
    ...at(['on_delete']),
    code: 'audit_key_needed',
    message: `to delete a device whose row is gone, its token is taken from the key, and the keys of ${name} are hashed`,
    suggestion: 'on_delete: ignore, or give the sync a name of its own and audit_key: plain',
  }
}

/** A device is deleted by its token, which only the key tells. */
export function needsKey(sync: Pick<SyncSpec, 'send' | 'onDelete'>): boolean {
  return sync.send.device !== undefined && deletionOf(sync) !== undefined
}

/** Throws ConfigError HASH_KEY_CHANGED where rows are known by hashes that another key made: all would look new. */
export function refuseOtherHashKey(sync: string, known: string | undefined, by: string): void {
  if (known === undefined || known === 'plain' || known === by) return
  throw new ConfigError(
    'HASH_KEY_CHANGED',
    `the rows of ${sync} are known by hashes that were made with another secret behind message_ids: under this one each would look new, or gone. Put the former secret back`,
  )
}

/** What is hashed of a sync whose keys are. */
export function hashedOf(sync: Pick<SyncSpec, 'send' | 'onDelete'>, hashKey: string): Hashed {
  return { persons: deletionOf(sync) === undefined, by: hashKeyName(hashKey) }
}

/** What a sync does about keys that are gone; a key that moved to another destination may be deleted here all the same. */
export function deletionOf({
  send: { call, to },
  onDelete,
}: Pick<SyncSpec, 'send' | 'onDelete'>): Exclude<SyncSpec['onDelete'], 'ignore'> | undefined {
  if (isEventCall(call)) return undefined
  if (onDelete !== 'ignore') return onDelete
  return to.kind === 'by' && to.moved === 'delete_old' ? 'delete' : undefined
}

/** A key is hashed by itself where it is an e-mail address, tagged as personal, or nobody can say and nobody allowed it. */
export function formByContent(sync: SyncSpec, personal: Personal): AuditKey {
  const { send, source } = sync
  if (needsKey(sync)) return 'plain'
  const { allowPii = [] } = send
  const isPersonal = (column: string) =>
    personal.kind === 'tagged'
      ? column.toLowerCase() in personal.columns
      : allowPii !== true && !allowPii.includes(column)
  const isHashed = source.key.some((column) => isMail(send, column) || isPersonal(column))
  return isHashed ? 'hashed' : 'plain'
}

/** A column that leaves as an e-mail address, or is called one. */
function isMail({ person, merge, fields }: SendSpec, column: string): boolean {
  const { email } = fields
  const mapped = email?.kind === 'column' ? email.column : undefined
  const words = column.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()
  return (
    [person?.email, merge?.email, mapped].includes(column) || /(^|_)e_?mail(_address)?$/.test(words)
  )
}
