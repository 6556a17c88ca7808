import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { cutBetween } from '../../src/source/index.ts'

const place = fc.string({
  unit: fc.constantFrom(...'0123456789abcdef'),
  minLength: 64,
  maxLength: 64,
})

describe('the cut of a limited window', () => {
  it('keeps the last place before it and every later one behind it, whatever they are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(place, { minLength: 2, maxLength: 20 }), fc.nat(), (all, at) => {
        const places = [...all].sort()
        const i = at % (places.length - 1)
        const cut = cutBetween(String(places[i]), String(places[i + 1]))
        expect(places.filter((one) => one < cut)).toEqual(places.slice(0, i + 1))
      }),
    )
  })

  it('tells no more of the places than it must', () => {
    expect(cutBetween('0'.repeat(64), `1${'f'.repeat(63)}`)).toBe('1')
    expect(cutBetween('abc0', 'abd1')).toBe('abd')
  })
})
