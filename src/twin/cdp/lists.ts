import type { Inbox } from './inbox.ts'
import type { RequestLog } from './request-log.ts'
import { viewDevice, viewEvent, viewObject, viewPerson, viewRelationship } from './views.ts'
import type { Region } from './words.ts'

/** The lists that the page shows. */
export const listNames = [
  'people',
  'events',
  'objects',
  'relationships',
  'devices',
  'messages',
  'requests',
  'dropped',
  'ignored',
  'failures',
  'suppressions',
  'reports',
] as const

/** One of the lists that the page shows. */
export type ListName = (typeof listNames)[number]

/** Which part of a list. */
export interface ListQuery {
  /** Only rows that contain this text anywhere, whatever the case. */
  readonly search: string
  readonly offset: number
  readonly limit: number
}

/** A part of a list, newest first. */
export interface ListPart {
  readonly rows: readonly object[]
  /** True when there is more of it. */
  readonly hasMore: boolean
  /** True when a search gave up before the end: it looks at the newest 50,000 rows. */
  readonly isCut: boolean
}

const mostSearched = 50_000

/** Rows of one region, oldest first, each made only when somebody looks. */
interface Column {
  readonly length: number
  at(i: number): number
  view(i: number): object
}

/** Gives a part of a list without looking at more rows than it must. */
export function listPart(
  inboxes: Readonly<Record<Region, Inbox>>,
  log: RequestLog,
  name: ListName,
  { search, offset, limit }: ListQuery,
): ListPart {
  const columns =
    name === 'requests' || name === 'dropped'
      ? [plain(log[name])]
      : [columnOf(inboxes.us, name), columnOf(inboxes.eu, name)]
  const wanted = search.toLowerCase()
  const rows: object[] = []
  let skipped = 0
  let searched = 0
  for (const view of newestFirst(columns)) {
    if (wanted === '' && skipped < offset) {
      skipped++
      continue
    }
    if (wanted !== '' && ++searched > mostSearched) return { rows, hasMore: false, isCut: true }
    const row = view()
    if (wanted !== '' && !JSON.stringify(row).toLowerCase().includes(wanted)) continue
    if (skipped < offset) skipped++
    else if (rows.length < limit) rows.push(row)
    else return { rows, hasMore: true, isCut: false }
  }
  return { rows, hasMore: false, isCut: false }
}

function columnOf(inbox: Inbox, name: Exclude<ListName, 'requests' | 'dropped'>): Column {
  const { people, things, devices, events, reports, suppressed, region } = inbox.workspace
  switch (name) {
    case 'people':
      return column(
        [...people.all()],
        (one) => one.firstSeen,
        (one) => viewPerson(region, one),
      )
    case 'events':
      return column(
        events,
        (one) => one.receivedAt,
        (one) => viewEvent(region, one),
      )
    case 'objects':
      return column(
        [...things.all()],
        (one) => one.firstSeen,
        (one) => viewObject(region, one),
      )
    case 'relationships': {
      const pairs = [...things.all()].flatMap((thing) =>
        Array.from(thing.relations.keys(), (person) => ({ thing, person })),
      )
      return column(
        pairs,
        ({ thing }) => thing.firstSeen,
        ({ thing, person }) => viewRelationship(region, thing, person),
      )
    }
    case 'devices':
      return column(
        [...devices.all()],
        (one) => Date.parse(one.lastUsed),
        (one) => viewDevice(region, one),
      )
    case 'suppressions':
      return plain(Array.from(suppressed, ([identifier, at]) => ({ region, identifier, at })))
    case 'messages':
      return column(
        [...inbox.messages.values()],
        (one) => one.firstAt,
        (one) => one,
      )
    case 'reports':
      return plain(reports)
    default:
      return plain(inbox[name])
  }
}

function plain(items: readonly (object & { readonly at: number })[]): Column {
  return column(
    items,
    (item) => item.at,
    (item) => item,
  )
}

function column<T>(
  items: readonly T[],
  at: (item: T) => number,
  view: (item: T) => object,
): Column {
  const item = (i: number) => items[i] as T
  return { length: items.length, at: (i) => at(item(i)), view: (i) => view(item(i)) }
}

function* newestFirst(columns: readonly Column[]): Iterable<() => object> {
  const places = columns.map(({ length }) => length - 1)
  for (;;) {
    let newest = -1
    for (const [c, column] of columns.entries()) {
      const place = places[c] ?? -1
      if (place < 0) continue
      const rival = columns[newest]
      if (rival === undefined || column.at(place) > rival.at(places[newest] ?? 0)) newest = c
    }
    const chosen = columns[newest]
    if (chosen === undefined) return
    const place = places[newest] ?? 0
    places[newest] = place - 1
    yield () => chosen.view(place)
  }
}
