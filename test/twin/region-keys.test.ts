import { expect, it } from '@jest/globals'
import { regionKeys } from '../../src/twin/region-keys.ts'

it('takes the keys whose names begin with the region', () => {
  const customerio = { us: '1', eu: '2', 'eu-sandbox': '3', us_two: '4', europe: '5', ids: '6' }
  expect(regionKeys({ customerio, other: { eu: '7' } }, 'eu')).toEqual(['2', '3'])
  expect(regionKeys({ customerio }, 'us')).toEqual(['1', '4'])
  expect(regionKeys({}, 'us')).toEqual([])
})
