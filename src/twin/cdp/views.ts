import type { Device } from './devices.ts'
import { objectOf, textOf } from './effect.ts'
import { type Event, nameOf, type Person } from './people.ts'
import type { Thing } from './things.ts'
import type {
  DeviceRecord,
  EventRecord,
  ObjectRecord,
  PersonRecord,
  Region,
  RelationshipRecord,
} from './words.ts'

/** A person as others see it. */
export function viewPerson(region: Region, person: Person): PersonRecord {
  return {
    region,
    ...(person.id === undefined ? {} : { id: person.id }),
    ...(person.email === undefined ? {} : { email: person.email }),
    anonymousIds: [...person.anonymousIds],
    traits: person.traits.toObject(),
    firstSeen: person.firstSeen,
    lastSeen: person.lastSeen,
    events: person.events.length,
  }
}

/** An event as others see it. */
export function viewEvent(region: Region, event: Event): EventRecord {
  const { content, person, receivedAt } = event
  const anonymousId = textOf(content, 'anonymousId')
  const groupId = textOf(content, 'groupId')
  return {
    region,
    type: event.type,
    name: (textOf(content, event.type === 'track' ? 'event' : 'name') ?? '').trim(),
    time:
      textOf(content, 'timestamp') ??
      textOf(content, 'originalTimestamp') ??
      new Date(receivedAt).toISOString(),
    receivedAt,
    messageId: event.messageId,
    ...(person === undefined ? {} : { person: nameOf(person) }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    ...(groupId === undefined ? {} : { groupId }),
    properties: objectOf(content, 'properties'),
    context: objectOf(content, 'context'),
  }
}

/** An object as others see it. */
export function viewObject(region: Region, thing: Thing): ObjectRecord {
  const { objectTypeId, objectId, firstSeen, lastSeen } = thing
  const attributes = thing.attributes.toObject()
  return { region, objectTypeId, objectId, attributes, firstSeen, lastSeen }
}

/** A person's relationship to an object as others see it. */
export function viewRelationship(region: Region, thing: Thing, person: Person): RelationshipRecord {
  return {
    region,
    person: nameOf(person),
    objectTypeId: thing.objectTypeId,
    objectId: thing.objectId,
    attributes: thing.relations.get(person)?.toObject() ?? {},
  }
}

/** A device as others see it. */
export function viewDevice(region: Region, { person, ...device }: Device): DeviceRecord {
  return { region, person: nameOf(person), ...device }
}
