import { describe, expect, it } from '@jest/globals'
import { heldText, releasedText } from '../../src/ops/index.ts'

describe('what a person reads of a hold', () => {
  it('names who, why, and the command that ends it', () => {
    expect(heldText({ act: 'hold', sync: 'orders', who: 'ann', why: 'prices' })).toEqual([
      'orders is held by ann: prices',
      'customerio-jobs release orders lets go',
    ])
    expect(heldText({ act: 'hold', sync: null, who: 'ann', why: 'audit' })).toEqual([
      'every sync is held by ann: audit',
      'customerio-jobs release --all lets go',
    ])
  })

  it('says what ended, and what did not', () => {
    const released = { act: 'release', who: 'ann' } as const
    expect(releasedText({ ...released, sync: 'orders', ended: 1 })).toEqual([
      'a hold of orders ended',
    ])
    expect(releasedText({ ...released, sync: null, ended: 2 })).toEqual([
      '2 holds of every sync ended',
    ])
    expect(releasedText({ ...released, sync: null, ended: 0 })).toEqual([
      'every sync was not held as such',
    ])
    expect(releasedText({ ...released, sync: 'orders', ended: 1, waiting: ['us'] })).toEqual([
      'a hold of orders ended',
      'its canary goes on (us); "customerio-jobs release orders" once more ends it',
    ])
    const still = { why: 'audit', heldBy: 'bob', heldAt: new Date(0) }
    expect(releasedText({ ...released, sync: 'orders', ended: 0, still })).toEqual([
      'orders was not held',
      'orders is still held, as every sync is, since 1970-01-01T00:00:00.000Z: audit',
      'customerio-jobs release --all lets go',
    ])
  })
})
