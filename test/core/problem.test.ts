import { expect, it } from '@jest/globals'
import { closest, InvalidFiles } from '../../src/core/index.ts'

it('suggests the nearest word, counting two swapped letters as one slip', () => {
  expect(closest('maks', ['as', 'mask', 'nulls'])).toBe('mask')
  expect(closest('Ownr', ['owner', 'other'])).toBe('owner')
})

it('suggests nothing when nothing is near', () => {
  expect(closest('xyz', ['owner', 'sync'])).toBeUndefined()
})

it('lists every problem on a line of its own', () => {
  const problem = { file: 'a.yml', line: 2, column: 3, code: 'x', message: 'wrong' }
  expect(new InvalidFiles([problem, { ...problem, line: 4, suggestion: 'do this' }]).message).toBe(
    '2 problems:\n  a.yml:2:3  wrong\n  a.yml:4:3  wrong (do this)',
  )
})
