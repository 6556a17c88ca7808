import { z } from 'zod'
import { limits } from './limits.ts'

/*
 * The six calls as they stand in a batch (Pipelines API, 2026-09), strict: an unknown field is a mistake here, not
 * something for Customer.io to discard. Checked once per mapping or test, never per row: that costs more than sending.
 */

const text = (maxBytes: number) =>
  z
    .string()
    .min(1)
    .refine((value) => Buffer.byteLength(value) <= maxBytes, `longer than ${maxBytes} bytes`)

const personId = text(limits.personIdBytes)
const fields = z.record(z.string(), z.json())

const common = {
  messageId: z.string().min(1).optional(),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  context: fields.optional(),
  integrations: z.record(z.string(), z.boolean()).optional(),
}

const person = { userId: personId.optional(), anonymousId: personId.optional() }

const hasPerson = (message: { userId?: unknown; anonymousId?: unknown }): boolean =>
  message.userId !== undefined || message.anonymousId !== undefined
const needsPerson = 'userId or anonymousId is required'

/** Creates or updates a person. Anonymous ones are accepted and ignored by Customer.io. */
export const IdentifyMessage = z
  .strictObject({ type: z.literal('identify'), ...person, traits: fields.optional(), ...common })
  .refine(hasPerson, needsPerson)
export type IdentifyMessage = z.infer<typeof IdentifyMessage>

/** True for what became of a delivery: its schema asks for no person. */
const isDeliveryReport = ({ event }: { event: string }): boolean =>
  event.trim() === 'Report Delivery Event'

/** An event of a person; also carries deletions, suppressions, devices and delivery reports, by its name. */
export const TrackMessage = z
  .strictObject({
    type: z.literal('track'),
    ...person,
    event: text(limits.eventNameBytes).refine((name) => name.trim() !== '', 'only spaces'),
    properties: fields.optional(),
    ...common,
  })
  .refine((message) => hasPerson(message) || isDeliveryReport(message), needsPerson)
export type TrackMessage = z.infer<typeof TrackMessage>

/** A page view. */
export const PageMessage = z
  .strictObject({
    type: z.literal('page'),
    ...person,
    name: z.string().optional(),
    properties: fields.optional(),
    ...common,
  })
  .refine(hasPerson, needsPerson)
export type PageMessage = z.infer<typeof PageMessage>

/** A screen view of an app. */
export const ScreenMessage = z
  .strictObject({
    type: z.literal('screen'),
    ...person,
    name: z.string().optional(),
    properties: fields.optional(),
    ...common,
  })
  .refine(hasPerson, needsPerson)
export type ScreenMessage = z.infer<typeof ScreenMessage>

/** Creates or updates an object (type in `traits.objectTypeId`); with a person, their relationship too. */
export const GroupMessage = z.strictObject({
  type: z.literal('group'),
  groupId: text(limits.objectIdBytes),
  ...person,
  traits: fields.optional(),
  ...common,
})
export type GroupMessage = z.infer<typeof GroupMessage>

/** Merges the person `previousId` into `userId`, for ever. */
export const AliasMessage = z.strictObject({
  type: z.literal('alias'),
  userId: personId,
  previousId: personId,
  ...common,
})
export type AliasMessage = z.infer<typeof AliasMessage>

/** Any message of a batch. */
export const Message = z.discriminatedUnion('type', [
  IdentifyMessage,
  TrackMessage,
  PageMessage,
  ScreenMessage,
  GroupMessage,
  AliasMessage,
])
export type Message = z.infer<typeof Message>

/** The body of `POST /batch`. */
export const BatchBody = z.strictObject({ batch: z.array(Message).min(1) })
export type BatchBody = z.infer<typeof BatchBody>
