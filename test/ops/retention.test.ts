import { describe, expect, it } from '@jest/globals'
import { daysOf } from '../../src/ops/index.ts'
import { inList, pieces } from '../../src/ops/maintain/parts.ts'
import { daysBefore } from '../../src/ops/maintain/retention.ts'

describe('how long rows are kept', () => {
  it('is a number of days, never fewer than 35', () => {
    expect(daysOf('keep-runs', '35d')).toBe(35)
    expect(daysOf('keep-runs', '99999d')).toBe(99999)
    expect(daysBefore(99_999 * 86_400_000, 99_999)).toEqual(new Date(0))
  })

  it('may be fewer where nothing rests on what goes', () => {
    expect(daysOf('keep-payloads', '1d', 1)).toBe(1)
    expect(() => daysOf('keep-payloads', '0d', 1)).toThrow('from 1d on')
  })

  it.each(['34d', '0d', '90', '90h', '-90d', '', '1e3d', '100000d', ' 90d'])(
    'is not %p',
    (text) => {
      expect(() => daysOf('keep-runs', text)).toThrow(
        expect.objectContaining({ code: 'RETENTION_INVALID', exitCode: 2 }),
      )
    },
  )
})

describe('a long list', () => {
  it('is cut into pieces that together are the list', () => {
    expect(pieces([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
    expect(pieces([1, 2], 2)).toEqual([[1, 2]])
    expect(pieces([], 2)).toEqual([])
  })

  it('stands in a statement as parameters', () => {
    expect(inList(['a', "b'"])).toEqual({
      list: ':value_0, :value_1',
      parameters: { value_0: 'a', value_1: "b'" },
    })
  })
})
