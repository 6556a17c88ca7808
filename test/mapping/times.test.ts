import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Out } from '../../src/mapping/out.ts'
import { firstSecond, lastSecond, writeDay, writeIso } from '../../src/mapping/times.ts'

function written(write: (out: Out) => void): string {
  const out = new Out(1)
  write(out)
  return Buffer.from(out.written()).toString()
}

describe('times', () => {
  it('are written as toISOString writes them, for every year of four digits', () => {
    const seconds = fc.integer({ min: firstSecond, max: lastSecond })
    fc.assert(
      fc.property(seconds, fc.integer({ min: 0, max: 999 }), (second, ms) => {
        const iso = new Date(second * 1000 + ms).toISOString()
        const moment = { seconds: second, nanos: ms * 1e6 }
        expect(written((out) => writeIso(out, moment))).toBe(iso)
        expect(written((out) => writeDay(out, moment))).toBe(iso.slice(0, 10))
      }),
      { numRuns: 2000 },
    )
  })

  it('are right on every day from 1890 to 2110', () => {
    for (let day = -29_220; day <= 51_500; day++) {
      const iso = new Date(day * 86_400_000).toISOString().slice(0, 10)
      const found = written((out) => writeDay(out, { seconds: day * 86_400, nanos: 0 }))
      if (found !== iso) expect(found).toBe(iso)
    }
  })

  it.each([
    [0, '000'],
    [1_000_000, '001'],
    [1_000, '000001'],
    [120_000_000, '120'],
    [999_999_999, '999999999'],
    [1, '000000001'],
  ])('show %s nanoseconds as .%s', (nanos, digits) => {
    const found = written((out) => writeIso(out, { seconds: 0, nanos }))
    expect(found).toBe(`1970-01-01T00:00:00.${digits}Z`)
  })
})
