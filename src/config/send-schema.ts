import { z } from 'zod'
import { Field, FieldMap, NullPolicy } from './field-schema.ts'
import { Column, Name } from './names.ts'

const Person = z
  .strictObject({
    id: Column.optional(),
    email: Column.optional(),
    anonymous_id: Column.optional(),
  })
  .refine(
    (person) => Object.keys(person).length > 0,
    'say who: id, email or anonymous_id, each a column',
  )

const Route = z.union([
  Name.describe('a destination of customerio.yml'),
  z.strictObject({
    by: Column,
    routes: z.record(z.string(), Name),
    else: Name.or(z.literal('invalid')).default('invalid'),
    moved: z
      .enum(['stop', 'delete_old', 'keep_both'])
      .default('stop')
      .describe('a key whose route changed: stop, delete it at the old one, or leave it there too'),
  }),
])

const everyCall = {
  to: Route.optional().describe('where to; may be left out when there is one destination'),
  partition: z
    .strictObject({ by: Column })
    .describe('rows of one value share a fair part of the request budget')
    .optional(),
  context: FieldMap.optional(),
  integrations: z.record(z.string(), z.boolean()).optional(),
  allow_pii: z
    .union([z.literal(true), z.array(Column).min(1)])
    .describe('columns tagged as personal data that are sent as they are: true for all, or a list')
    .optional(),
}

const Policy = z.enum(['error', 'warn', 'truncate'])

const attributeLimits = z
  .strictObject({
    attribute_names: Policy.default('error').describe('150 bytes'),
    attribute_values: Policy.default('error').describe('1000 bytes; over it, a row is invalid'),
    attribute_count: Policy.default('error').describe('300 attributes'),
  })
  .prefault({})
  .describe('over a limit of what Customer.io stores: refuse, send all the same, or shorten')

const eventLimits = z
  .strictObject({ event_names: Policy.default('error').describe('100 bytes') })
  .prefault({})
  .describe('over a limit of what Customer.io stores: refuse, send all the same, or shorten')

/** Calls with fields of their own. */
const withFields = {
  nulls: NullPolicy.default('omit'),
  columns: z
    .strictObject({
      all: z.literal(true),
      except: z.array(Column).default([]),
      new: z
        .enum(['send', 'hold'])
        .default('send')
        .describe('columns that customerio.lock.yml does not have: send them, or hold them back'),
    })
    .describe('every column that is not named elsewhere, under its own name')
    .optional(),
  ...everyCall,
}

const Time = Column.describe("the column with the message's time; sent only where it is named")
const EventTime = Column.describe("the column with the event's time")
const Type = z
  .union([z.string().min(1), z.int().positive()])
  .describe('a name under object_types of customerio.yml, or the number of the type')
const Irreversible = z.literal('accepted', {
  error: 'Customer.io cannot take this back: write irreversible: accepted if it is meant',
})

const allowOverrides = z
  .array(z.enum(['recipient', 'from_address', 'reply_to']))
  .default([])
  .describe('properties of these names override settings of campaigns; listed ones are sent')

const Identify = z.strictObject({
  call: z.literal('identify'),
  person: Person,
  traits: FieldMap.default({}),
  consent: z
    .strictObject({
      unsubscribed: Field.optional().describe('true blocks e-mail, SMS, WhatsApp and push'),
      topics: z.record(z.string().regex(/^[1-9]\d*$/, 'the number of a topic'), Field).default({}),
      channels: z
        .partialRecord(
          z.enum(['email', 'sms', 'push', 'in_app', 'whatsapp', 'slack', 'line', 'inbox']),
          Field,
        )
        .default({}),
    })
    .describe('who may be written to, each a BOOLEAN column; preferences not named here stay')
    .optional(),
  at: Time.optional(),
  limits: attributeLimits,
  ...withFields,
})

const Track = z.strictObject({
  call: z.literal('track'),
  person: Person.optional(),
  event: z.union([
    z.string().min(1),
    z.strictObject({ column: Column, allow: z.array(z.string().min(1)).min(1) }),
  ]),
  at: EventTime,
  properties: FieldMap.default({}),
  limits: eventLimits,
  allow_overrides: allowOverrides,
  ...withFields,
})

const view = {
  person: Person,
  name: z
    .union([z.string().min(1), z.strictObject({ column: Column })])
    .describe('a text, or { column }')
    .optional(),
  at: EventTime,
  properties: FieldMap.default({}),
  allow_overrides: allowOverrides,
  ...withFields,
}

const thing = { type: Type, object: Column.describe('the column with its id') }
const token = { token: Column, platform: Field.optional() }
const order = { irreversible: Irreversible, at: Time.optional(), ...everyCall }
const { partition: _, ...inOrder } = order

/** What a sync file sends: one shape for each call. */
export const Send = z.discriminatedUnion(
  'call',
  [
    Identify,
    Track,
    z.strictObject({ call: z.literal('page'), ...view }),
    z.strictObject({ call: z.literal('screen'), ...view }),
    z.strictObject({
      call: z.literal('object'),
      ...thing,
      traits: FieldMap.default({}),
      at: Time.optional(),
      limits: attributeLimits,
      ...withFields,
    }),
    z.strictObject({
      call: z.literal('relationship'),
      ...thing,
      person: Person,
      attributes: FieldMap.default({}),
      at: Time.optional(),
      limits: attributeLimits,
      ...withFields,
    }),
    z.strictObject({
      call: z.literal('device'),
      person: Person,
      token: Column,
      platform: Field.describe('ios or android: a column, or { value }'),
      attributes: FieldMap.default({}),
      at: Column.describe('the column with the time it was last used').optional(),
      ...withFields,
    }),
    // Merges go one after the other: partitions could not be served side by side.
    z.strictObject({ call: z.literal('alias'), keep: Person, merge: Person, ...inOrder }),
    z.strictObject({ call: z.literal('person_delete'), person: Person, ...order }),
    z.strictObject({ call: z.literal('person_suppress'), person: Person, ...order }),
    z.strictObject({ call: z.literal('person_unsuppress'), person: Person, ...order }),
    z.strictObject({ call: z.literal('object_delete'), ...thing, ...order }),
    z.strictObject({ call: z.literal('relationship_delete'), ...thing, person: Person, ...order }),
    z.strictObject({ call: z.literal('device_delete'), person: Person, ...token, ...order }),
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union'
        ? 'call is identify, track, page, screen, object, relationship, device, alias, person_delete, person_suppress, person_unsuppress, object_delete, relationship_delete or device_delete'
        : undefined,
  },
)

/** The type behind {@link Send}, defaults filled in. */
export type Send = z.output<typeof Send>
