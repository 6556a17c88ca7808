import type { FieldSpec, Fields, Nulls, Path, SendSpec } from '../core/index.ts'
import { maxIdentifierBytes } from './limits.ts'
import type { Member, Value } from './plan.ts'

/** Fields of a sync file as members of the object at `above`, in the order of the file. */
export function membersOf(fields: Fields, above: string, nulls: Nulls): Member[] {
  return Object.entries(fields).map(([name, spec]) => {
    const field = `${above}.${name}`
    return { name, field, value: fieldValue(spec, field, nulls), path: spec.path }
  })
}

/** Single preferences, by dotted names: those that are not named stay as they are (Pipelines API, identify). */
export function consentOf({ consent, nulls }: SendSpec): Member[] {
  if (consent === undefined) return []
  const single = (kind: string, prefix: string, fields: Fields): Member[] =>
    Object.entries(fields).map(([key, spec]) => {
      const name = `cio_subscription_preferences.${kind}.${prefix}${key}`
      const field = `traits.${name}`
      return {
        name,
        field,
        value: fieldValue(spec, field, nulls),
        path: spec.path,
        isAttribute: true,
      }
    })
  const { unsubscribed } = consent
  return [
    ...(unsubscribed === undefined
      ? []
      : [
          {
            name: 'unsubscribed',
            field: 'traits.unsubscribed',
            value: fieldValue(unsubscribed, 'traits.unsubscribed', nulls),
            path: unsubscribed.path,
            isAttribute: true as const,
          },
        ]),
    ...single('topics', 'topic_', consent.topics),
    ...single('channels', '', consent.channels),
  ]
}

/** The message's context: the sync's own, and the device of a call that has one. */
export function contextOf({ context = {}, device, nulls }: SendSpec): Member[] {
  const members = membersOf(context, 'context', nulls)
  if (device === undefined) return members
  const at = 'context.device'
  const own: Member[] = [
    naming('token', `${at}.token`, device.token, ['send', 'token'], Number.POSITIVE_INFINITY),
    ...(device.platform === undefined ? [] : [platformOf(device.platform)]),
  ]
  const given = members.find(({ name }) => name === 'device')
  const more = given?.value.kind === 'object' ? given.value.members : []
  return [
    ...members.filter((member) => member !== given),
    {
      name: 'device',
      field: at,
      value: { kind: 'object', members: [...own, ...more] },
      path: ['send', 'token'],
    },
  ]
}

/** Customer.io knows two platforms (Pipelines API, "Device Created or Updated"). */
function platformOf(platform: FieldSpec): Member {
  const value = fieldValue(platform, 'context.device.type', 'invalid')
  return {
    name: 'type',
    field: 'context.device.type',
    value:
      value.kind === 'column'
        ? { ...value, nulls: 'invalid', rule: { type: 'text', oneOf: ['ios', 'android'] } }
        : value,
    path: platform.path,
  }
}

/** What stands beside the payload: the object of a relationship, who is merged, the name of a page. */
export function besideOf({ call, object, merge, name, nulls }: SendSpec): Member[] {
  const other = merge?.id ?? merge?.email ?? merge?.anonymousId
  return [
    ...(call === 'relationship' && object !== undefined
      ? [naming('groupId', 'groupId', object.column, ['send', 'object'])]
      : []),
    ...(other !== undefined ? [naming('previousId', 'previousId', other, ['send', 'merge'])] : []),
    ...(name !== undefined
      ? [{ name: 'name', field: 'name', value: fieldValue(name, 'name', nulls), path: name.path }]
      : []),
  ]
}

/** A member that names something by a column: a row without it, or with a longer one, is refused. */
export function naming(
  name: string,
  field: string,
  column: string,
  path: Path,
  maxBytes = maxIdentifierBytes,
): Member {
  return {
    name,
    field,
    value: { kind: 'column', column, nulls: 'invalid', names: { maxBytes } },
    path,
  }
}

function fieldValue(spec: FieldSpec, field: string, nulls: Nulls): Value {
  if (spec.kind === 'constant') return { kind: 'constant', value: spec.value }
  if (spec.kind === 'fields')
    return { kind: 'object', members: membersOf(spec.fields, field, nulls) }
  return {
    kind: 'column',
    column: spec.column,
    nulls: spec.nulls ?? nulls,
    ...(spec.as !== undefined && { as: spec.as }),
    ...(spec.mask !== undefined && { mask: spec.mask }),
  }
}
