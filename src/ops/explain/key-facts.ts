import { type RecordBatch, RecordBatchReader } from 'apache-arrow'
import type { Json, SyncSpec } from '../../core/index.ts'
import { encodeDeletions } from '../../mapping/index.ts'
import {
  deletionOf,
  fateStatement,
  keyColumn,
  keyRowsStatement,
  numbered,
  type RowClass,
  routesStatement,
  withoutFeed,
} from '../../source/index.ts'
import type { LookedAt, Parts } from '../../sync/index.ts'

/** Rows with one key that go the same way. */
export interface Route {
  readonly destination: string
  readonly rows: number
  /** Why they are refused there. */
  readonly reject?: string
}

/** What the next run would do with a key at one destination. */
export interface Fate {
  readonly class: RowClass
  /** True for a key that is gone from the source. */
  readonly isGone: boolean
  /** Equal to what was last decided on, under the mapping of that time. */
  readonly isEqual: boolean
  /** False where the next run does not look at the key, so that nothing happens with it. */
  readonly isLookedAt: boolean
  /** Somebody it is about asked to be forgotten. */
  readonly isErased?: true
  /** Whom it is about. */
  readonly identity?: string
  /** The event's time, in ms since the epoch. */
  readonly at?: number
  /** The message that would go, but for its id. */
  readonly message?: Json
  /** Why no message can be made of the row. */
  readonly invalid?: { readonly reason: string; readonly text: string }
}

/** How the source stands to one key now. */
export interface KeyNow {
  readonly routes: readonly Route[]
  /** Absent where the destination has nothing to do with the key. */
  readonly fate?: Fate
}

/** What the next run would do with some keys: looked up, not sent, and nothing is written down. */
export async function keysNow(
  { warehouse, idSecret }: Pick<Parts, 'warehouse' | 'idSecret'>,
  sync: SyncSpec,
  looked: LookedAt,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<(key: string) => KeyNow> {
  if (keys.length === 0) return () => ({ routes: [] })
  const { query, mapping, request } = looked
  const parameters = { ...looked.parameters, ...numbered('key', keys) }
  // Where a run looks is one question, what it does there another one.
  const wide = { ...query, scope: { ...query.scope, look: { kind: 'all' as const } } }
  const [routes, fates, rows, lookedAt] = await Promise.all([
    warehouse.query(routesStatement(wide, keys.length), parameters, signal),
    warehouse.query(fateStatement(wide, keys.length), parameters, signal),
    encoded(
      warehouse.read(keyRowsStatement(wide, mapping.columns, keys.length), parameters, signal),
      mapping,
    ),
    keysLookedAt(warehouse, sync, looked, keys, signal),
  ])
  const secret = await idSecret()
  return (key) => {
    const found = fates.find((row) => row[keyColumn] === key)
    const isGone = found?._from === 'gone'
    const identity = found?._identity == null ? undefined : String(found._identity)
    const kind = deletionOf(sync)
    const deletion =
      isGone && found?._class === 'delete' && kind !== undefined && identity !== undefined
        ? encodeDeletions(kind, [{ key, identity }], {
            sync,
            destination: query.destination,
            window: { number: request.number, openedAt: request.openedAt.getTime() },
            idSecret: secret,
            traits: mapping.traits,
          })
        : undefined
    const [message] = deletion === undefined ? [rows.messages.get(key)] : messagesOf(deletion.bytes)
    const invalid = rows.invalid.get(key)
    return {
      routes: routes
        .filter((row) => row[keyColumn] === key)
        .map((row) => ({
          destination: String(row._destination),
          rows: Number(row.row_count),
          ...(row._reject === null ? {} : { reject: String(row._reject) }),
        })),
      ...(found === undefined
        ? {}
        : {
            fate: {
              class: found._class as RowClass,
              isGone,
              isEqual: found.is_equal === true,
              isLookedAt: lookedAt === undefined || lookedAt.has(key),
              ...(found._erased === true ? { isErased: true as const } : {}),
              ...(identity === undefined ? {} : { identity }),
              ...(found.at_ms === null ? {} : { at: Number(found.at_ms) }),
              ...(message === undefined ? {} : { message: withoutId(message) }),
              ...(invalid === undefined ? {} : { invalid }),
            },
          }),
    }
  }
}

/** Those of the keys that the next run looks at; undefined when it looks at all there are. */
async function keysLookedAt(
  warehouse: Parts['warehouse'],
  sync: SyncSpec,
  { query, parameters }: LookedAt,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlySet<unknown> | undefined> {
  const { look, pin } = query.scope
  if (look.kind === 'all') return undefined
  try {
    const rows = await warehouse.query(
      fateStatement(query, keys.length),
      { ...parameters, ...numbered('key', keys) },
      signal,
    )
    return new Set(rows.map((row) => row[keyColumn]))
  } catch (error) {
    withoutFeed(sync, pin, look, error)
    return undefined
  }
}

interface Encoded {
  readonly messages: ReadonlyMap<string, Json>
  readonly invalid: ReadonlyMap<string, { readonly reason: string; readonly text: string }>
}

async function encoded(
  pages: ReturnType<Parts['warehouse']['read']>,
  mapping: LookedAt['mapping'],
): Promise<Encoded> {
  const messages = new Map<string, Json>()
  const invalid = new Map<string, { reason: string; text: string }>()
  for await (const page of pages) {
    for (const batch of RecordBatchReader.from(page.messages)) {
      // One row at a time: there are few, and each names its own message.
      for (let row = 0; row < batch.numRows; row++) {
        const key = keyAt(batch, row)
        const block = mapping.encode(batch, row, row + 1)
        for (const message of messagesOf(block.bytes)) messages.set(key, message)
        for (const { reason, text } of block.invalid) invalid.set(key, { reason, text })
      }
    }
  }
  return { messages, invalid }
}

function keyAt(batch: RecordBatch, row: number): string {
  return String(batch.getChild(keyColumn)?.get(row))
}

function messagesOf(bytes: Uint8Array): Json[] {
  return JSON.parse(`[${Buffer.from(bytes).toString('utf8')}]`) as Json[]
}

/** Ids belong to a window, and no window is opened here. */
function withoutId(message: Json): Json {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return message
  const { messageId: _, ...rest } = message as Readonly<Record<string, Json>>
  return rest
}
