import { createHmac } from 'node:crypto'
import type { SendSpec } from '../core/index.ts'
import { quoteName } from '../warehouse/index.ts'
import type { ColumnTypes } from './keys.ts'
import { pinned } from './pin.ts'

/*
 * Tombstones: who asked to be forgotten, by keyed hash only. The warehouse alone makes these hashes, those of requests as
 * well as those of rows, so that no two engines have to agree on what a small letter is.
 */

/** The tombstones that statements of an attempt go by. */
export interface Tombstones {
  /** The quoted table, at one version: what is erased meanwhile is for the next attempt. */
  readonly table: string
  readonly version: number
}

/** The key of all hashes of identifiers and keys, made from the secret of the project's ids; it tells nothing about that. */
export function hashKey(idSecret: string): string {
  return createHmac('sha256', idSecret).update('customerio-jobs erased identifiers').digest('hex')
}

/**
 * The hash of an identifier, in SQL, as tombstones have it and audit tables that must not name people; needs the parameter
 * `:hash_key`. NULL for NULL.
 */
export function identifierHash(identifier: string): string {
  return `sha2(concat(:hash_key, lower(trim(${identifier}))), 256)`
}

/** The tombstones as a relation with one column, each hash once. */
export function tombstoneRelation({ table, version }: Tombstones): string {
  return `SELECT DISTINCT identity_hash FROM ${pinned({ table, version })}`
}

/**
 * The columns that name a person in a row of a sync: those that say whom it is about, and of a profile also those that
 * become its id or e-mail address. Objects are no persons, whatever their ids look like.
 */
export function namingColumns(
  { call, person = {}, merge = {}, fields = {}, columns }: SendSpec,
  types: ColumnTypes,
): string[] {
  const said = [person, merge].flatMap(({ id, email, anonymousId }) => [id, email, anonymousId])
  const traits = call === 'identify' ? ['id', 'email'] : []
  const mapped = traits.flatMap((name) => {
    const field = fields[name]
    if (field !== undefined) return field.kind === 'column' ? [field.column] : []
    return columns !== undefined && name in types && !columns.except.includes(name) ? [name] : []
  })
  return [...new Set([...said, ...mapped])].filter((name) => name !== undefined)
}

/** Joins to tombstones by each of these expressions, and the condition that one of them is erased. */
export function joinErased(identifiers: readonly string[]): {
  readonly joins: string
  readonly isErased: string
} {
  const names = identifiers.map((_, i) => `x${i}`)
  return {
    joins: identifiers
      .map(
        (one, i) => `\nLEFT JOIN erased AS x${i} ON x${i}.identity_hash = ${identifierHash(one)}`,
      )
      .join(''),
    isErased:
      names.length === 0
        ? 'FALSE'
        : `(${names.map((name) => `${name}.identity_hash IS NOT NULL`).join(' OR ')})`,
  }
}

/** A column of a row as the text that is hashed. */
export function identifierText(column: string, row: string): string {
  return `CAST(${row}.${quoteName(column)} AS STRING)`
}
