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

/** What a window has to do, and how its rows are counted when all are looked at. */
export interface Plan {
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
export function planOf(situation: Situation, destination: Destination): Plan {
  const { kind, mapping, rows, known } = situation
  const messages = new Map<number, Planned>()
  const counts = { rows: 0, badKeys: 0, unchanged: 0, held: 0, ignored: 0 }
  const copies = (id: number | null) => rows.filter((row) => row.id === id)
  for (const row of rows.filter((one) => destinationOf(one) === destination)) {
    counts.rows++
    if (row.id === null || copies(row.id).length > 1) {
      counts.badKeys++
      continue
    }
    const what = presentOf(situation, row, known.get(row.id))
    if (what === 'unchanged' || what === 'held') counts[what]++
    if (what === 'unchanged') continue
    const planned = { take: 'send', row, expect: fateOf(kind.call, row) } as const
    if (what === 'send') messages.set(row.id, { ...planned, required: true })
    if (what === 'send if looked at') messages.set(row.id, { ...planned, required: false })
  }
  if (kind.call === 'track') return { mapping, messages, counts }
  for (const [id, key] of known) {
    const here = copies(id).filter((row) => destinationOf(row) === destination)
    if (here.length > 0 || (key.gone && key.status === 'delivered')) continue
    counts.rows++
    if (isTakenAway(kind, key, copies(id).length)) {
      messages.set(id, { take: 'delete', expect: 'delivered', required: true })
    } else counts.ignored++
  }
  return { mapping, messages, counts }
}

/** A row with a key of its own, by what is known of the key. */
function presentOf(
  { kind: { call, mode }, mapping }: Situation,
  row: Row,
  key: Known | undefined,
): 'send' | 'send if looked at' | 'unchanged' | 'held' {
  if (key === undefined || key.gone) return 'send'
  const isEqual = key.hash === hashOf(call, key.mapping, row) && key.noRoute === hasNoRoute(row)
  if (key.status === 'undelivered') return 'send'
  if (key.status === 'refused') {
    if (!isEqual) return 'send'
    return key.mapping === mapping ? 'held' : 'send if looked at'
  }
  if (call === 'track') return 'unchanged'
  return isEqual && mode !== 'full' ? 'unchanged' : 'send'
}

/** A key that is not in the destination's rows any more; `elsewhere` counts its rows in the other's. */
function isTakenAway({ onDelete }: Kind, key: Known, elsewhere: number): boolean {
  if (!key.everDelivered && key.status !== 'undelivered') return false
  // Rows that share a key decide nothing, here or there.
  if (elsewhere > 1) return false
  return elsewhere === 1 || onDelete !== 'ignore'
}
