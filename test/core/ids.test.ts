import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { messageId, newId } from '../../src/core/index.ts'

it('makes ULID-shaped ids that are the same for the same parts', () => {
  const id = messageId('secret', 1_700_000_000_000, 'event', 'orders', '["1"]')
  expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
  expect(messageId('secret', 1_700_000_000_000, 'event', 'orders', '["1"]')).toBe(id)
})

it('carries the time the way an ULID does', () => {
  expect(messageId('s', 1_469_918_176_385, 'x').slice(0, 10)).toBe('01ARYZ6S41')
  expect(newId(1_469_918_176_385).slice(0, 10)).toBe('01ARYZ6S41')
})

it('differs when the secret, a part, or the border between parts differs', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 1 }), (a, b) => {
      const id = messageId('s', 0, a, b)
      expect(messageId('t', 0, a, b)).not.toBe(id)
      expect(messageId('s', 0, a, `${b}x`)).not.toBe(id)
    }),
  )
  expect(messageId('s', 0, 'ab', 'c')).not.toBe(messageId('s', 0, 'a', 'bc'))
})

it('clamps times before 1970 instead of wrapping', () => {
  expect(messageId('s', -5, 'x').slice(0, 10)).toBe('0000000000')
})
