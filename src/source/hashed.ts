import { createHash } from 'node:crypto'
import { ConfigError, type SyncSpec, writtenHash } from '../core/index.ts'
import { deletionOf } from './audit-key.ts'

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

/** Eight hexadecimal digits that tell one key of hashes from another, and nothing else about it. */
export function hashKeyName(hashKey: string): string {
  return createHash('sha256').update(hashKey).digest('hex').slice(0, 8)
}

/** The hash of a key's text as it is written down, in SQL; needs the parameter `:hash_key`. */
export function hashedKey(text: string, hashed: Pick<Hashed, 'by'>): string {
  return writtenHash(`sha2(concat(:hash_key, ${text}), 256)`, hashed.by)
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
