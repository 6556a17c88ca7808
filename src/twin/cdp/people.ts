import { Attributes } from './attributes.ts'
import type { JsonObject } from './words.ts'

/** A person while the workspace holds it. */
export interface Person {
  id?: string
  email?: string
  readonly anonymousIds: Set<string>
  readonly traits: Attributes
  readonly events: Event[]
  readonly firstSeen: number
  lastSeen: number
}

/** An event while the workspace holds it: whose it is can change, when someone anonymous gets a name. */
export interface Event {
  person?: Person
  readonly type: 'track' | 'page' | 'screen'
  readonly messageId: string
  readonly receivedAt: number
  readonly content: JsonObject
}

/** What a person is called by others: id, else e-mail, else an anonymous id. */
export function nameOf({ id, email, anonymousIds }: Person): string {
  return id ?? email ?? [...anonymousIds][0] ?? ''
}

/** True for a userId that Customer.io takes for an e-mail address. */
export function isEmail(identifier: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(identifier)
}

/** The people of one workspace and everything they can be found by. */
export class People {
  readonly #all = new Set<Person>()
  readonly #byId = new Map<string, Person>()
  readonly #byEmail = new Map<string, Person>()
  readonly #byAnonymousId = new Map<string, Person>()
  readonly #anonymousEvents = new Map<string, Event[]>()

  /** Everyone, in the order in which they were first seen. */
  all(): Iterable<Person> {
    return this.#all
  }

  /** How many there are. */
  get count(): number {
    return this.#all.size
  }

  /** The person a userId means: by e-mail when it looks like one, else by id. */
  byUserId(userId: string): Person | undefined {
    return isEmail(userId) ? this.#byEmail.get(userId.toLowerCase()) : this.#byId.get(userId)
  }

  /** The person an anonymous id has been linked to. */
  byAnonymousId(anonymousId: string): Person | undefined {
    return this.#byAnonymousId.get(anonymousId)
  }

  /** The person a userId means, made when there is none. */
  obtain(userId: string, at: number): Person {
    const known = this.byUserId(userId)
    if (known !== undefined) {
      known.lastSeen = at
      return known
    }
    const traits = new Attributes({ emptyRemoves: false, maxBytes: Number.POSITIVE_INFINITY })
    const person: Person = {
      anonymousIds: new Set(),
      traits,
      events: [],
      firstSeen: at,
      lastSeen: at,
    }
    this.#all.add(person)
    if (isEmail(userId)) {
      person.email = userId
      this.#byEmail.set(userId.toLowerCase(), person)
      traits.merge({ email: userId }, () => {})
    } else {
      person.id = userId
      this.#byId.set(userId, person)
    }
    return person
  }

  /** Gives a person an e-mail address; when it belongs to someone else, changes nothing and returns the owner. */
  setEmail(person: Person, email: string): Person | undefined {
    const owner = this.#byEmail.get(email.toLowerCase())
    if (owner !== undefined && owner !== person) return owner
    if (person.email !== undefined) this.#byEmail.delete(person.email.toLowerCase())
    person.email = email
    this.#byEmail.set(email.toLowerCase(), person)
    return undefined
  }

  /** Takes a person's e-mail address away; false when it is all that names the person. */
  clearEmail(person: Person): boolean {
    if (person.email === undefined) return true
    if (person.id === undefined) return false
    this.#byEmail.delete(person.email.toLowerCase())
    delete person.email
    return true
  }

  /** From now on `anonymousId` is `person`, and so it was in the past. */
  link(anonymousId: string, person: Person): void {
    this.#byAnonymousId.get(anonymousId)?.anonymousIds.delete(anonymousId)
    this.#byAnonymousId.set(anonymousId, person)
    person.anonymousIds.add(anonymousId)
    for (const event of this.#anonymousEvents.get(anonymousId) ?? []) give(event, person)
    this.#anonymousEvents.delete(anonymousId)
  }

  /** Books an event to its person, or keeps it until the anonymous id gets one. */
  book(event: Event, person: Person | undefined, anonymousId: string | undefined): void {
    if (person !== undefined) give(event, person)
    else if (anonymousId !== undefined) {
      const waiting = this.#anonymousEvents.get(anonymousId)
      if (waiting === undefined) this.#anonymousEvents.set(anonymousId, [event])
      else waiting.push(event)
    }
  }

  /** Moves what `from` has and `into` lacks, and removes `from`. */
  merge(into: Person, from: Person): void {
    this.remove(from)
    for (const event of from.events) give(event, into)
    for (const anonymousId of from.anonymousIds) this.link(anonymousId, into)
    if (into.email === undefined && from.email !== undefined) this.setEmail(into, from.email)
    into.traits.fill(from.traits)
  }

  /** Forgets a person; the events stay in the workspace's log and belong to nobody. */
  remove(person: Person): void {
    this.#all.delete(person)
    if (person.id !== undefined) this.#byId.delete(person.id)
    if (person.email !== undefined) this.#byEmail.delete(person.email.toLowerCase())
    for (const anonymousId of person.anonymousIds) this.#byAnonymousId.delete(anonymousId)
    for (const event of person.events) delete event.person
  }
}

function give(event: Event, person: Person): void {
  event.person = person
  person.events.push(event)
}
