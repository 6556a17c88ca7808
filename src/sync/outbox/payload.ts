import { z } from 'zod'

/*
 * What `payload` says by `call`: the parts of a sync file's `send`, with values in place of columns. Strict, because a
 * misspelt name would be dropped in silence.
 */

const fields = z.record(z.string(), z.json())
const text = z.string().min(1)
const common = {
  timestamp: z.iso.datetime({ offset: true }).exactOptional(),
  context: fields.exactOptional(),
  integrations: z.record(z.string(), z.boolean()).exactOptional(),
}
const visitor = { anonymous_id: text.exactOptional() }
const type = z.union([z.int().positive(), text])
const platform = z.enum(['ios', 'android'])
const view = z.strictObject({
  name: text.exactOptional(),
  properties: fields.exactOptional(),
  ...visitor,
  ...common,
})
const nothingMore = z.strictObject({ ...common })
const thing = { type, object: text }

/** The shape of the payload of every call that a row may ask for. */
export const payloads = {
  identify: z.strictObject({ traits: fields.exactOptional(), ...visitor, ...common }),
  track: z.strictObject({ event: text, properties: fields.exactOptional(), ...visitor, ...common }),
  page: view,
  screen: view,
  object: z.strictObject({ ...thing, traits: fields.exactOptional(), ...common }),
  relationship: z.strictObject({
    ...thing,
    attributes: fields.exactOptional(),
    ...visitor,
    ...common,
  }),
  device: z.strictObject({ token: text, platform, attributes: fields.exactOptional(), ...common }),
  alias: z.strictObject({ merge: text, ...common }),
  person_delete: nothingMore,
  person_suppress: nothingMore,
  person_unsuppress: nothingMore,
  object_delete: z.strictObject({ ...thing, ...common }),
  relationship_delete: z.strictObject({ ...thing, ...common }),
  device_delete: z.strictObject({ token: text, platform: platform.exactOptional(), ...common }),
  delivery_report: z.strictObject({
    delivery_id: text,
    metric: text,
    recipient: text.exactOptional(),
    reason: text.exactOptional(),
    action_value: text.exactOptional(),
    href: text.exactOptional(),
    ...common,
  }),
} as const

/** A call that a row may ask for. */
export type OutboxCall = keyof typeof payloads
