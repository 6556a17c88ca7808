import { semanticActions } from './apply-semantic.ts'
import { type Arrival, applied, type Effect, ignored, objectOf, textOf } from './effect.ts'
import type { Person } from './people.ts'
import { isObject } from './words.ts'
import type { Workspace } from './workspace.ts'

/** Lets a checked message do to the workspace what Customer.io documents. */
export function applyMessage(workspace: Workspace, arrival: Arrival): Effect {
  const { type, content } = arrival
  const order = type === 'track' ? semanticActions.get(String(content.event).trim()) : undefined
  const userId = textOf(content, 'userId')
  if (userId !== undefined && order?.reachesSuppressed !== true && workspace.isSuppressed(userId)) {
    return ignored('the person is suppressed')
  }
  if (order !== undefined) return order.act(workspace, arrival)
  if (type === 'identify') return identify(workspace, arrival)
  if (type === 'group') return group(workspace, arrival)
  if (type === 'alias') return alias(workspace, arrival)
  return book(workspace, arrival, type)
}

function identify(workspace: Workspace, arrival: Arrival): Effect {
  const { content, at } = arrival
  const traits = objectOf(content, 'traits')
  const isByEmail = content.userId === '' || content.anonymousId === ''
  const who = textOf(content, 'userId') ?? (isByEmail ? textOf(traits, 'email') : undefined)
  if (who === undefined) return ignored('anonymous identify calls are ignored')
  if (workspace.isSuppressed(who)) return ignored('the person is suppressed')
  const person = workspace.people.obtain(who, at)
  linkAnonymous(workspace, arrival, person)
  if (traits.email === undefined || setEmail(workspace, arrival, person, traits.email)) {
    person.traits.merge(traits, arrival.fail)
  } else {
    const { email: _, ...others } = traits
    person.traits.merge(others, arrival.fail)
  }
  return applied
}

/** True when the person's address may be what the trait says; else the one attribute fails, as documented. */
function setEmail(
  workspace: Workspace,
  { fail }: Arrival,
  person: Person,
  email: unknown,
): boolean {
  const refuse = (note: string) => {
    fail('email', note)
    return false
  }
  if (typeof email !== 'string' || email === '') {
    return workspace.people.clearEmail(person) || refuse('it is all that names the person')
  }
  if (workspace.isSuppressed(email)) return refuse('the address is suppressed')
  const owner = workspace.people.setEmail(person, email)
  if (owner === undefined) return true
  if (owner.id !== undefined || person.email !== undefined)
    return refuse('it belongs to another person')
  workspace.mergePeople(person, owner)
  workspace.people.setEmail(person, email)
  return true
}

function group(workspace: Workspace, arrival: Arrival): Effect {
  const { content, at, fail } = arrival
  const { objectTypeId, object_type_id, relationshipAttributes, ...attributes } = objectOf(
    content,
    'traits',
  )
  const typeId = String(objectTypeId ?? object_type_id ?? 1)
  const groupId = textOf(content, 'groupId') ?? ''
  const thing = workspace.things.upsert(typeId, groupId, attributes, at, fail)
  const person = personOf(workspace, arrival)
  const relation = isObject(relationshipAttributes) ? relationshipAttributes : {}
  if (person !== undefined) workspace.things.relate(thing, person, relation, fail)
  else if (textOf(content, 'anonymousId') !== undefined) {
    fail('relationship', 'nobody is known under the anonymous id yet')
  }
  return applied
}

function alias(workspace: Workspace, { content }: Arrival): Effect {
  const previousId = textOf(content, 'previousId') ?? ''
  const kept = workspace.people.byUserId(textOf(content, 'userId') ?? '')
  if (kept === undefined) return ignored('the person to keep is not known')
  if (workspace.isSuppressed(previousId)) return ignored('the person to merge is suppressed')
  const merged = workspace.people.byUserId(previousId) ?? workspace.people.byAnonymousId(previousId)
  if (merged === kept) return ignored('both are the same person already')
  if (merged === undefined) workspace.people.link(previousId, kept)
  else workspace.mergePeople(kept, merged)
  return applied
}

function book(workspace: Workspace, arrival: Arrival, type: 'track' | 'page' | 'screen'): Effect {
  const { content, messageId, at } = arrival
  const event = { type, messageId, receivedAt: at, content }
  workspace.events.push(event)
  workspace.people.book(event, personOf(workspace, arrival), textOf(content, 'anonymousId'))
  return applied
}

/** Whom a call is about: a userId makes its person when there is none, an anonymous id never does. */
function personOf(workspace: Workspace, arrival: Arrival): Person | undefined {
  const { content, at } = arrival
  const userId = textOf(content, 'userId')
  const anonymousId = textOf(content, 'anonymousId')
  if (userId === undefined) {
    return anonymousId === undefined ? undefined : workspace.people.byAnonymousId(anonymousId)
  }
  const person = workspace.people.obtain(userId, at)
  linkAnonymous(workspace, arrival, person)
  return person
}

function linkAnonymous(workspace: Workspace, { content }: Arrival, person: Person): void {
  const anonymousId = textOf(content, 'anonymousId')
  if (anonymousId !== undefined) workspace.people.link(anonymousId, person)
}
