import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { quoteName, quoteTable, quoteText, splitTable } from '../../src/warehouse/index.ts'

describe('names', () => {
  it('are safe in backticks, whatever they contain', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        const inside = quoteName(name).slice(1, -1)
        expect(inside.replaceAll('``', '')).not.toContain('`')
        expect(inside.replaceAll('``', '`')).toBe(name)
      }),
    )
  })

  it('of tables come back part by part', () => {
    const part = fc.string({ minLength: 1 }).filter((text) => !text.includes('\n'))
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
        expect(splitTable(parts.map(quoteName).join('.'))).toEqual(parts)
      }),
    )
  })

  it('take one to three parts, quoted or not', () => {
    expect(quoteTable('main.gold.customers')).toBe('`main`.`gold`.`customers`')
    expect(quoteTable('main.`a.b`.c')).toBe('`main`.`a.b`.`c`')
  })

  it.each(['', 'a.b.c.d', 'a..b', '.a', 'a.', 'a`b', '`a', '`a`b'])(
    'are refused when they are none: %j',
    (name) => {
      expect(() => quoteTable(name)).toThrow(/is not a table name/)
    },
  )
})

describe('texts', () => {
  it('end only where they should', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const inside = quoteText(text).slice(1, -1)
        expect(inside.replace(/\\[\\']/g, '')).not.toMatch(/['\\]/)
        expect(inside.replace(/\\([\\'])/g, '$1')).toBe(text)
      }),
    )
  })
})
