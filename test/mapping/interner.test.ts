import { describe, expect, it } from '@jest/globals'
import { Interner } from '../../src/mapping/interner.ts'

const numberOf = (interner: Interner, text: string) => {
  const bytes = Buffer.from(`<${text}>`)
  return interner.indexOf(bytes, 1, bytes.length - 1)
}

describe('an interner', () => {
  it('gives equal texts one number and others another', () => {
    const interner = new Interner(10)
    const texts = ['EU', 'US', '', 'EU', 'ÉU', 'US']
    expect(texts.map((text) => numberOf(interner, text))).toEqual([0, 1, 2, 0, 3, 1])
    expect(interner.texts).toEqual(['EU', 'US', '', 'ÉU'])
  })

  it('gives all texts that come too late the number of the most', () => {
    const interner = new Interner(2)
    expect(['a', 'b', 'c', 'd', 'a'].map((text) => numberOf(interner, text))).toEqual([
      0, 1, 2, 2, 0,
    ])
  })

  it('tells apart texts whose hashes collide', () => {
    // Two known collisions of 32-bit FNV-1a.
    const interner = new Interner(10)
    const texts = ['costarring', 'liquid', 'declinate', 'macallums']
    expect(texts.map((text) => numberOf(interner, text))).toEqual([0, 1, 2, 3])
    expect(texts.map((text) => numberOf(interner, text))).toEqual([0, 1, 2, 3])
  })
})
