import { SourceError } from '../core/index.ts'
import { quoteText, type Warehouse } from '../warehouse/index.ts'
import type { Hashed } from './hashed.ts'
import { type ColumnTypes, keyExpression } from './keys.ts'
import { commitsSince, type Pin } from './pin.ts'

/** What the change feed of a table says of one key. */
export type LastChange =
  | {
      readonly kind: 'changed'
      readonly change: 'insert' | 'update' | 'delete'
      readonly version: number
      readonly committedAt: Date
      /** The commit put other rows in the place of all that were there: the row itself may be the same. */
      readonly isRebuild: boolean
    }
  /** No change from this version on; before it, nothing can be told. */
  | { readonly kind: 'none'; readonly since: number }
  | { readonly kind: 'unknown'; readonly because: string }

/** How many versions back are looked through: first many, then, where the feed does not reach so far, fewer. */
const reaches = [100, 10, 1] as const

/** What tells a key in a change feed. */
export interface KeyIn {
  readonly key: readonly string[]
  readonly types: ColumnTypes
  /** How the key that is looked for is hashed, where it is. */
  readonly hashed?: Hashed
  /** The key of the hashes. */
  readonly hashKey?: string
}

/** The newest change of a key up to the pinned version, as far as the change feed can be read. */
export async function lastChange(
  warehouse: Warehouse,
  pin: Pin,
  source: KeyIn,
  key: string,
  signal?: AbortSignal,
): Promise<LastChange> {
  const { hashKey, hashed } = source
  if (pin.snapshot) return { kind: 'unknown', because: 'a query or view has no change feed' }
  const oldest = Math.max(0, pin.version - reaches[0] + 1)
  const commits = await commitsSince(warehouse, pin.table, oldest, undefined, signal)
  const kept = Math.min(pin.version, ...commits.map(({ version }) => version))
  const starts = new Set(reaches.map((reach) => Math.max(kept, pin.version - reach + 1)))
  for (const from of starts) {
    try {
      const [row] = await warehouse.query(
        `SELECT _change_type, _commit_version, _commit_timestamp
FROM table_changes(${quoteText(pin.table.replaceAll('`', ''))}, ${from}, ${pin.version}) AS s
WHERE ${keyExpression(source.key, source.types, hashed)} = :key_0 AND _change_type <> 'update_preimage'
ORDER BY _commit_version DESC, _change_type DESC LIMIT 1`,
        { key_0: key, ...(hashKey === undefined ? {} : { hash_key: hashKey }) },
        signal,
      )
      if (row === undefined) return { kind: 'none', since: from }
      const version = Number(row._commit_version)
      const type = String(row._change_type)
      return {
        kind: 'changed',
        change: type === 'insert' || type === 'delete' ? type : 'update',
        version,
        committedAt: row._commit_timestamp as Date,
        isRebuild: commits.some((commit) => commit.version === version && commit.replacesAll),
      }
    } catch (error) {
      // The feed was off then, its files are gone, or the columns were others: fewer versions may do.
      if (!(error instanceof SourceError) || error.disposition === 'retry') throw error
    }
  }
  return {
    kind: 'unknown',
    because: 'the table has no change feed that reaches its newest version',
  }
}
