import { expect, it } from '@jest/globals'
import { lockChange, lockChangeText } from '../../src/ops/index.ts'

const before = { columns: { id: 'INT', plan: 'STRING', old: 'STRING' }, personal: { plan: 'pii' } }

it('names the columns that are new, gone, or of another type or tag', () => {
  const now = { columns: { id: 'BIGINT', plan: 'STRING', fresh: 'DATE' }, personal: {} }
  const change = lockChange('people', before, now)
  expect(change).toEqual({
    sync: 'people',
    isNew: false,
    added: ['fresh'],
    gone: ['old'],
    changed: ['id', 'plan'],
  })
  expect(change && lockChangeText(change)).toBe('people: new: fresh; gone: old; changed: id, plan')
})

it('says nothing of a source that is as it was, and counts the columns of a new one', () => {
  expect(lockChange('people', before, before)).toBe(undefined)
  const change = lockChange('people', undefined, before)
  expect(change && lockChangeText(change)).toBe('people: 3 columns')
})
