import { describe, expect, it } from '@jest/globals'
import { nextStart } from '../../src/config/index.ts'
import { readQuartz } from '../../src/config/quartz.ts'

const starts = (cron: string, count = 3) => {
  const { next } = readQuartz(cron)
  const found: string[] = []
  let at: Date | undefined = new Date('2026-11-23T00:00:00Z')
  while (found.length < count) {
    at = next(at)
    if (at === undefined) break
    found.push(at.toISOString().slice(0, 19))
  }
  return found
}
const hours = (cron: string) => {
  const { longestGapMs } = readQuartz(cron)
  return longestGapMs === undefined ? undefined : longestGapMs / 3_600_000
}

describe('the next starts of a Quartz expression', () => {
  it.each([
    ['0 0 3 * * ?', ['2026-11-23T03:00:00', '2026-11-24T03:00:00', '2026-11-25T03:00:00']],
    ['0 15 10 ? * MON-FRI', ['2026-11-23T10:15:00', '2026-11-24T10:15:00', '2026-11-25T10:15:00']],
    ['0 0 6 ? * FRI-MON', ['2026-11-23T06:00:00', '2026-11-27T06:00:00', '2026-11-28T06:00:00']],
    ['0 0/20 * * * ?', ['2026-11-23T00:20:00', '2026-11-23T00:40:00', '2026-11-23T01:00:00']],
    ['0 5/30 8-9 ? * 2-6', ['2026-11-23T08:05:00', '2026-11-23T08:35:00', '2026-11-23T09:05:00']],
    ['0 0 22-1 * * ?', ['2026-11-23T01:00:00', '2026-11-23T22:00:00', '2026-11-23T23:00:00']],
    ['0 0 6 L * ?', ['2026-11-30T06:00:00', '2026-12-31T06:00:00', '2027-01-31T06:00:00']],
    ['0 0 6 L-3 * ?', ['2026-11-27T06:00:00', '2026-12-28T06:00:00', '2027-01-28T06:00:00']],
    ['0 0 6 LW * ?', ['2026-11-30T06:00:00', '2026-12-31T06:00:00', '2027-01-29T06:00:00']],
    ['0 0 6 15W * ?', ['2026-12-15T06:00:00', '2027-01-15T06:00:00', '2027-02-15T06:00:00']],
    ['0 0 6 1W * ?', ['2026-12-01T06:00:00', '2027-01-01T06:00:00', '2027-02-01T06:00:00']],
    ['0 0 6 31W * ?', ['2026-12-31T06:00:00', '2027-01-29T06:00:00', '2027-03-31T06:00:00']],
    ['0 0 6 ? * L', ['2026-11-28T06:00:00', '2026-12-05T06:00:00', '2026-12-12T06:00:00']],
    ['0 0 6 ? * 6L', ['2026-11-27T06:00:00', '2026-12-25T06:00:00', '2027-01-29T06:00:00']],
    ['0 0 6 ? * MON#1', ['2026-12-07T06:00:00', '2027-01-04T06:00:00', '2027-02-01T06:00:00']],
    ['0 0 6 1,15 JAN,jul ?', ['2027-01-01T06:00:00', '2027-01-15T06:00:00', '2027-07-01T06:00:00']],
    ['0 0 6 1 1 ? 2028', ['2028-01-01T06:00:00']],
    ['0 0 6 31 2 ?', []],
  ])('%s', (cron, expected) => {
    expect(starts(cron)).toEqual(expected)
  })

  it('keep to the month where the nearest weekday would leave it', () => {
    // 2027-05-01 is a Saturday, 2027-08-01 a Sunday, 2027-10-31 a Sunday.
    const { next } = readQuartz('0 0 6 1W * ?')
    expect(next(new Date('2027-04-30T00:00:00Z'))?.toISOString()).toContain('2027-05-03')
    expect(next(new Date('2027-07-30T00:00:00Z'))?.toISOString()).toContain('2027-08-02')
    const last = readQuartz('0 0 6 31W * ?')
    expect(last.next(new Date('2027-10-20T00:00:00Z'))?.toISOString()).toContain('2027-10-29')
  })
})

describe('the next start of a job', () => {
  const job = { name: 'crm', share: 1, syncs: ['people'], after: {}, slices: {} }
  const started = new Date('2026-11-27T03:00:04Z')

  it('is a period after it was started', () => {
    const next = nextStart({ ...job, everyMs: 3_600_000 }, started)
    expect(next?.toISOString()).toBe('2026-11-27T04:00:04.000Z')
  })

  it('is when its expression comes again', () => {
    const next = nextStart({ ...job, cron: '0 0 3 ? * MON-FRI' }, started)
    expect(next?.toISOString()).toBe('2026-11-30T03:00:00.000Z')
  })

  it('is not known where no clock starts it', () => {
    expect(nextStart({ ...job, onTableUpdate: ['main.gold.people'] }, started)).toBeUndefined()
  })
})

describe('the longest time between two starts', () => {
  it.each([
    ['0 0 3 * * ?', 24],
    ['0 0 3 ? * MON-FRI', 72],
    ['0 0/15 * * * ?', 0.25],
    ['0 0/15 8-17 ? * MON-FRI', 62.25],
    ['0 0 6 1 * ?', 31 * 24],
    ['0 0 6 29 2 ?', 4 * 365 * 24 + 24],
    ['0 0 6 31 2 ?', undefined],
    ['0 0 6 1 1 ? 2028', undefined],
  ])('of %s is %s hours', (cron, expected) => {
    expect(hours(cron)).toBe(expected)
  })
})

describe('an expression that is none', () => {
  it.each([
    ['0 0 25 * * ?', '"25" is none of the hours, 0 to 23'],
    ['0 60 3 * * ?', '"60" is none of the minutes, 0 to 59'],
    ['0 0 3 * FOO ?', '"FOO" is none of the months, 1 to 12'],
    ['0 0 3 ? * 8', '"8" is none of the days of a week, 1 to 7'],
    ['0 0 3 0 * ?', '"0" is none of the days of a month, 1 to 31'],
    ['0 0/0 3 * * ?', '"0/0" is none of the minutes'],
    ['0 0 1-2-3 * * ?', '"1-2-3" is none of the hours'],
    ['0 0 3 * * *', 'one of day of month and day of week must be "?"'],
    ['0 0 3 ? * ?', 'one of day of month and day of week must be "?"'],
  ])('%s: %s', (cron, message) => {
    expect(() => readQuartz(cron)).toThrow(message)
  })
})
