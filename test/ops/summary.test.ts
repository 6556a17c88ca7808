import { describe, expect, it } from '@jest/globals'
import { runSummary } from '../../src/ops/index.ts'
import type { RunEnding } from '../../src/sync/index.ts'

const finished = (over: Record<string, number> = {}): RunEnding => ({
  kind: 'finished',
  report: {
    sync: 'customers',
    destination: 'us',
    windowId: 'customers.us.000001',
    kind: 'sync',
    resumed: false,
    runId: 'r',
    account: {
      rows: 12345,
      delivered: 12345,
      invalid: 0,
      rejected: 0,
      undelivered: 0,
      unchanged: 0,
      held: 0,
      ignored: 0,
      pending: 0,
      ...over,
    },
    sent: { delivered: 12345, rejected: 0, undelivered: 0, invalid: 0, requests: 7, bytes: 1 },
    times: { read: 500, send: 1500, load: 1000 },
  },
})

describe('the summary of a run', () => {
  it('has a line for each window, its numbers below their names', () => {
    const [head = '', line = ''] = runSummary([finished()], 'main.c')
    expect(line).toMatch(/^customers +us +12,345 +12,345 +0 +0 +0 +7 +3\.0$/)
    expect(line.length).toBe(head.length)
  })

  it('says where to look when something failed, and nothing of it otherwise', () => {
    expect(runSummary([finished()], 'main.c').join()).not.toContain('dead_letters')
    expect(runSummary([finished({ rejected: 1 })], 'main.c').join()).toContain(
      'main.c.dead_letters',
    )
  })

  it('says that a limit lets rows wait, which is no failure', () => {
    const ending = finished({ held: 9 })
    if (ending.kind !== 'finished') throw new Error('it is')
    const limited = (by: 'target' | 'run' | 'canary') =>
      runSummary(
        [{ ...ending, report: { ...ending.report, limit: { rows: 1000, by } } }],
        'main.c',
      ).join('\n')
    expect(limited('target')).toContain(
      'customers → us sent 1,000 rows at most in its last window, as the target says',
    )
    expect(limited('run')).toContain('sent 1,000 rows at most in its last window, as it was told')
    expect(limited('canary')).toContain('"customerio-jobs release customers" ends it')
    expect(limited('target')).not.toContain('dead_letters')
    expect(runSummary([ending], 'main.c').join()).toContain('dead_letters')
  })

  it('says why a run failed, and why another was not started', () => {
    const lines = runSummary(
      [
        {
          kind: 'failed',
          sync: 'a',
          destination: 'us',
          code: 'TABLE_MISSING',
          exitCode: 3,
          message: 'gone',
        },
        { kind: 'skipped', sync: 'b', destination: 'us', because: 'a did not finish' },
      ],
      'main.c',
    )
    expect(lines.join('\n').trim()).toBe(
      'a → us did not finish (TABLE_MISSING):\n  gone\n\nb → us was not started: a did not finish',
    )
  })
})
