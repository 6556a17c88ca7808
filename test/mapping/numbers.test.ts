import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  decimalText,
  exactNumber,
  shortestFloat,
  writeDouble,
  writeInteger,
  writeScaled,
} from '../../src/mapping/numbers.ts'
import { Out } from '../../src/mapping/out.ts'

function written(write: (out: Out) => void): string {
  const out = new Out(1)
  write(out)
  return Buffer.from(out.written()).toString()
}

describe('numbers', () => {
  it('writes whole numbers as JavaScript does', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: 0, max: 2e9 })),
        (n) => {
          expect(written((out) => writeInteger(out, n))).toBe(String(n))
        },
      ),
    )
    for (let power = 0; power <= 15; power++) {
      for (const n of [10 ** power - 1, 10 ** power, -(10 ** power)]) {
        expect(written((out) => writeInteger(out, n))).toBe(String(n))
      }
    }
  })

  it('writes doubles in the digits that JSON.stringify gives them', () => {
    const cents = fc.integer().map((n) => n / 100)
    const micros = fc.maxSafeInteger().map((n) => n / 1e6)
    const doubles = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(fc.oneof(doubles, cents, micros), (value) => {
        expect(written((out) => writeDouble(out, value))).toBe(JSON.stringify(value))
      }),
      { numRuns: 2000 },
    )
  })

  it('writes scaled numbers without needless zeros', () => {
    const cases: [number, number, string][] = [
      [0, 5, '0'],
      [1250, 2, '12.5'],
      [-1, 38, `-0.${'0'.repeat(37)}1`],
      [999_999_999_999_999, 15, '0.999999999999999'],
      [123_456_789_012_345, 4, '12345678901.2345'],
    ]
    for (const [unscaled, scale, text] of cases) {
      expect(written((out) => writeScaled(out, unscaled, scale))).toBe(text)
    }
  })

  it('keeps a decimal a number exactly when a double prints the same digits', () => {
    expect(exactNumber('9007199254740992')).toBe('9007199254740992')
    expect(exactNumber('9007199254740993')).toBeUndefined()
    expect(exactNumber('0.0000001')).toBe('0.0000001')
    expect(exactNumber('-0.00000000000000000015')).toBe('-0.00000000000000000015')
    expect(exactNumber(`1${'0'.repeat(30)}.00`)).toBe(`1${'0'.repeat(30)}`)
    expect(exactNumber('12345678901234567.89')).toBeUndefined()
  })

  it('prints decimals as SQL does', () => {
    expect(decimalText(-5n, 2)).toBe('-0.05')
    expect(decimalText(0n, 3)).toBe('0.000')
    expect(decimalText(7n, 0)).toBe('7')
    expect(decimalText(-7n, -2)).toBe('-700')
    expect(decimalText(0n, -2)).toBe('0')
  })

  it('finds digits for 32-bit floats that lead back to the same float', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Math.fround(shortestFloat(value))).toBe(value)
        expect(String(shortestFloat(value)).length).toBeLessThanOrEqual(String(value).length)
      }),
    )
    expect(shortestFloat(Math.fround(2.5001))).toBe(2.5001)
    expect(shortestFloat(Math.fround(10.1908455))).toBe(10.1908455)
  })
})
