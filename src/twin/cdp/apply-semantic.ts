import { type Arrival, applied, type Effect, ignored, objectOf, textOf } from './effect.ts'
import type { JsonObject } from './words.ts'
import type { Workspace } from './workspace.ts'

/** An order to Customer.io that travels as the event of a `track` call. */
export interface SemanticAction {
  readonly act: (workspace: Workspace, arrival: Arrival) => Effect
  /** True when it is heard although the person is suppressed. */
  readonly reachesSuppressed?: true
}

/** The orders by the names of their events. */
export const semanticActions: ReadonlyMap<string, SemanticAction> = new Map<string, SemanticAction>(
  [
    ['User Deleted', { act: deleteUser }],
    ['User Suppressed', { act: suppressUser, reachesSuppressed: true }],
    ['User Unsuppressed', { act: unsuppressUser, reachesSuppressed: true }],
    ['Device Created or Updated', { act: upsertDevice }],
    ['Device Deleted', { act: deleteDevice }],
    ['Object Deleted', { act: deleteObject }],
    ['Relationship Deleted', { act: deleteRelationship }],
    ['Report Delivery Event', { act: report }],
    ['Report Content Event', { act: report }],
  ],
)

function deleteUser(workspace: Workspace, { content }: Arrival): Effect {
  const person = workspace.people.byUserId(userIdOf(content))
  if (person === undefined) return ignored('the person is not known')
  workspace.removePerson(person)
  return applied
}

function suppressUser(workspace: Workspace, { content, at }: Arrival): Effect {
  const userId = userIdOf(content)
  const person = workspace.people.byUserId(userId)
  for (const identifier of [userId, person?.id, person?.email]) {
    if (identifier !== undefined) workspace.suppress(identifier, at)
  }
  if (person !== undefined) workspace.removePerson(person)
  return applied
}

function unsuppressUser(workspace: Workspace, { content }: Arrival): Effect {
  return workspace.unsuppress(userIdOf(content))
    ? applied
    : ignored('the identifier is not suppressed')
}

function upsertDevice(workspace: Workspace, { content, at }: Arrival): Effect {
  const context = objectOf(content, 'context')
  const { token: _, type: platform, ...described } = objectOf(context, 'device')
  const version = textOf(objectOf(context, 'app'), 'version')
  workspace.devices.upsert({
    token: tokenOf(content),
    person: workspace.people.obtain(userIdOf(content), at),
    ...(typeof platform === 'string' ? { platform } : {}),
    attributes: {
      ...described,
      ...(version === undefined ? {} : { app_version: version }),
      ...objectOf(content, 'properties'),
    },
    lastUsed: textOf(content, 'timestamp') ?? new Date(at).toISOString(),
  })
  return applied
}

function deleteDevice(workspace: Workspace, { content }: Arrival): Effect {
  const person = workspace.people.byUserId(userIdOf(content))
  const isGone = person !== undefined && workspace.devices.remove(tokenOf(content), person)
  return isGone ? applied : ignored('the person has no such device')
}

function deleteObject(workspace: Workspace, { content }: Arrival): Effect {
  const { typeId, objectId } = objectKeyOf(content)
  return workspace.things.remove(typeId, objectId) ? applied : ignored('the object is not known')
}

function deleteRelationship(workspace: Workspace, { content }: Arrival): Effect {
  const { typeId, objectId } = objectKeyOf(content)
  const thing = workspace.things.find(typeId, objectId)
  const person = workspace.people.byUserId(userIdOf(content))
  const isGone =
    thing !== undefined && person !== undefined && workspace.things.unrelate(thing, person)
  return isGone ? applied : ignored('the relationship is not known')
}

function report(workspace: Workspace, { content, messageId, at }: Arrival): Effect {
  const event = String(content.event).trim()
  const properties = objectOf(content, 'properties')
  workspace.reports.push({ at, region: workspace.region, messageId, event, properties })
  return applied
}

function userIdOf(content: JsonObject): string {
  return textOf(content, 'userId') ?? ''
}

function tokenOf(content: JsonObject): string {
  return textOf(objectOf(objectOf(content, 'context'), 'device'), 'token') ?? ''
}

function objectKeyOf(content: JsonObject): { readonly typeId: string; readonly objectId: string } {
  const { objectTypeId, objectId } = objectOf(content, 'properties')
  return {
    typeId: String(objectTypeId ?? 1),
    objectId: typeof objectId === 'string' ? objectId : '',
  }
}
