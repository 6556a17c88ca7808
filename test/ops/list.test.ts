import { describe, expect, it } from '@jest/globals'
import { type ListedSync, listText } from '../../src/ops/index.ts'
import { age } from '../../src/ops/list/list-text.ts'
import { colourOf, type KnownRun, statusOf } from '../../src/ops/list/status.ts'

const now = Date.UTC(2026, 2, 1, 12)
const earlier = (ms: number) => new Date(now - ms)
const minutes = 60_000
const hours = 60 * minutes

const ended = (over: Partial<KnownRun> = {}): KnownRun => ({
  runId: 'r',
  startedAt: earlier(2 * hours),
  finishedAt: earlier(hours),
  exitCode: 0,
  failedRows: 0,
  ...over,
})
const killed: KnownRun = { runId: 'r', startedAt: earlier(hours), failedRows: 0 }

describe('the colour of a run', () => {
  it('is green when every row went well, yellow when some did not or it was stopped, else red', () => {
    expect(colourOf(ended())).toBe('green')
    expect(colourOf(ended({ failedRows: 1 }))).toBe('yellow')
    expect(colourOf(ended({ exitCode: 7, errorCode: 'RUN_STOPPED' }))).toBe('yellow')
    expect(colourOf(ended({ exitCode: 4 }))).toBe('red')
    expect(colourOf(killed)).toBe('red')
  })
})

describe('the state of a sync and destination', () => {
  const all = {
    runner: 'host/1/2',
    hold: 'by ann: why',
    run: ended({ exitCode: 4, errorCode: 'UNAUTHORIZED' }),
    open: 'a.us.000002',
    hasClosed: true,
  }

  it('is the most urgent of what is true, with what stands behind it', () => {
    expect(statusOf(all)).toEqual({ status: 'running', because: 'host/1/2' })
    const { runner: _, ...idle } = all
    expect(statusOf(idle)).toEqual({ status: 'held', because: 'by ann: why' })
    const { hold: __, ...free } = idle
    expect(statusOf(free)).toEqual({ status: 'failing', because: 'UNAUTHORIZED' })
    expect(statusOf({ ...free, run: ended({ exitCode: 7 }) })).toEqual({
      status: 'open window',
      because: 'a.us.000002',
    })
  })

  it('is ok after a run or a closed window, and "never ran" before both', () => {
    expect(statusOf({ run: ended(), hasClosed: true })).toEqual({ status: 'ok' })
    // Old runs go by age; the window stays.
    expect(statusOf({ hasClosed: true })).toEqual({ status: 'ok' })
    expect(statusOf({ hasClosed: false })).toEqual({ status: 'never ran' })
    expect(statusOf({ hasClosed: false, open: 'w' })).toEqual({
      status: 'open window',
      because: 'w',
    })
  })

  it('is failing after a run that was killed', () => {
    expect(statusOf({ run: killed, hasClosed: true })).toEqual({
      status: 'failing',
      because: 'it ended without a word',
    })
  })
})

describe('the listing', () => {
  const customers: ListedSync = {
    sync: 'customers',
    destination: 'eu',
    owner: 'crm-data',
    status: 'ok',
    lastRun: { runId: 'r', startedAt: earlier(12 * minutes), durationMs: 3200, colour: 'green' },
    freshness: {
      windowId: 'customers.eu.000003',
      closedAt: earlier(11 * minutes),
      version: 41,
      committedAt: earlier(13 * minutes),
    },
    deadLetters: 1200,
    nextDue: new Date(now + 48 * minutes),
  }
  const visits: ListedSync = {
    sync: 'visits',
    destination: 'us',
    status: 'failing',
    because: 'TABLE_MISSING',
    lastRun: { runId: 'r', startedAt: earlier(3 * hours), durationMs: 250_000, colour: 'red' },
    deadLetters: 0,
    nextDue: earlier(2 * hours),
  }
  const text = (listed: readonly ListedSync[], colours = false) =>
    listText(listed, { now, colours }).join('\n')

  it('has a line for each sync and destination, and reasons below', () => {
    expect(text([customers, visits]).split('\n')).toEqual([
      '  sync       to  state    last run                 took  closed      source           dead letters  next         owner',
      '● customers  eu  ok       green, 12 min ago       3.2 s  11 min ago  v41, 13 min ago         1,200  in 48 min    crm-data',
      '● visits     us  failing  red, 3 h ago       4 min 10 s                                             late by 2 h',
      '',
      'visits → us is failing: TABLE_MISSING',
    ])
  })

  it('leaves out columns in which nobody has a word', () => {
    const fresh = { sync: 'a', destination: 'us', status: 'never ran', deadLetters: 0 } as const
    expect(text([fresh])).toBe('  sync  to  state\n· a     us  never ran')
    expect(text([])).toBe('the project has no syncs')
  })

  it('is coloured only where that is shown', () => {
    expect(text([customers, visits], true)).toContain('\u001b[32m●\u001b[0m customers')
    expect(text([customers, visits], true)).toContain('\u001b[31m●\u001b[0m visits')
    expect(text([customers, visits])).not.toContain('\u001b')
  })

  it('says who runs or holds a sync, and which window is open', () => {
    const running: ListedSync = {
      ...visits,
      status: 'running',
      because: 'host/1/2',
      lastRun: { runId: 'r', startedAt: earlier(minutes) },
    }
    expect(text([running])).toMatch(/running, 1 min ago.*\n\nvisits → us is run by host\/1\/2$/s)
    expect(text([{ ...visits, status: 'held', because: 'by ann: why' }])).toContain(
      'visits → us is held by ann: why',
    )
    expect(text([{ ...visits, status: 'open window', because: 'visits.us.000002' }])).toContain(
      'visits → us is not done with visits.us.000002',
    )
  })

  it('shows a snapshot by the time it was taken alone', () => {
    const freshness = {
      windowId: 'w',
      closedAt: earlier(minutes),
      committedAt: earlier(2 * minutes),
    }
    expect(text([{ ...customers, freshness }])).toContain('  2 min ago  ')
  })
})

describe('an age', () => {
  it('is told in its largest unit', () => {
    expect([0, 59_000, 90_000, 2 * hours, 47 * hours, 49 * hours, 1000 * hours].map(age)).toEqual([
      '0 s',
      '59 s',
      '2 min',
      '2 h',
      '47 h',
      '2 d',
      '42 d',
    ])
  })
})
