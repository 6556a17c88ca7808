import { type Check, fields, integer, object, oneOf, text } from './shape.ts'

const filled: Check = (value, at, report) => {
  if (typeof value !== 'string' || value === '') report(`${at} must be a string that is not empty`)
}

const person = fields({ userId: filled }, ['userId'])

const device = fields(
  { userId: filled, context: fields({ device: fields({ token: filled }, ['token']) }, ['device']) },
  ['userId', 'context'],
)

const report = fields(
  {
    properties: fields({
      deliveryId: text,
      metric: oneOf('delivered', 'clicked', 'converted', 'opened'),
      recipient: text,
      reason: text,
      actionValue: text,
      href: text,
    }),
  },
  ['properties'],
)

/**
 * Event names of `track` that are orders to Customer.io, and what they need beyond any event. They bring their own
 * rule for who is meant.
 */
export const semanticChecks: ReadonlyMap<string, Check> = new Map([
  ['User Deleted', person],
  ['User Suppressed', person],
  ['User Unsuppressed', person],
  ['Device Created or Updated', device],
  ['Device Deleted', device],
  [
    'Object Deleted',
    fields({ anonymousId: filled, properties: fields({ objectId: text, objectTypeId: integer }) }, [
      'anonymousId',
      'properties',
    ]),
  ],
  [
    'Relationship Deleted',
    fields(
      {
        userId: filled,
        properties: fields({ objectId: filled, objectTypeId: integer }, ['objectId']),
      },
      ['userId', 'properties'],
    ),
  ],
  ['Report Delivery Event', report],
  ['Report Content Event', fields({ properties: object }, ['properties'])],
])
