import {
  type ColumnsSpec,
  closest,
  type FieldSpec,
  fieldsName,
  type LimitsSpec,
  type ObjectSpec,
  type PersonSpec,
  type Problem,
  type RouteSpec,
  type SendSpec,
} from '../core/index.ts'
import { toField, toFields } from './field-schema.ts'
import type { Send } from './send-schema.ts'
import type { YamlFile } from './yaml-file.ts'

/** Checked input as what a sync sends; nothing, and a problem, where an object's type is not known. */
export function toSend(
  send: Send,
  to: RouteSpec,
  objectTypes: Readonly<Record<string, number>>,
  yaml: YamlFile,
  problems: Problem[],
): SendSpec | undefined {
  const object = 'object' in send ? toObject(send, objectTypes, yaml, problems) : undefined
  if ('object' in send && object === undefined) return undefined
  const person = 'keep' in send ? send.keep : 'person' in send ? send.person : undefined
  const name = fieldsName(send.call)
  const fields = name === undefined ? {} : ((send as { [key: string]: unknown })[name] ?? {})
  return {
    call: send.call,
    to,
    nulls: 'nulls' in send ? send.nulls : 'omit',
    ...(person !== undefined && { person: toPerson(person) }),
    ...('merge' in send && { merge: toPerson(send.merge) }),
    ...(object !== undefined && { object }),
    ...('token' in send && {
      device: {
        token: send.token,
        ...(send.platform !== undefined && {
          platform: toField(send.platform, ['send', 'platform']),
        }),
      },
    }),
    ...('event' in send && {
      event: typeof send.event === 'string' ? { name: send.event } : send.event,
    }),
    ...('name' in send && send.name !== undefined && { name: toName(send.name) }),
    ...(send.at !== undefined && { at: send.at }),
    fields: toFields(fields as Parameters<typeof toFields>[0], ['send', name ?? 'fields']),
    ...('columns' in send && send.columns !== undefined && { columns: toColumns(send.columns) }),
    ...('consent' in send && send.consent !== undefined && { consent: toConsent(send.consent) }),
    ...(send.context !== undefined && { context: toFields(send.context, ['send', 'context']) }),
    ...(send.integrations !== undefined && { integrations: send.integrations }),
    ...('partition' in send && send.partition !== undefined && { partition: send.partition }),
    limits: toLimits('limits' in send ? send.limits : {}),
    allow: 'allow_overrides' in send ? send.allow_overrides : [],
    ...(send.allow_pii !== undefined && { allowPii: send.allow_pii }),
  }
}

type PersonInput = NonNullable<Extract<Send, { call: 'track' }>['person']>

function toPerson(input: PersonInput): PersonSpec {
  return {
    ...(input.id !== undefined && { id: input.id }),
    ...(input.email !== undefined && { email: input.email }),
    ...(input.anonymous_id !== undefined && { anonymousId: input.anonymous_id }),
  }
}

function toObject(
  { object, type }: { readonly object: string; readonly type: string | number },
  objectTypes: Readonly<Record<string, number>>,
  yaml: YamlFile,
  problems: Problem[],
): ObjectSpec | undefined {
  const number = typeof type === 'number' ? type : objectTypes[type]
  if (number !== undefined) return { column: object, type: number }
  const known = Object.keys(objectTypes)
  const near = closest(String(type), known)
  problems.push({
    ...yaml.at(['send', 'type']),
    code: 'unknown_object_type',
    message: `"${type}" is not under object_types of customerio.yml`,
    suggestion:
      near !== undefined
        ? `did you mean "${near}"?`
        : `known: ${known.join(', ') || 'none'}; add object_types: { ${type}: <its number in Customer.io> }`,
  })
  return undefined
}

function toColumns(input: {
  readonly except: string[]
  readonly new: 'send' | 'hold'
}): ColumnsSpec {
  const { except } = input
  return { all: true, except, ...(input.new === 'hold' && { new: 'hold' }) }
}

function toName(name: string | { readonly column: string }): FieldSpec {
  const path = ['send', 'name']
  return typeof name === 'string'
    ? { kind: 'constant', value: name, path }
    : { kind: 'column', column: name.column, path: [...path, 'column'] }
}

function toConsent(input: NonNullable<Extract<Send, { call: 'identify' }>['consent']>) {
  const path = ['send', 'consent']
  return {
    ...(input.unsubscribed !== undefined && {
      unsubscribed: toField(input.unsubscribed, [...path, 'unsubscribed']),
    }),
    topics: toFields(input.topics, [...path, 'topics']),
    channels: toFields(input.channels, [...path, 'channels']),
  }
}

function toLimits(
  input: {
    readonly [K in
      | 'attribute_names'
      | 'attribute_values'
      | 'attribute_count'
      | 'event_names']?: LimitsSpec['eventNames']
  },
): LimitsSpec {
  return {
    attributeNames: input.attribute_names ?? 'error',
    attributeValues: input.attribute_values ?? 'error',
    attributeCount: input.attribute_count ?? 'error',
    eventNames: input.event_names ?? 'error',
  }
}
