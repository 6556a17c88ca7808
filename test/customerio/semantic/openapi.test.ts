import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { PropertyRule } from '../../../src/core/index.ts'
import {
  build,
  eventRules,
  Message,
  type SemanticEvent,
  semanticEvent,
} from '../../../src/customerio/index.ts'
import { hasOpenApi, openApiCheck, openApiSchema } from '../../support/openapi.ts'
import { propertiesOf } from './generated.ts'

/** The published schema of each event that has one of its own; the others are events of `track`. */
const schemas: Readonly<Record<string, string>> = {
  'User Deleted': 'delete_person',
  'User Suppressed': 'suppress_person',
  'User Unsuppressed': 'unsuppress_person',
  'Device Created or Updated': 'create_update_device',
  'Device Deleted': 'delete_device',
  'Object Deleted': 'group_deleted',
  'Relationship Deleted': 'relationship_deleted',
  'Report Delivery Event': 'report_delivery_event',
  'Report Content Event': 'report_content_event',
}

const types: Readonly<Record<string, string>> = { text: 'string' }
const typeOf = ({ type }: PropertyRule) => types[type] ?? type
const eventOf = semanticEvent as (name: string, properties: object) => SemanticEvent
const person = { id: 'u1', anonymousId: 'a1' }
const context = { device: { token: 't1', type: 'android' } }

const suite = hasOpenApi ? describe : describe.skip
suite(`the published schema${hasOpenApi ? '' : ' (skipped: ../shared is not here)'}`, () => {
  const check = hasOpenApi ? openApiCheck() : () => undefined

  it.each([...eventRules.values()].map((rule) => [rule.name, rule] as const))(
    'holds for every %s',
    (name, rule) => {
      fc.assert(
        fc.property(propertiesOf(rule), (properties) => {
          // Its schema demands a property that no description of it names.
          const more = name === 'Report Content Event' ? { activityType: 'x' } : {}
          const message = build.track({
            person,
            ...eventOf(name, { ...properties, ...more }),
            context,
            timestamp: '2026-01-31T09:30:00.5+01:00',
          })
          expect(check(schemas[name] ?? 'track', message)).toBeUndefined()
          expect(Message.safeParse(message).success).toBe(true)
        }),
        { numRuns: 30 },
      )
    },
  )

  it.each(Object.entries(schemas))(
    'and the rule of %s name the same properties',
    (name, schema) => {
      const published = openApiSchema(schema)?.properties?.properties?.properties ?? {}
      const rule = eventRules.get(name)?.properties ?? {}
      const ours = Object.entries(rule).map(([property, one]) => [property, typeOf(one), one.oneOf])
      expect(ours).toEqual(
        Object.entries(published).map(([property, one]) => [property, one.type, one.enum]),
      )
    },
  )

  it.each([
    ['Report Delivery Event', { deliveryId: 7, metric: 'opened' }],
    ['Report Delivery Event', { deliveryId: 'd', metric: 'bounced' }],
    ['Object Deleted', { objectId: 'a', objectTypeId: '1' }],
    ['Relationship Deleted', { objectTypeId: 1 }],
  ])('refuses a %s as we do: %j', (event, properties) => {
    const message = { type: 'track', userId: 'u1', anonymousId: 'a1', event, properties }
    expect(check(schemas[event]!, message)).toBeDefined()
    expect(() => eventOf(event, properties)).toThrow('cannot be sent')
  })

  it('asks a delivery report for no person', () => {
    const message = build.deliveryReport({ deliveryId: 'd', metric: 'delivered' })
    expect(check('report_delivery_event', message)).toBeUndefined()
    expect(Message.safeParse(message).success).toBe(true)
    expect(Message.safeParse({ ...message, event: 'Other' }).success).toBe(false)
  })

  it.each([
    build.identify({ person, traits: { plan: 'a' } }),
    build.page({ person, name: 'Home', properties: { url: '/' } }),
    build.screen({ person, context }),
    build.group({ groupId: 'g', person }),
    build.object({ type: 1, object: 'g', traits: { name: 'x' } }),
    build.relationship({ type: 1, object: 'g', person, attributes: { role: 'x' } }),
    build.alias({ keep: person, merge: { id: 'u2' } }),
    build.objectDelete({ type: 1, object: 'g' }),
    build.relationshipDelete({ type: 1, object: 'g', person }),
    build.device({ person, token: 't', platform: 'ios' }),
    build.deviceDelete({ person, token: 't' }),
    build.personDelete({ person }),
    build.personSuppress({ person }),
    build.personUnsuppress({ person }),
  ])('holds for the whole message %j', (message) => {
    const own = message.type === 'track' ? schemas[message.event] : undefined
    expect(check(own ?? message.type, message)).toBeUndefined()
  })
})
