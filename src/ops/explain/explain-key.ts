import { ledgerIn } from '../../audit/index.ts'
import { ConfigError, type SyncSpec } from '../../core/index.ts'
import {
  destinationsOf,
  hashedKey,
  hashedOf,
  hashKey,
  keyColumn,
  keyStatement,
  type LastChange,
  lastChange,
  numbered,
  sourceSchema,
  sqlTypes,
} from '../../source/index.ts'
import type { LookedAt, Parts } from '../../sync/index.ts'
import { explainKeys } from './explain-keys.ts'
import type { KeyExplanation } from './explanation.ts'

/** What an explanation may be given. */
export interface ExplainOptions {
  /** Only this destination. */
  readonly destination?: string | undefined
  readonly signal?: AbortSignal
}

/**
 * Explains one key of a sync: the row, its last change, what the next run would do with it at each destination, and what
 * became of it so far. Reads only. A query or view is read as it is, for the one key, not written to a snapshot. The key
 * is given as one word per key column, or as it stands in the control tables. Throws ConfigError KEY_INVALID or
 * DESTINATION_UNKNOWN.
 */
export async function explainKey(
  parts: Parts,
  sync: SyncSpec,
  words: readonly string[],
  { destination, signal }: ExplainOptions = {},
): Promise<KeyExplanation> {
  const destinations = chosen(sync, destination)
  const key = await keyOf(parts, sync, words, signal)
  const found = await Promise.all(
    destinations.map((one) =>
      explainKeys(
        parts,
        sync,
        one,
        async (looked) => [await auditKeyOf(parts, sync, one, looked, key, signal)],
        signal,
      ),
    ),
  )
  const explained = found.flatMap(({ keys }) => keys)
  const looked = found.find((one) => one.looked !== undefined)?.looked
  const routes = explained.find(({ now }) => now !== undefined)?.now?.routes ?? []
  const { pin } = looked?.query.scope ?? {}
  return {
    kind: 'key',
    sync: sync.name,
    key,
    source: {
      ...('table' in sync.source.from ? { table: sync.source.from.table } : {}),
      ...(pin === undefined || pin.snapshot
        ? {}
        : { version: pin.version, committedAt: new Date(pin.committedAt) }),
      rows: routes.reduce((sum, route) => sum + route.rows, 0),
      change: await changeOf(parts, sync, looked, key, signal),
    },
    destinations: explained,
  }
}

/** The destinations that are asked about. Throws ConfigError DESTINATION_UNKNOWN for one that the sync does not have. */
function chosen({ name, send }: SyncSpec, only: string | undefined): string[] {
  const all = destinationsOf(send.to)
  if (only === undefined) return all
  if (all.includes(only)) return [only]
  throw new ConfigError(
    'DESTINATION_UNKNOWN',
    `${name} does not go to "${only}", but to ${all.join(' and ')}`,
  )
}

/** The key's text, made by the warehouse as a run makes it: 7 as a BIGINT and as a STRING are two keys. */
async function keyOf(
  { warehouse }: Parts,
  { name, source }: SyncSpec,
  words: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const [only = ''] = words
  if (words.length === 1 && isKeyText(only, source.key.length)) return only
  const columns = source.key.join(', ')
  if (words.length !== source.key.length) {
    throw new ConfigError(
      'KEY_INVALID',
      `a key of ${name} has ${source.key.length} values, one a word (${columns}), and ${words.length} were given`,
    )
  }
  const types = sqlTypes(await sourceSchema(warehouse, source.from, signal))
  const [row] = await warehouse.query(
    keyStatement(source.key, types),
    numbered('key', words),
    signal,
  )
  const key = row?.[keyColumn]
  if (typeof key === 'string') return key
  throw new ConfigError(
    'KEY_INVALID',
    `what was given is no key of ${name}: ${source.key.map((column) => `${column} is ${types[column] ?? 'missing'}`).join(', ')}`,
  )
}

/** True for a key as it stands in the control tables. */
function isKeyText(word: string, columns: number): boolean {
  try {
    const value: unknown = JSON.parse(word)
    return Array.isArray(value) ? value.length === columns : isHash(word)
  } catch {
    return false
  }
}

function isHash(key: string): boolean {
  return key.startsWith('{')
}

/** A key as the control tables name it at a destination. */
async function auditKeyOf(
  { warehouse, project, idSecret }: Parts,
  sync: SyncSpec,
  destination: string,
  looked: LookedAt | undefined,
  key: string,
  signal?: AbortSignal,
): Promise<string> {
  if (isHash(key)) return key
  const { own = 'plain' } =
    looked === undefined
      ? await ledgerIn(warehouse, project.control).keysOf(sync.name, destination)
      : { own: looked.query.scope.hashed?.by }
  if (own === 'plain') return key
  const secret = hashKey(await idSecret())
  const [row] = await warehouse.query(
    `SELECT ${hashedKey('CAST(:key_0 AS STRING)', hashedOf(sync, secret))} AS \`${keyColumn}\``,
    { ...numbered('key', [key]), hash_key: secret },
    signal,
  )
  return String(row?.[keyColumn])
}

async function changeOf(
  { warehouse, idSecret }: Parts,
  sync: SyncSpec,
  looked: LookedAt | undefined,
  key: string,
  signal?: AbortSignal,
): Promise<LastChange> {
  const { source } = sync
  if (looked === undefined) return { kind: 'unknown', because: 'a run would fail' }
  const { scope, types } = looked.query
  const secret = hashKey(await idSecret())
  const hash = isHash(key) ? { hashed: hashedOf(sync, secret), hashKey: secret } : {}
  return lastChange(warehouse, scope.pin, { key: source.key, types, ...hash }, key, signal)
}
