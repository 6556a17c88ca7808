import type { Row } from './source.ts'
import { type Destination, type Kind, type MappingName, traitsOf } from './sync-file.ts'

/*
 * The rule of what a window has to send, written down a second time, row by row, in plain TypeScript.
 */

/** What is known of a key in one destination. */
export interface Known {
  readonly status: 'delivered' | 'refused' | 'undelivered'
  /** True when the last thing decided was to take the key away. */
  readonly gone: boolean
  /** Name of the sync when it was decided. */
  readonly sync: string
  /** The row as the mapping it was sent under saw it, and that mapping. */
  readonly hash: string
  readonly mapping: MappingName
  /** True when it was refused for want of a route. */
  readonly noRoute: boolean
  /** True once anything of it was accepted. */
  readonly everDelivered: boolean
}

/** A message that a window has to bring forth. */
export interface Planned {
  readonly take: 'send' | 'delete'
  /** The row of a `send`. */
  readonly row?: Row
  readonly expect: 'delivered' | 'invalid' | 'rejected'
  /** False where it hangs on whether the key was looked at, which a mode may leave out. */
  readonly required: boolean
}

/** What makes a window: a run on schedule, or what somebody asks for by hand. */
export type WindowKind = 'sync' | 'replay' | 'backfill'

/** What a window has to do, and how its rows are counted when all are looked at. */
export interface Plan {
  readonly window: WindowKind
  /** True when it looks at every row. */
  readonly isWhole: boolean
  readonly mapping: MappingName
  readonly messages: ReadonlyMap<number, Planned>
  readonly counts: {
    rows: number
    badKeys: number
    unchanged: number
    held: number
    ignored: number
  }
}

/** What the rule looks at. */
export interface Situation {
  readonly kind: Kind
  /** Names of the sync, the one of now last. */
  readonly names: readonly string[]
  readonly mapping: MappingName
  readonly rows: readonly Row[]
  readonly known: ReadonlyMap<number, Known>
}

/** Where a row goes; one without a route stands in the first destination's window. */
export function destinationOf({ region }: Row): Destination {
  return region === 'US' ? 'us' : 'eu'
}

/** True when a row matches no route. */
export function hasNoRoute({ region }: Row): boolean {
  return region !== 'EU' && region !== 'US'
}

/** A row as a mapping sees it. */
export function hashOf(call: Kind['call'], mapping: MappingName, row: Row): string {
  const columns = [...new Set(traitsOf(call, mapping).map(([, column]) => column))].sort()
  return JSON.stringify(columns.map((column) => [column, row[column]]))
}

/** What becomes of a row's message. */
export function fateOf(call: Kind['call'], row: Row): Planned['expect'] {
  if (hasNoRoute(row) || row.name === 'big') return 'invalid'
  return call === 'identify' && !row.joined.startsWith('20') ? 'rejected' : 'delivered'
}

/** What a window of a destination has to do now. */
export function planOf(
  situation: Situation,
  destination: Destination,
  window: WindowKind = 'sync',
): Plan {
  const { kind, names, mapping, rows, known } = situation
  const isWhole =
    window === 'backfill' || (window === 'sync' && (kind.mode === 'diff' || kind.mode === 'full'))
  const messages = new Map<number, Planned>()
  const counts = { rows: 0, badKeys: 0, unchanged: 0, held: 0, ignored: 0 }
  const plan: Plan = { window, isWhole, mapping, messages, counts }
  const copies = (id: number | null) => rows.filter((row) => row.id === id)
  // A replay is about what the outcomes, which stand under the name of then, say of a key.
  const isLookedAt = (key: Known | undefined) =>
    window !== 'replay' ||
    (key !== undefined && key.status !== 'delivered' && key.sync === names.at(-1))
  for (const row of rows.filter((one) => destinationOf(one) === destination)) {
    if (row.id === null || copies(row.id).length > 1) {
      counts.rows++
      counts.badKeys++
      continue
    }
    const key = known.get(row.id)
    if (!isLookedAt(key)) continue
    counts.rows++
    const what = presentOf(situation, row, key, window)
    if (what === 'unchanged' || what === 'held') counts[what]++
    else {
      const required = what === 'send' || isWhole
      messages.set(row.id, { take: 'send', row, expect: fateOf(kind.call, row), required })
    }
  }
  if (kind.call === 'track') return plan
  for (const [id, key] of known) {
    const here = copies(id).filter((row) => destinationOf(row) === destination)
    if (here.length > 0 || (key.gone && key.status === 'delivered') || !isLookedAt(key)) continue
    counts.rows++
    if (isTakenAway(kind, key, copies(id).length)) {
      messages.set(id, { take: 'delete', expect: 'delivered', required: true })
    } else counts.ignored++
  }
  return plan
}

/** A row with a key of its own, by what is known of the key. */
function presentOf(
  { kind: { call, mode }, mapping }: Situation,
  row: Row,
  key: Known | undefined,
  window: WindowKind,
): 'send' | 'send if looked at' | 'unchanged' | 'held' {
  if (key === undefined || key.gone || key.status === 'undelivered') return 'send'
  const isEqual = key.hash === hashOf(call, key.mapping, row) && key.noRoute === hasNoRoute(row)
  if (key.status === 'refused') {
    if (!isEqual || window === 'replay') return 'send'
    return key.mapping === mapping ? 'held' : 'send if looked at'
  }
  if (call === 'track') return 'unchanged'
  return isEqual && mode !== 'full' && window !== 'backfill' ? 'unchanged' : 'send'
}

/** A key that is not in the destination's rows any more; `elsewhere` counts its rows in the other's. */
function isTakenAway({ onDelete }: Kind, key: Known, elsewhere: number): boolean {
  if (!key.everDelivered && key.status !== 'undelivered') return false
  // Rows that share a key decide nothing, here or there.
  if (elsewhere > 1) return false
  return elsewhere === 1 || onDelete !== 'ignore'
}
