import { Attributes, type OnFailure } from './attributes.ts'
import { maxObjectBytes } from './limits.ts'
import type { Person } from './people.ts'
import type { JsonObject } from './words.ts'

/** An object while the workspace holds it. */
export interface Thing {
  readonly objectTypeId: string
  readonly objectId: string
  readonly attributes: Attributes
  readonly relations: Map<Person, Attributes>
  readonly firstSeen: number
  lastSeen: number
}

/** The objects of one workspace and who is related to them. */
export class Things {
  readonly #all = new Map<string, Thing>()
  readonly #byPerson = new Map<Person, Set<Thing>>()

  /** Every object, in the order in which they were first seen. */
  all(): Iterable<Thing> {
    return this.#all.values()
  }

  /** How many there are. */
  get count(): number {
    return this.#all.size
  }

  /** The object of that type and id. */
  find(objectTypeId: string, objectId: string): Thing | undefined {
    return this.#all.get(keyOf(objectTypeId, objectId))
  }

  /** Makes the object or updates its attributes. */
  upsert(
    objectTypeId: string,
    objectId: string,
    traits: JsonObject,
    at: number,
    onFailure: OnFailure,
  ): Thing {
    const known = this.find(objectTypeId, objectId)
    const thing = known ?? {
      objectTypeId,
      objectId,
      attributes: newAttributes(),
      relations: new Map<Person, Attributes>(),
      firstSeen: at,
      lastSeen: at,
    }
    if (known === undefined) this.#all.set(keyOf(objectTypeId, objectId), thing)
    thing.lastSeen = at
    thing.attributes.merge(traits, onFailure)
    return thing
  }

  /** Relates a person to an object, or updates the attributes of the relationship. */
  relate(thing: Thing, person: Person, attributes: JsonObject, onFailure: OnFailure): void {
    const known = thing.relations.get(person) ?? newAttributes()
    known.merge(attributes, onFailure)
    this.#tie(thing, person, known)
  }

  /** Ends a relationship; false when there was none. */
  unrelate(thing: Thing, person: Person): boolean {
    this.#byPerson.get(person)?.delete(thing)
    return thing.relations.delete(person)
  }

  /** The objects a person is related to. */
  of(person: Person): Iterable<Thing> {
    return this.#byPerson.get(person) ?? []
  }

  /** Forgets an object and its relationships; false when it was not there. */
  remove(objectTypeId: string, objectId: string): boolean {
    const thing = this.find(objectTypeId, objectId)
    if (thing === undefined) return false
    for (const person of thing.relations.keys()) this.#byPerson.get(person)?.delete(thing)
    return this.#all.delete(keyOf(objectTypeId, objectId))
  }

  /** Forgets a person's relationships, or hands them to `heir`, whose own come first. */
  release(person: Person, heir?: Person): void {
    for (const thing of this.of(person)) {
      const attributes = thing.relations.get(person)
      thing.relations.delete(person)
      if (heir === undefined || attributes === undefined || thing.relations.has(heir)) continue
      this.#tie(thing, heir, attributes)
    }
    this.#byPerson.delete(person)
  }

  #tie(thing: Thing, person: Person, attributes: Attributes): void {
    thing.relations.set(person, attributes)
    const things = this.#byPerson.get(person) ?? new Set()
    this.#byPerson.set(person, things.add(thing))
  }
}

function newAttributes(): Attributes {
  return new Attributes({ emptyRemoves: true, maxBytes: maxObjectBytes })
}

function keyOf(objectTypeId: string, objectId: string): string {
  return `${objectTypeId}/${objectId}`
}
