/*
 * How the control tables name rows and people. A hash is written down as JSON text that is no array, with the name of the
 * key it was made with, which has eight characters: so it says by itself that it is one, and whose. Everything here is SQL.
 */

/** How the control tables name rows and people: as the source does, or by keyed hashes. */
export type AuditKey = 'plain' | 'hashed'

/** What the control tables say of the keys they hold: `plain`, or the name of the key that their hashes were made with. */
export interface KnownKeys {
  /** Those of the sync in the destination; absent where there are none. */
  readonly own?: string
  /** Those of the sync in any destination. */
  readonly any?: string
}

/** A hash as it is written down; `by` names its key. */
export function writtenHash(hash: string, by: string): string {
  return `concat('{"${by}":"', ${hash}, '"}')`
}

/** The condition that what is written down is a hash. */
export function isWrittenHash(text: string): string {
  return `${text} LIKE '{"________":"%'`
}

/** The bare hash, from how it is written down. */
export function hashIn(text: string): string {
  return `substring(${text}, 14, 64)`
}

/** The name of the key that a hash was made with, from how it is written down. */
export function hashKeyNameIn(text: string): string {
  return `substring(${text}, 3, 8)`
}
