import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ConfigError, isError } from '../../../src/core/index.ts'
import {
  eventRules,
  type SemanticEvent,
  type SemanticEventName,
  semantic,
  semanticEvent,
} from '../../../src/customerio/index.ts'
import { propertiesOf } from './generated.ts'

type AnyBuilder = (properties?: unknown) => SemanticEvent
const byName = semanticEvent as (name: string, properties?: unknown) => SemanticEvent
const builders = semantic as unknown as Readonly<Record<string, AnyBuilder>>

/** What an error says, and that it is ours. */
function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({ code: 'MESSAGE_INVALID', exitCode: 2 })
    return isError(error) ? error.message : ''
  }
  throw new Error('it was taken')
}

it('there is one builder for every event, in its own words', () => {
  expect(Object.keys(semantic)).toHaveLength(eventRules.size)
  expect(Object.keys(semantic)).toEqual(
    expect.arrayContaining(['orderCompleted', 'emailMarkedAsSpam', 'deviceCreatedOrUpdated']),
  )
})

it.each([...eventRules.keys()])('builds %s by name and by method, and changes nothing', (name) => {
  const rule = eventRules.get(name)!
  const words = name.toLowerCase().split(' ')
  const method = words
    .map((word, i) => (i === 0 ? word : word[0]!.toUpperCase() + word.slice(1)))
    .join('')
  fc.assert(
    fc.property(propertiesOf(rule), (properties) => {
      const expected = { event: name, properties }
      expect(byName(name, properties)).toEqual(expected)
      expect(builders[method]!(properties)).toEqual(expected)
    }),
    { numRuns: 20 },
  )
})

describe('a builder', () => {
  it('knows the types of documented properties and leaves others free', () => {
    const order = semantic.orderCompleted({
      order_id: '7',
      total: 9.5,
      products: [{ sku: 'a', quantity: 2, gift: true }],
      shop: { floor: 3 },
    })
    const name: 'Order Completed' = order.event
    expect(name).toBe('Order Completed')
    // @ts-expect-error a total is a number
    expect(() => semantic.orderCompleted({ total: '9.5' })).toThrow(
      'properties.total must be a number',
    )
    // @ts-expect-error what an e-mail event is about must be said
    expect(() => semantic.emailOpened()).toThrow('properties.email_id is required')
    // @ts-expect-error there is no such event
    expect(() => semanticEvent('Order Complete')).toThrow('must be the exact name')
  })

  it('needs no properties where none is mandatory', () => {
    expect(semantic.userDeleted()).toEqual({ event: 'User Deleted', properties: {} })
    expect(semanticEvent('Cart Viewed')).toEqual({ event: 'Cart Viewed', properties: {} })
  })

  it('leaves out what is undefined', () => {
    const { properties } = semantic.cartViewed({ cart_id: undefined, a: { b: undefined, c: 1 } })
    expect(properties).toEqual({ a: { c: 1 } })
    expect(Object.keys(properties)).toEqual(['a'])
  })

  it('names every property that is wrong at once, and no value', () => {
    const text = refusal(() =>
      byName('Product Viewed', { price: 'secret', quantity: 1.5, name: ['ada@example.com'] }),
    )
    expect(text).toBe(
      '"Product Viewed" cannot be sent: properties.name must be text; properties.price must be a number; properties.quantity must be a whole number',
    )
  })

  it.each([
    ['a date', { at: new Date(0) }, 'properties.at'],
    ['a bigint', { n: 7n }, 'properties.n'],
    ['a number that is none', { a: [1, Number.NaN] }, 'properties.a[1]'],
    ['a map', { a: { b: new Map() } }, 'properties.a.b'],
    ['a hole in a list', { a: [undefined] }, 'properties.a[0]'],
    ['a list in place of properties', [], 'properties'],
  ])('refuses %s, and says where it stands', (_, properties, path) => {
    expect(refusal(() => byName('Cart Viewed', properties))).toMatch(`${path} must be`)
  })

  it('refuses what contains itself', () => {
    const circle: Record<string, unknown> = {}
    circle.me = circle
    expect(refusal(() => byName('Cart Viewed', circle))).toMatch('nested deeper than')
  })

  it('keeps a property whose name is special elsewhere', () => {
    const given = JSON.parse('{"__proto__":{"a":1},"constructor":2}') as object
    expect(JSON.stringify(byName('Cart Viewed', given).properties)).toBe(JSON.stringify(given))
  })

  it('is no door to names that only objects have', () => {
    expect(refusal(() => byName('constructor' as SemanticEventName))).toMatch('exact name')
  })
})
