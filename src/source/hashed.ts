import {
  type AuditKey,
  InvalidFiles,
  isEventCall,
  type Personal,
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
}

/**
 * The hash of a key's text, in SQL; needs the parameter `:hash_key`. It is JSON text too, but no array: what stands in a
 * table says by itself whether it is hashed.
 */
export function hashedKey(text: string): string {
  return `concat('{"sha256":"', sha2(concat(:hash_key, ${text}), 256), '"}')`
}

/** The condition that a key is a hash; without it, it is the text of one. */
export function isHashedKey(key: string): string {
  return `${key} LIKE '{%'`
}

/**
 * How the control tables name the rows of a sync in a destination. Whatever is known there already decides: another form
 * would make every row a new one. Throws InvalidFiles where the sync file asks for that.
 */
export function auditKeyFor(
  sync: SyncSpec,
  personal: Personal,
  known: AuditKey | undefined,
): AuditKey {
  const { name, source, at } = sync
  if (known === undefined) return source.auditKey ?? formByContent(sync, personal)
  if (source.auditKey === undefined || source.auditKey === known) return known
  const place = { ...at(['source', 'audit_key']), code: 'audit_key_known' }
  throw new InvalidFiles([
    known === 'plain'
      ? {
          ...place,
          message: `the control tables hold keys of ${name} as they are`,
          suggestion: `run "customerio-jobs state hash ${name}", which hashes what they hold`,
        }
      : {
          ...place,
          message: `the control tables know the rows of ${name} by hashes of their keys, which nobody can turn back`,
          suggestion: 'take the line out, or give the sync a name of its own',
        },
  ])
}

/** What is hashed of a sync whose keys are. */
export function hashedOf(sync: Pick<SyncSpec, 'send' | 'onDelete'>): Hashed {
  return { persons: deletionOf(sync) === undefined }
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
  // A device is deleted by its token, which only the key tells.
  if (send.device !== undefined && deletionOf(sync) !== undefined) return 'plain'
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
