import { describe, expect, it } from '@jest/globals'
import { taskValues } from '../../src/cli/task-values.ts'
import type { RunEnding } from '../../src/sync/index.ts'

const none = { delivered: 0, rejected: 0, undelivered: 0, invalid: 0 }

function finished(
  sync: string,
  destination: string,
  account: object,
  sent: object = account,
): RunEnding {
  return {
    kind: 'finished',
    report: {
      sync,
      destination,
      windowId: 'w',
      kind: 'sync',
      resumed: false,
      runId: `run-${destination}`,
      account: { rows: 10, unchanged: 0, held: 0, ignored: 0, pending: 0, ...none, ...account },
      sent: { requests: 1, bytes: 1, ...none, ...sent },
      times: { read: 0, send: 0, load: 0 },
    } as Extract<RunEnding, { kind: 'finished' }>['report'],
  }
}

describe('the task value of a sync', () => {
  it('adds up its destinations', () => {
    const values = taskValues([
      finished(
        'people',
        'us',
        { delivered: 5, rejected: 1, invalid: 2 },
        { delivered: 3, rejected: 1 },
      ),
      finished('people', 'eu', { delivered: 4, undelivered: 3 }),
    ])
    expect([...values]).toEqual([
      [
        'people',
        { sent: 8, delivered: 9, failed: 4, invalid: 2, pending: 0, run_id: 'run-us,run-eu' },
      ],
    ])
  })

  it('is left out where a destination did not finish: half a sum would be taken for a whole', () => {
    const failed: RunEnding = {
      kind: 'failed',
      sync: 'people',
      destination: 'eu',
      code: 'DESTINATION_DOWN',
      exitCode: 4,
      message: '',
    }
    const values = taskValues([
      finished('people', 'us', { delivered: 5 }),
      failed,
      finished('orders', 'us', { delivered: 1 }),
    ])
    expect([...values.keys()]).toEqual(['orders'])
  })
})
