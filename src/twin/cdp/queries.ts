import type { Clock } from '../../core/index.ts'
import type { Inbox } from './inbox.ts'
import { type ListName, type ListPart, type ListQuery, listPart } from './lists.ts'
import type { Person } from './people.ts'
import type { KeyFilter, RequestCounts, RequestLog } from './request-log.ts'
import { viewDevice, viewEvent, viewObject, viewPerson, viewRelationship } from './views.ts'
import type {
  DeviceRecord,
  DroppedRecord,
  EventRecord,
  FailureRecord,
  IgnoredRecord,
  MessageRecord,
  ObjectRecord,
  PersonRecord,
  Region,
  RelationshipRecord,
  ReportRecord,
  RequestRecord,
  SuppressionRecord,
} from './words.ts'

/** Which events to look at; everything left out means any. */
export interface EventFilter {
  readonly region?: Region
  /** Id, e-mail address or anonymous id of the person. */
  readonly person?: string
  readonly type?: 'track' | 'page' | 'screen'
  readonly name?: string
}

/** Sums over everything received. */
export interface Counts extends RequestCounts {
  readonly people: number
  readonly events: number
  readonly objects: number
  readonly devices: number
  readonly suppressions: number
  readonly ignored: number
  readonly failures: number
}

/** A person with everything that belongs to it. */
export interface PersonDetail {
  readonly person: PersonRecord
  readonly events: readonly EventRecord[]
  readonly devices: readonly DeviceRecord[]
  readonly relationships: readonly RelationshipRecord[]
}

/** Questions to a store. Lists are in the order of arrival, those of the US before those of the EU. */
export interface Queries {
  people(region?: Region): PersonRecord[]
  /** The person of that id, e-mail address or anonymous id. */
  person(identifier: string, region?: Region): PersonRecord | undefined
  /** The same with events, devices and relationships. */
  personDetail(identifier: string, region?: Region): PersonDetail | undefined
  events(filter?: EventFilter): EventRecord[]
  objects(region?: Region): ObjectRecord[]
  relationships(region?: Region): RelationshipRecord[]
  devices(region?: Region): DeviceRecord[]
  suppressions(region?: Region): SuppressionRecord[]
  reports(region?: Region): ReportRecord[]
  /** Every message id with how often it was received. */
  messages(region?: Region): MessageRecord[]
  message(messageId: string, region?: Region): MessageRecord | undefined
  /** Accepted messages that did nothing: duplicates, calls for the suppressed, deletions of nothing. */
  ignored(region?: Region): IgnoredRecord[]
  /** Attributes that were not set although their messages were accepted. */
  failures(region?: Region): FailureRecord[]
  requests(filter?: KeyFilter): RequestRecord[]
  /** What was thrown away or refused, message by message or as a whole. */
  dropped(region?: Region): DroppedRecord[]
  counts(): Counts
  /** The most requests that one key sent to one region within any `windowMs`; 3000 ms is the documented window. */
  maxRequestsInWindow(windowMs: number, filter?: KeyFilter): number
  /** A part of a list, newest first, for the page. */
  list(name: ListName, query: ListQuery): ListPart
  /** Requests in each of the last `seconds` seconds, oldest first. */
  requestsPerSecond(seconds: number): number[]
}

/** The questions, over the inboxes of both regions and the log of requests. */
export function createQueries(
  inboxes: Readonly<Record<Region, Inbox>>,
  log: RequestLog,
  clock: Clock,
): Queries {
  const of = (region: Region | undefined) =>
    region === undefined ? [inboxes.us, inboxes.eu] : [inboxes[region]]
  const each = <T>(region: Region | undefined, list: (inbox: Inbox) => Iterable<T>): T[] =>
    of(region).flatMap((inbox) => [...list(inbox)])
  const within = <T extends { readonly region: Region }>(
    all: readonly T[],
    region?: Region,
  ): T[] => (region === undefined ? [...all] : all.filter((one) => one.region === region))
  const find = (identifier: string, region?: Region) => {
    for (const inbox of of(region)) {
      const { people } = inbox.workspace
      const person = people.byUserId(identifier) ?? people.byAnonymousId(identifier)
      if (person !== undefined) return { inbox, person }
    }
    return undefined
  }

  const queries: Queries = {
    people: (region) =>
      each(region, ({ workspace }) =>
        Array.from(workspace.people.all(), (person) => viewPerson(workspace.region, person)),
      ),
    person: (identifier, region) => queries.personDetail(identifier, region)?.person,
    personDetail(identifier, region) {
      const found = find(identifier, region)
      return found === undefined ? undefined : detailOf(found.inbox, found.person)
    },
    events: ({ region, person, type, name } = {}) =>
      each(region, ({ workspace }) => {
        const events =
          person === undefined
            ? workspace.events
            : (find(person, workspace.region)?.person.events ?? [])
        return events.map((event) => viewEvent(workspace.region, event))
      }).filter(
        (event) => (type ?? event.type) === event.type && (name ?? event.name) === event.name,
      ),
    objects: (region) =>
      each(region, ({ workspace }) =>
        Array.from(workspace.things.all(), (thing) => viewObject(workspace.region, thing)),
      ),
    relationships: (region) =>
      each(region, ({ workspace }) =>
        Array.from(workspace.things.all()).flatMap((thing) =>
          Array.from(thing.relations.keys(), (person) =>
            viewRelationship(workspace.region, thing, person),
          ),
        ),
      ),
    devices: (region) =>
      each(region, ({ workspace }) =>
        Array.from(workspace.devices.all(), (device) => viewDevice(workspace.region, device)),
      ),
    suppressions: (region) =>
      each(region, ({ workspace }) =>
        Array.from(workspace.suppressed, ([identifier, at]) => ({
          region: workspace.region,
          identifier,
          at,
        })),
      ),
    reports: (region) => each(region, ({ workspace }) => workspace.reports),
    messages: (region) => each(region, ({ messages }) => messages.values()),
    message(messageId, region) {
      for (const { messages } of of(region)) {
        const message = messages.get(messageId)
        if (message !== undefined) return message
      }
      return undefined
    },
    ignored: (region) => each(region, (inbox) => inbox.ignored),
    failures: (region) => each(region, (inbox) => inbox.failures),
    requests: ({ region, key } = {}) =>
      within(log.requests, region).filter((request) => (key ?? request.key) === request.key),
    dropped: (region) => within(log.dropped, region),
    counts: () => ({ ...log.counts, ...sizesOf(of(undefined)) }),
    maxRequestsInWindow: (windowMs, filter) => log.maxRequestsInWindow(windowMs, filter),
    list: (name, query) => listPart(inboxes, log, name, query),
    requestsPerSecond: (seconds) => log.perSecond(clock.now(), seconds),
  }
  return queries
}

function detailOf({ workspace }: Inbox, person: Person): PersonDetail {
  const { region, devices, things } = workspace
  return {
    person: viewPerson(region, person),
    events: person.events.map((event) => viewEvent(region, event)),
    devices: Array.from(devices.of(person), (device) => viewDevice(region, device)),
    relationships: Array.from(things.of(person), (thing) =>
      viewRelationship(region, thing, person),
    ),
  }
}

function sizesOf(inboxes: readonly Inbox[]): Omit<Counts, keyof RequestCounts> {
  const sum = (size: (inbox: Inbox) => number) =>
    inboxes.reduce((total, inbox) => total + size(inbox), 0)
  return {
    people: sum(({ workspace }) => workspace.people.count),
    events: sum(({ workspace }) => workspace.events.length),
    objects: sum(({ workspace }) => workspace.things.count),
    devices: sum(({ workspace }) => workspace.devices.count),
    suppressions: sum(({ workspace }) => workspace.suppressed.size),
    ignored: sum((inbox) => inbox.ignored.length),
    failures: sum((inbox) => inbox.failures.length),
  }
}
