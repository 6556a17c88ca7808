import {
  type AuditKey,
  InvalidFiles,
  isEventCall,
  type KnownKeys,
  type Personal,
  type Problem,
  type SendSpec,
  type SyncSpec,
} from '../core/index.ts'

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
