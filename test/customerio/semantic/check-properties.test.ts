import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  checkProperties,
  eventRules,
  type SemanticEventName,
  semanticSchemas,
} from '../../../src/customerio/index.ts'
import { doubtful, edges, propertiesOf } from './generated.ts'

const rules = [...eventRules.values()]
const ruleOf = (name: SemanticEventName) => eventRules.get(name)!

describe.each(rules.map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
  const schema = semanticSchemas[name as SemanticEventName]

  it('has a rule that allows what its schema allows, and refuses what its schema refuses', () => {
    fc.assert(
      fc.property(fc.oneof(doubtful(rule), propertiesOf(rule)), (properties) => {
        expect(checkProperties(rule, properties).length === 0).toBe(
          schema.safeParse(properties).success,
        )
      }),
      { numRuns: 60 },
    )
  })

  it('has a rule that is as strict as its schema at every edge of every property', () => {
    const [documented] = fc.sample(propertiesOf(rule), { numRuns: 1, seed: 3 })
    const different = Object.keys(rule.properties).flatMap((property) =>
      edges.filter((edge) => {
        const properties = { ...documented, [property]: edge }
        const isTaken = checkProperties(rule, properties).length === 0
        return isTaken !== schema.safeParse(properties).success
      }),
    )
    expect(different).toEqual([])
  })

  it('takes everything that is documented of it', () => {
    fc.assert(
      fc.property(propertiesOf(rule), (properties) => {
        expect(checkProperties(rule, properties)).toEqual([])
      }),
      { numRuns: 20 },
    )
  })

  it('never repeats a value', () => {
    const marked = Object.fromEntries(
      Object.keys(rule.properties).map((property) => [property, { 'ada@example.com': 'secret' }]),
    )
    expect(checkProperties(rule, marked).join()).not.toMatch(/ada|secret/)
  })
})

describe('a sentence about a property', () => {
  it.each([
    ['Order Completed', { total: '9.50' }, ['properties.total must be a number']],
    [
      'Order Completed',
      { products: [{ price: 1 }, { price: null }] },
      ['properties.products[1].price must be a number'],
    ],
    ['Order Completed', { products: {} }, ['properties.products must be an array']],
    ['Product Reviewed', { rating: 4.5 }, ['properties.rating must be a whole number']],
    [
      'Video Playback Paused',
      { sound: 101, total_length: null, position: null, livestream: 1 },
      [
        'properties.position must be a whole number',
        'properties.sound must be a whole number from 0 to 100',
        'properties.livestream must be true or false',
      ],
    ],
    [
      'Video Playback Paused',
      { total_length: 'x' },
      ['properties.total_length must be a whole number, or null'],
    ],
    [
      'Video Content Started',
      { airdate: '31.1.2026' },
      [
        'properties.airdate must be an ISO 8601 date and time with an offset, like 2026-01-31T09:30:00Z',
      ],
    ],
    [
      'Report Delivery Event',
      { metric: 'bounced' },
      [
        'properties.deliveryId is required',
        'properties.metric must be one of delivered, clicked, converted, opened',
      ],
    ],
    ['Email Opened', [], ['properties must be an object']],
    ['User Deleted', null, ['properties must be an object']],
  ] as const)('of %s says where it is and what it should be: %j', (name, properties, problems) => {
    expect(checkProperties(ruleOf(name), properties)).toEqual(problems)
  })
})
